import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { layoutMessage, MESSAGE_IDS } from "@hdfive/format";
import { describe, expect, it } from "vitest";
import { chunkIndexOf } from "../../src/engine/chunk-index/chunk-index.js";
import type { ChunkPage, ChunkRecord } from "../../src/engine/chunk-index/chunk-record.js";
import { openFileState } from "../../src/engine/file/open.js";
import { decodeMessage, loadHeader, requireMessage } from "../../src/engine/object-header/object-header.js";
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

/** Files of the corpus with a version 1 chunk B-tree; none, loudly, when the corpus is not there. */
function filesWithTrees(): CorpusEntry[] {
  if (!existsSync(new URL("manifest.json", corpus))) {
    const message = "The corpus is not there: chunk B-trees of other programs are NOT tested";
    if (process.env.CI !== undefined && process.env.HDFIVE_CORPUS !== "none") {
      throw new Error(message);
    }
    console.warn(message);
    return [];
  }
  const { files } = json("manifest.json") as { files: readonly CorpusEntry[] };
  // Files that only exist as several members are not one storage.
  return files.filter(
    ({ features, open }) => open === undefined && features.some((feature) => feature.startsWith("index:btree1")),
  );
}

function listAll(state: FileState, addr: number): { count: number; records: ChunkRecord[] } {
  const layout = run(state, (tx) =>
    decodeMessage(tx, layoutMessage, requireMessage(loadHeader(tx, addr), MESSAGE_IDS.layout)),
  );
  if (layout.class !== "chunked") {
    throw new Error(`layout ${layout.class} where a chunked one is expected`);
  }
  const index = chunkIndexOf(layout);
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

const files = filesWithTrees();

describe.runIf(files.length > 0)("chunk B-trees of other programs", () => {
  it("hold as many chunks as the C library counts, all inside the file, and each is found", () => {
    let compared = 0;
    for (const { file, expected } of files) {
      const storage = new MemoryStorage(read(file) as Uint8Array<ArrayBuffer>, file);
      const state = runSync(openFileState(storage, { writable: false }));
      const { objects } = json(expected) as { objects: Readonly<Record<string, CorpusObject>> };
      for (const [path, { addr, chunk_index, nchunks }] of Object.entries(objects)) {
        if (chunk_index === "btree1") {
          const { count, records } = listAll(state, Number(addr));
          compared += nchunks === undefined ? 0 : 1;
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
    expect(compared).toBeGreaterThan(100);
  });
});
