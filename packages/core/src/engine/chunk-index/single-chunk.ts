import type { IndexedChunkedLayout, SingleChunkIndex } from "@hdfive/format";
import { isInside } from "./chunk-bounds.js";
import { bytesOfChunk } from "./chunk-grid.js";
import type { ChunkIndex, ChunkRecord } from "./chunk-record.js";
import { indexThatOnlyReads } from "./read-only-index.js";

/** The one chunk of a dataset, which the layout message itself points to. File Format Specification, section VII.A. */
export function singleChunk(layout: IndexedChunkedLayout, index: SingleChunkIndex, address: number): ChunkIndex {
  const record: ChunkRecord = {
    scaled: layout.chunkShape.map(() => 0),
    address,
    storedSize: index.filtered?.storedSize ?? bytesOfChunk(layout),
    filterMask: index.filtered?.filterMask ?? 0,
  };
  const find = (scaled: readonly number[]): ChunkRecord | null => (scaled.every((at) => at === 0) ? record : null);
  return {
    ...indexThatOnlyReads("single"),
    find: (_tx, scaled) => find(scaled),
    findMany: (_tx, places) => places.map(find),
    list: (_tx, after, _limit, bounds) => ({
      records: after === null && (bounds === undefined || isInside(record.scaled, bounds)) ? [record] : [],
      next: null,
    }),
    count: () => 1,
  };
}
