import { loadDataset } from "../engine/datasets/dataset-header.js";
import { transact } from "../engine/transaction/drive.js";
import { writeBytes } from "../storage/access.js";
import { writeUnderWay } from "../storage/storage.js";
import { concurrently, perform, type Task } from "../task.js";
import type { CachedChunk } from "./chunk-cache.js";
import { encodeChunk } from "./chunk-codec.js";
import { placeChunks, planWrites, type StoredChunk } from "./chunk-placement.js";
import type { OpenFile } from "./open-file.js";
import { filtersOf } from "./stored-chunk.js";

/** Chunks that are encoded, and requests that are written, at once. */
const STORES_IN_FLIGHT = 4;
/** Chunks that are stored by one change of the index, and the bytes of them that are held encoded. */
const BATCH_CHUNKS = 1024;
const BATCH_BYTES = 16 * 1024 * 1024;

/** Stores the changed chunks of the whole file: the payload part of a flush. */
export function* storeChanged(file: OpenFile): Task<void> {
  yield* storeChunks(file, () => file.chunks.changed());
}

/** Makes room in the cache when it is over its budget: drops what is unchanged, stores and drops what is not. */
export function* makeRoom(file: OpenFile): Task<void> {
  const { chunks } = file;
  if (chunks.isOver && chunks.trim().length > 0) {
    // More than is needed: many chunks at once are encoded side by side, and their index is changed once.
    const target = Math.floor(chunks.budget / 2);
    yield* storeChunks(file, () => chunks.trim(target));
    chunks.trim(target);
  }
}

function* storeChunks(file: OpenFile, choose: () => CachedChunk[]): Task<void> {
  const busy = (): Error => writeUnderWay(file.state.storage);
  yield* file.chunks.storeLock.exclusive(busy, function* () {
    const chosen = choose();
    for (let next = 0; next < chosen.length; ) {
      const batch: CachedChunk[] = [];
      for (let bytes = 0; next < chosen.length && batch.length < BATCH_CHUNKS && bytes < BATCH_BYTES; next++) {
        const chunk = chosen[next] as CachedChunk;
        batch.push(chunk);
        bytes += chunk.bytes.length;
      }
      yield* storeBatch(file, batch);
    }
  });
}

/** Filters changed chunks, gives them their places in the file and in the indexes, and writes them there. */
function* storeBatch(file: OpenFile, chunks: readonly CachedChunk[]): Task<void> {
  const { allocator, blocks, context } = file.state;
  const encoded = yield* perform(
    concurrently(
      chunks.map((chunk) => () => encode(file, chunk)),
      STORES_IN_FLIGHT,
    ),
  );
  // Until the bytes are written, the space for them must not change hands: their dataset may shrink meanwhile.
  allocator.hold();
  try {
    const placed = yield* perform(transact(file.state, (tx) => placeChunks(tx, file, encoded)));
    const writes = planWrites(placed).map(
      ({ address, bytes }) =>
        () =>
          perform(writeBytes(blocks, context.baseAddress + address, bytes)),
    );
    yield* perform(concurrently(writes, STORES_IN_FLIGHT));
    for (const { chunk, version } of placed) {
      chunk.stored = version;
    }
  } finally {
    allocator.unhold();
  }
}

function* encode(file: OpenFile, chunk: CachedChunk): Task<StoredChunk> {
  const { version } = chunk;
  const dataset = yield* perform(transact(file.state, (tx) => loadDataset(tx, chunk.dataset)));
  const filters = filtersOf(dataset, chunk.scaled);
  if (filters.length === 0) {
    return { chunk, version, bytes: chunk.bytes, filterMask: 0 };
  }
  return { chunk, version, ...(yield* encodeChunk(file.codecs, filters, chunk.bytes)) };
}
