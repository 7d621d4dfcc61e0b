import type { ChunkedLayout } from "@hdfive/format";
import { chunkBtree } from "./chunk-btree.js";
import type { ChunkIndex } from "./chunk-record.js";

export type { ChunkBounds, ChunkChange, ChunkIndex, ChunkPage, ChunkRecord, ChunkRemoval } from "./chunk-record.js";

/** The index that a chunked layout names: a version 1 B-tree up to layout version 3. Section IV.A.2.i. */
export function chunkIndexOf(layout: ChunkedLayout): ChunkIndex {
  return chunkBtree(layout);
}
