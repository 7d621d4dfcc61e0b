import { comparePlaces } from "../engine/chunk-index/chunk-bounds.js";
import { type ChunkRecord, chunkIndexOf } from "../engine/chunk-index/chunk-index.js";
import { loadDataset, putLayout, requireChunked } from "../engine/datasets/dataset-header.js";
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
        const layout = requireChunked(header);
        const records = sorted.map(({ scaled, bytes, filterMask }): ChunkRecord => {
          return { scaled, address: tx.alloc(bytes.length, "raw"), storedSize: bytes.length, filterMask };
        });
        const { previous, indexAddress } = chunkIndexOf(layout, header).upsertMany(tx, records);
        for (const { address, storedSize } of previous) {
          tx.free(address, storedSize);
        }
        if (indexAddress !== layout.address) {
          putLayout(tx, dataset, { ...layout, address: indexAddress });
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
