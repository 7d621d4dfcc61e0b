import { type CompareOptions, compareFile, type FileResult } from "./compare-file.js";
import type { CorpusHost } from "./corpus-host.js";
import type { CorpusEntry, CorpusManifest } from "./expected.js";

/** Which files are compared, and how. */
export interface CorpusOptions extends CompareOptions {
  /** Picks files of the corpus; all by default. */
  readonly only?: ((entry: CorpusEntry) => boolean) | undefined;
}

/** The list of a corpus: `manifest.json` in its folder. */
export async function corpusEntries(host: CorpusHost): Promise<readonly CorpusEntry[]> {
  return (JSON.parse(await host.readText("manifest.json")) as CorpusManifest).files;
}

/** Compares the files of a corpus one after the other with their expected values. */
export async function* runCorpus(
  host: CorpusHost,
  { only = () => true, ...options }: CorpusOptions = {},
): AsyncGenerator<FileResult, void, undefined> {
  for (const entry of await corpusEntries(host)) {
    if (only(entry)) {
      yield await compareFile(host, entry, options);
    }
  }
}
