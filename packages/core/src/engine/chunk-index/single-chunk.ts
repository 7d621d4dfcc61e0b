import { FormatError, type IndexedChunkedLayout, type SingleChunkIndex } from "@hdfive/format";
import { isInside } from "./chunk-bounds.js";
import { bytesOfChunk } from "./chunk-grid.js";
import type { ChunkChange, ChunkedData, ChunkIndex, ChunkRecord } from "./chunk-record.js";

/** The one chunk of a dataset, which the layout message itself points to. File Format Specification, section VII.A. */
export function singleChunk(
  layout: IndexedChunkedLayout,
  index: SingleChunkIndex,
  { filters }: ChunkedData,
): ChunkIndex {
  const { address } = layout;
  const record: ChunkRecord | null =
    address === null
      ? null
      : {
          scaled: layout.chunkShape.map(() => 0),
          address,
          storedSize: index.filtered?.storedSize ?? bytesOfChunk(layout),
          filterMask: index.filtered?.filterMask ?? 0,
        };
  const find = (scaled: readonly number[]): ChunkRecord | null => (scaled.every((at) => at === 0) ? record : null);
  const upsert = (changed: ChunkRecord): ChunkChange => {
    if (changed.scaled.some((at) => at !== 0)) {
      throw new FormatError("data layout", `a single chunk cannot be at ${changed.scaled.join(", ")}`);
    }
    const { storedSize, filterMask } = changed;
    return {
      previous: record === null ? [] : [record],
      indexAddress: changed.address,
      indexing: { kind: "single", filtered: filters.length === 0 ? null : { storedSize, filterMask } },
    };
  };
  return {
    isLayout: true,
    find: (_tx, scaled) => find(scaled),
    findMany: (_tx, places) => places.map(find),
    list: (_tx, after, _limit, bounds) => ({
      records:
        record !== null && after === null && (bounds === undefined || isInside(record.scaled, bounds)) ? [record] : [],
      next: null,
    }),
    upsert: (_tx, changed) => upsert(changed),
    upsertMany: (_tx, records) => records.map(upsert).at(-1) ?? { previous: [], indexAddress: address ?? 0 },
    remove: (_tx, scaled) => find(scaled),
    count: () => (record === null ? 0 : 1),
    removeAll: () => ({ removed: record === null ? [] : [record], done: true }),
  };
}
