import type { ChunkedLayout } from "@hdfive/format";
import { findChunk, findChunks } from "./chunk-btree-find.js";
import { upsertChunks } from "./chunk-btree-insert.js";
import { countChunks, listChunks } from "./chunk-btree-list.js";
import { scaledNode } from "./chunk-btree-node.js";
import { removeAllChunks, removeChunk } from "./chunk-btree-remove.js";
import type { ChunkIndex } from "./chunk-record.js";

/** The version 1 B-tree as a chunk index; section III.A.1, node type 1. */
export function chunkBtree({ address, chunkShape, elementSize }: ChunkedLayout): ChunkIndex {
  const tree = { address, chunkShape, elementSize, codec: scaledNode(chunkShape) };
  return {
    find: (tx, scaled) => findChunk(tx, tree, scaled),
    findMany: (tx, scaled) => findChunks(tx, tree, scaled),
    list: (tx, after, limit, bounds) => listChunks(tx, tree, after, limit, bounds),
    upsert: (tx, record) => upsertChunks(tx, tree, [record]),
    upsertMany: (tx, records) => upsertChunks(tx, tree, records),
    remove: (tx, scaled) => removeChunk(tx, tree, scaled),
    count: (tx) => countChunks(tx, tree),
    removeAll: (tx, limit) => removeAllChunks(tx, tree, limit),
  };
}
