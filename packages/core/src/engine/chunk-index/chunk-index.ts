import type { ChunkedLayout, IndexedChunkedLayout } from "@hdfive/format";
import { extensibleArrayChunks, fixedArrayChunks } from "./array-index.js";
import { btreeV2Chunks } from "./btree-v2-chunks.js";
import { chunkBtree } from "./chunk-btree.js";
import type { ChunkedData, ChunkIndex } from "./chunk-record.js";
import { implicitChunks } from "./implicit-chunks.js";
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
  const { index } = layout;
  switch (index.kind) {
    case "single":
      return singleChunk(layout, index, data);
    case "implicit":
      return implicitChunks(layout, data);
    case "fixed-array":
      return fixedArrayChunks(layout, data);
    case "extensible-array":
      return extensibleArrayChunks(layout, data);
    case "btree-v2":
      return btreeV2Chunks(layout, data, index);
  }
}
