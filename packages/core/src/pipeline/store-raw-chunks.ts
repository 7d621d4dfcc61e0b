import { comparePlaces } from "../engine/chunk-index/chunk-bounds.js";
import { type ChunkRecord, chunkIndexOf } from "../engine/chunk-index/chunk-index.js";
import { loadDataset, requireChunked } from "../engine/datasets/dataset-header.js";
import { recordChunks } from "../engine/datasets/record-chunks.js";
import { transact } from "../engine/transaction/drive.js";
import { writeBytes } from "../storage/access.js";
import { concurrently, perform, type Task } from "../task.js";
import type { EncodedChunk } from "./chunk-codec.js";
import { type ChunkWrite, planWrites } from "./chunk-placement.js";
import type { OpenFile } from "./open-file.js";

/** A chunk as it is to be stored, which no filter of ours has seen. */
export interface RawChunkToStore extends EncodedChunk {
  readonly scaled: readonly number[];
}

const WRITES_IN_FLIGHT = 4;

/** Stores chunks of a dataset past the cache, of which it holds none. */
export function* storeRawChunks(file: OpenFile, dataset: number, chunks: readonly RawChunkToStore[]): Task<void> {
  const { allocator, blocks, context } = file.state;
  const sorted = [...chunks].sort((a, b) => comparePlaces(a.scaled, b.scaled));
  allocator.hold();
  try {
    const placed = yield* perform(
      transact(file.state, (tx): ChunkWrite[] => {
        const header = loadDataset(tx, dataset);
        const index = chunkIndexOf(requireChunked(header), header);
        const records = sorted.map(({ scaled, bytes, filterMask }): ChunkRecord => {
          const place = index.hasFixedPlaces === true ? index.find(tx, scaled) : null;
          const address = place?.address ?? tx.alloc(bytes.length, "raw");
          return { scaled, address, storedSize: bytes.length, filterMask };
        });
        for (const { address, storedSize } of recordChunks(tx, header, records)) {
          tx.free(address, storedSize, "raw");
        }
        return records.map(({ address }, i) => ({ address, bytes: (sorted[i] as RawChunkToStore).bytes }));
      }),
    );
    const writes = planWrites(placed).map(
      ({ address, bytes }) =>
        () =>
          perform(writeBytes(blocks, context.baseAddress + address, bytes)),
    );
    yield* perform(concurrently(writes, WRITES_IN_FLIGHT));
  } finally {
    allocator.unhold();
  }
}
