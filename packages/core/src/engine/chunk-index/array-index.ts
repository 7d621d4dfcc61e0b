import { FormatError, type IndexedChunkedLayout } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { type ArrayOfChunks, findInArray, listArray } from "./array-chunks.js";
import { bytesOfChunk, chunkGrid, unlimitedAxes } from "./chunk-grid.js";
import type { ChunkedData, ChunkIndex, ChunkPage } from "./chunk-record.js";
import { elementsOf } from "./element-array.js";
import { openExtensibleArray } from "./extensible-array.js";
import { openFixedArray } from "./fixed-array.js";
import { indexThatOnlyReads } from "./read-only-index.js";

/** Chunks listed at once to count them. */
const PAGE = 4096;

/** A fixed array as a chunk index. File Format Specification, section VII.C. */
export function fixedArrayChunks(layout: IndexedChunkedLayout, data: ChunkedData, address: number): ChunkIndex {
  const grid = chunkGrid(layout, data);
  const chunkBytes = bytesOfChunk(layout);
  return arrayIndex("fixed-array", (tx) => ({
    tx,
    grid,
    chunkBytes,
    array: openFixedArray(tx, address, elementsOf(layout, data, tx.context), grid.length),
  }));
}

/** An extensible array as a chunk index. File Format Specification, section VII.D. */
export function extensibleArrayChunks(layout: IndexedChunkedLayout, data: ChunkedData, address: number): ChunkIndex {
  const [slowest, ...others] = unlimitedAxes(data);
  if (slowest === undefined || others.length > 0) {
    throw new FormatError("data layout", "an extensible array is for datasets with one axis without a limit", {
      address,
    });
  }
  const grid = chunkGrid(layout, data, slowest);
  const chunkBytes = bytesOfChunk(layout);
  return arrayIndex("extensible-array", (tx) => ({
    tx,
    grid,
    chunkBytes,
    array: openExtensibleArray(tx, address, elementsOf(layout, data, tx.context)),
  }));
}

function arrayIndex(kind: string, open: (tx: Tx) => ArrayOfChunks): ChunkIndex {
  return {
    ...indexThatOnlyReads(kind),
    find: (tx, scaled) => findInArray(open(tx), [scaled])[0] ?? null,
    findMany: (tx, places) => findInArray(open(tx), places),
    list: (tx, after, limit, bounds) => listArray(open(tx), after, Math.max(1, limit), bounds ?? null),
    count(tx) {
      const chunks = open(tx);
      let count = 0;
      let after: readonly number[] | null = null;
      do {
        const page: ChunkPage = listArray(chunks, after, PAGE, null);
        count += page.records.length;
        after = page.next;
      } while (after !== null);
      return count;
    },
  };
}
