import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { compareFile, type FileResult } from "@hdfive/testing";
import { corpusFolder } from "@hdfive/testing/node";
import type { ExpectedFile } from "../../../packages/testing/src/corpus/expected.js";
import type { ScratchFolder } from "../scratch-folder.js";
import type { PythonTool } from "../tools.js";

/** What is taken of one axis of a dataset: an index, indices, or a slice. */
export type AxisPart =
  | number
  | readonly number[]
  | { readonly start: number; readonly stop: number; readonly step: number };

/** A selection, with the shape and the digest of what numpy takes by it from all the values. */
export interface SelectedValues {
  readonly selection: readonly AxisPart[];
  readonly shape: readonly number[];
  readonly digest: string;
}

/** What a generator says of a file that it made. */
export interface GeneratedFile {
  readonly document: ExpectedFile;
  /** What libhdf5 would not make, with its reasons. */
  readonly refused: Readonly<Record<string, string>>;
  /** How many datasets were asked for. */
  readonly cells: number;
  readonly selections: Readonly<Record<string, readonly SelectedValues[]>>;
}

const MOST_SAID = 1 << 24;
/** Buffers of a filter are given back to the system after each chunk otherwise, which takes longer than all else. */
const KEEP_MEMORY = { MALLOC_MMAP_THRESHOLD_: "1073741824", MALLOC_TRIM_THRESHOLD_: "1073741824" };
const run = promisify(execFile);

/** Runs a generator of this folder; its answers are files in the folder that is its first argument. */
export async function generate(python: PythonTool, program: string, args: readonly string[]): Promise<void> {
  const script = fileURLToPath(new URL(`./python/${program}`, import.meta.url));
  await run(python.path, ["-B", script, ...args], { maxBuffer: MOST_SAID, env: { ...process.env, ...KEEP_MEMORY } });
}

/** What a generator wrote down of a file. */
export function generatedFile(folder: ScratchFolder, name: string): GeneratedFile {
  return JSON.parse(readFileSync(folder.file(`${name}.json`), "utf8")) as GeneratedFile;
}

/** Compares a file with what libhdf5 reads in it. */
export function compareGenerated(folder: ScratchFolder, file: string, document: ExpectedFile): Promise<FileResult> {
  const host = { ...corpusFolder(folder.path), readText: async () => JSON.stringify(document) };
  return compareFile(host, { file, expected: file, size: 0, features: [] });
}

/** What was not read for lack of support, as lines "how many times, reason, the first place". */
export function lackingText({ unsupported }: FileResult): readonly string[] {
  return [...unsupported].map(([reason, paths]) => `${paths.length} times ${reason}, first ${paths[0]}`);
}

/** What is wrong, one line each. */
export function wrongText({ differences }: FileResult): readonly string[] {
  return differences.map(
    ({ path, fact, expected, got }) =>
      `${path}: ${fact}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`,
  );
}
