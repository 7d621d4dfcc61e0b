import { FormatError } from "@hdfive/format";
import { type ChunkProjection, cutProjection } from "../array/index.js";
import type { ChunkRecord } from "../engine/chunk-index/chunk-index.js";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";
import { concurrently, perform, type Task } from "../task.js";
import { FETCHES_IN_FLIGHT, type OpenFile } from "./open-file.js";
import { elementSpan } from "./read-contiguous.js";
import type { ReadSink } from "./sink.js";
import { fetchStored } from "./stored-chunk.js";

/** Bytes of a chunk that are fetched at once. */
const BLOCK_BYTES = 1024 * 1024;

/**
 * Whether chunks are read in parts, only those wanted: where they have no filters and are too long for the cache to keep.
 *
 * Any filter needs the whole chunk in memory; without one a chunk may have more bytes than memory has.
 */
export function isReadInParts(file: OpenFile, dataset: DatasetHeader, chunkBytes: number): boolean {
  return dataset.filters.length === 0 && chunkBytes > Math.max(BLOCK_BYTES, file.chunks.budget / 4);
}

/** Reads what a projection picks of a chunk without filters, in parts. */
export function* readInParts(
  file: OpenFile,
  sink: ReadSink,
  dataset: DatasetHeader,
  chunkShape: readonly number[],
  chunkBytes: number,
  { record, projection }: { readonly record: ChunkRecord; readonly projection: ChunkProjection },
): Task<void> {
  const { size } = dataset.datatype;
  const { address, storedSize } = record;
  if (storedSize !== chunkBytes) {
    const problem = `${storedSize} bytes are stored where a chunk without filters has ${chunkBytes}`;
    throw new FormatError("chunk", problem, { address });
  }
  let batch: (() => Task<void>)[] = [];
  for (const { start, projection: part, blockShape } of cutProjection(projection, chunkShape, BLOCK_BYTES / size)) {
    batch.push(function* () {
      const { first, last } = elementSpan(part, blockShape);
      const fetched = yield* fetchStored(file, address + (start + first) * size, (last + 1 - first) * size, []);
      const block = first === 0 ? fetched : new Uint8Array((last + 1) * size);
      if (first > 0) {
        block.set(fetched, first * size);
      }
      yield* sink.acceptChunk(part, block, blockShape);
    });
    if (batch.length === FETCHES_IN_FLIGHT) {
      yield* perform(concurrently(batch, FETCHES_IN_FLIGHT));
      batch = [];
    }
  }
  yield* perform(concurrently(batch, FETCHES_IN_FLIGHT));
}
