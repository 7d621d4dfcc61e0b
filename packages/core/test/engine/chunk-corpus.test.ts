import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { chunkIndexOf } from "../../src/engine/chunk-index/chunk-index.js";
import type { ChunkPage, ChunkRecord } from "../../src/engine/chunk-index/chunk-record.js";
import { loadDataset, requireChunked } from "../../src/engine/datasets/dataset-header.js";
import { openFileState } from "../../src/engine/file/open.js";
import type { FileState } from "../../src/engine/transaction/file-state.js";
import { MemoryStorage } from "../../src/storage/memory-storage.js";
import { runSync } from "../../src/task.js";
import { run } from "./chunk-fixture.js";

interface CorpusObject {
  readonly addr: number | string;
  readonly chunk_index?: string;
  readonly nchunks?: number;
}

interface CorpusEntry {
  readonly file: string;
  readonly expected: string;
  readonly features: readonly string[];
  readonly open?: unknown;
}

const corpus = new URL("../../../../../shared/corpus/", import.meta.url);
const read = (path: string): Uint8Array => new Uint8Array(readFileSync(fileURLToPath(corpus) + path));
const json = (path: string): unknown => JSON.parse(new TextDecoder().decode(read(path)));

/** Files of the corpus with chunks; none, loudly, when the corpus is not there. */
function filesWithChunks(): CorpusEntry[] {
  if (!existsSync(new URL("manifest.json", corpus))) {
    const message = "The corpus is not there: chunk indexes of other programs are NOT tested";
    if (process.env.CI !== undefined && process.env.HDFIVE_CORPUS !== "none") {
      throw new Error(message);
    }
    console.warn(message);
    return [];
  }
  const { files } = json("manifest.json") as { files: readonly CorpusEntry[] };
  // Files that only exist as several members are not one storage, and a cache image is not what the engine opens.
  return files.filter(
    ({ features, open }) =>
      open === undefined &&
      !features.includes("msg:cacheimage") &&
      features.some((feature) => feature.startsWith("index:")),
  );
}

function listAll(state: FileState, addr: number): { count: number; records: ChunkRecord[] } {
  const index = run(state, (tx) => {
    const dataset = loadDataset(tx, addr);
    return chunkIndexOf(requireChunked(dataset), dataset);
  });
  const records: ChunkRecord[] = [];
  let after: readonly number[] | null = null;
  do {
    const from: readonly number[] | null = after;
    const page: ChunkPage = run(state, (tx) => index.list(tx, from, 100));
    records.push(...page.records);
    after = page.next;
  } while (after !== null);
  const places = records.map(({ scaled }) => scaled);
  expect(run(state, (tx) => index.findMany(tx, places))).toEqual(records);
  return { count: run(state, (tx) => index.count(tx)), records };
}

const files = filesWithChunks();

const KINDS = ["btree1", "single", "implicit", "farray", "earray", "btree2"];

describe.runIf(files.length > 0)("chunk indexes of other programs", () => {
  it("hold as many chunks as the C library counts, all inside the file, and each is found", () => {
    const compared = new Map(KINDS.map((kind) => [kind, 0]));
    for (const { file, expected } of files) {
      const storage = new MemoryStorage(read(file) as Uint8Array<ArrayBuffer>, file);
      const state = runSync(openFileState(storage, { writable: false }));
      const { objects } = json(expected) as { objects: Readonly<Record<string, CorpusObject>> };
      for (const [path, { addr, chunk_index, nchunks }] of Object.entries(objects)) {
        if (chunk_index !== undefined) {
          const { count, records } = listAll(state, Number(addr));
          compared.set(chunk_index, (compared.get(chunk_index) ?? 0) + (nchunks === undefined ? 0 : 1));
          expect({ file, path, count, listed: records.length }).toEqual({
            file,
            path,
            count: nchunks ?? count,
            listed: nchunks ?? count,
          });
          for (const { address, storedSize } of records) {
            expect(state.context.baseAddress + address + storedSize).toBeLessThanOrEqual(storage.size);
          }
        }
      }
    }
    expect([...compared.keys()]).toEqual(KINDS);
    expect(compared.get("btree1")).toBeGreaterThan(100);
    expect(Math.min(...compared.values())).toBeGreaterThan(0);
  });
});
