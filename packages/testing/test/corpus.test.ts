import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HdfiveError, MemoryStorage, openStorage } from "@hdfive/core";
import { describe, expect, it } from "vitest";
import type { FileResult } from "../src/corpus/compare-file.js";
import { differenceText, reportText, summarize } from "../src/corpus/report.js";
import { corpusEntries, runCorpus } from "../src/corpus/run-corpus.js";
import { FaultStormStorage } from "../src/fault-storm-storage.js";
import { corpusFolder, isCorpusFolder } from "../src/node/corpus-folder.js";
import { UNSUPPORTED_FEATURES, unsupportedReasons } from "./unsupported-features.js";

const folder = fileURLToPath(new URL("../../../../shared/corpus", import.meta.url));
const isThere = isCorpusFolder(folder);
if (!isThere) {
  const problem = `There is no corpus in ${folder}: real files are NOT tested`;
  if (process.env.CI && process.env.HDFIVE_CORPUS !== "none") {
    throw new Error(`${problem} (HDFIVE_CORPUS=none allows that)`);
  }
  console.warn(problem);
}

/** Files up to this size go through the storm, which takes many turns of the event loop for each read. */
const STORM_BYTES = 60_000;
const MINUTES = 60_000;

describe.runIf(isThere)("the corpus of real files", () => {
  it(
    "holds what the C library says it holds, wherever all of it is supported",
    async () => {
      const host = corpusFolder(folder);
      const results = await all(runCorpus(host));
      console.info(reportText(results));
      const wrong = results.flatMap(({ file, differences }) =>
        differences.map((one) => `${file} ${differenceText(one)}`),
      );
      expect(wrong.slice(0, 20)).toEqual([]);
      const entries = await corpusEntries(host);
      expect(results.map(({ file }) => file)).toEqual(entries.map(({ file }) => file));
      const shouldMatch = results.filter(
        ({ status }, i) => status !== "matched" && unsupportedReasons(entries[i]?.features ?? []).length === 0,
      );
      expect(summarize(shouldMatch).files).toEqual([]);
    },
    4 * MINUTES,
  );

  it(
    "reads the same through a storm that keeps nothing",
    async () => {
      const host = corpusFolder(folder);
      const calm = await all(runCorpus(host, { only: ({ size }) => size <= STORM_BYTES }));
      const stormHost = {
        ...host,
        openStorage: async (path: string) => new FaultStormStorage(await host.openStorage(path)),
      };
      const only = ({ size }: { readonly size: number }): boolean => size <= STORM_BYTES;
      const storm = await all(runCorpus(stormHost, { only, metadataCacheBytes: 0 }));
      expect(storm.length).toBeGreaterThan(500);
      expect(storm).toEqual(calm);
    },
    4 * MINUTES,
  );

  it(
    "is left as it is, byte for byte, by opening it for writing and closing it",
    async () => {
      let opened = 0;
      for (const { file: path, open } of await corpusEntries(corpusFolder(folder))) {
        if (open !== undefined) {
          continue;
        }
        const bytes = readFileSync(join(folder, path));
        const storage = new MemoryStorage(Uint8Array.from(bytes));
        try {
          const file = await openStorage(storage, "r+");
          await file.keys().catch(unsupported);
          await file.close();
          opened++;
        } catch (error) {
          unsupported(error);
        }
        expect(Buffer.compare(storage.image(), bytes), path).toBe(0);
      }
      expect(opened).toBeGreaterThan(600);
    },
    2 * MINUTES,
  );

  it("has every feature that is listed as unsupported, so that the list is true", async () => {
    const features = (await corpusEntries(corpusFolder(folder))).flatMap((entry) => entry.features);
    const unknown = UNSUPPORTED_FEATURES.filter(([feature]) => !features.some((name) => feature.test(name)));
    expect(unknown).toEqual([]);
  });
});

async function all(results: AsyncIterable<FileResult>): Promise<FileResult[]> {
  const list: FileResult[] = [];
  for await (const result of results) {
    list.push(result);
  }
  return list;
}

function unsupported(error: unknown): void {
  if (!(error instanceof HdfiveError && (error.code === "UNSUPPORTED" || error.code === "READ_ONLY"))) {
    throw error;
  }
}
