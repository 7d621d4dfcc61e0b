import type { ChunkedLayout, IndexedChunkedLayout } from "@hdfive/format";
import { extensibleArrayChunks, fixedArrayChunks } from "./array-index.js";
import { btreeV2Chunks } from "./btree-v2-chunks.js";
import { chunkBtree } from "./chunk-btree.js";
import type { ChunkedData, ChunkIndex } from "./chunk-record.js";
import { implicitChunks } from "./implicit-chunks.js";
import { indexThatOnlyReads } from "./read-only-index.js";
import { singleChunk } from "./single-chunk.js";

export type {
  ChunkBounds,
  ChunkChange,
  ChunkedData,
  ChunkIndex,
  ChunkPage,
  ChunkRecord,
  ChunkRemoval,
} from "./chunk-record.js";

/** The index that a chunked layout names: a version 1 B-tree up to layout version 3. Section IV.A.2.i. */
export function chunkIndexOf(layout: ChunkedLayout, data: ChunkedData): ChunkIndex {
  return "index" in layout ? indexOfKind(layout, data) : chunkBtree(layout);
}

function indexOfKind(layout: IndexedChunkedLayout, data: ChunkedData): ChunkIndex {
  const { index, address } = layout;
  if (address === null) {
    return emptyIndex(index.kind);
  }
  switch (index.kind) {
    case "single":
      return singleChunk(layout, index, address);
    case "implicit":
      return implicitChunks(layout, data, address);
    case "fixed-array":
      return fixedArrayChunks(layout, data, address);
    case "extensible-array":
      return extensibleArrayChunks(layout, data, address);
    case "btree-v2":
      return btreeV2Chunks(layout, data, address);
  }
}

/** An index that has not been made because nothing is stored. */
function emptyIndex(kind: string): ChunkIndex {
  return {
    ...indexThatOnlyReads(kind),
    find: () => null,
    findMany: (_tx, places) => places.map(() => null),
    list: () => ({ records: [], next: null }),
    count: () => 0,
  };
}
