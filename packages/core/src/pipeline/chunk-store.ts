import { HdfiveError } from "@hdfive/format";
import { chunkIndexOf } from "../engine/chunk-index.js";
import { loadDataset, putLayout, requireChunked } from "../engine/dataset-header.js";
import { transact } from "../engine/drive.js";
import type { Tx } from "../engine/tx.js";
import { writeBytes } from "../storage/access.js";
import { concurrently, perform, type Task } from "../task.js";
import { type CachedChunk, isChanged } from "./chunk-cache.js";
import { type EncodedChunk, encodeChunk } from "./chunk-codec.js";
import type { OpenFile } from "./open-file.js";

/** Chunks that are encoded and written at once. */
const STORES_IN_FLIGHT = 4;

/** Stores the changed chunks of the whole file: the payload part of a flush. */
export function* storeChanged(file: OpenFile): Task<void> {
  yield* storeChunks(file, () => file.chunks.changed());
}

/** Makes room in the cache when it is over its budget: drops what is unchanged, stores and drops what is not. */
export function* makeRoom(file: OpenFile): Task<void> {
  if (file.chunks.isOver && file.chunks.trim().length > 0) {
    yield* storeChunks(file, () => file.chunks.trim());
    file.chunks.trim();
  }
}

function* storeChunks(file: OpenFile, choose: () => CachedChunk[]): Task<void> {
  const busy = (): Error =>
    new HdfiveError("SYNC_UNAVAILABLE", "Another write is under way: wait for it before a synchronous one", {
      path: file.state.storage.name,
    });
  yield* file.chunks.storeLock.exclusive(busy, function* () {
    const tasks = choose().map((chunk) => () => storeChunk(file, chunk));
    yield* perform(concurrently(tasks, STORES_IN_FLIGHT));
  });
}

/** Filters a changed chunk, gives it its place in the file and in the index, and writes it there. */
function* storeChunk(file: OpenFile, chunk: CachedChunk): Task<void> {
  const { version } = chunk;
  const { state } = file;
  const { filters } = yield* perform(transact(state, (tx) => loadDataset(tx, chunk.dataset)));
  const encoded = filters.length === 0 ? plain(chunk) : yield* encodeChunk(file.codecs, filters, chunk.bytes);
  const address = yield* perform(
    transact(state, (tx) => {
      // The dataset may have shrunk or gone in the meantime, and the chunk with it.
      const isHere = file.chunks.get(chunk.dataset, chunk.scaled) === chunk;
      return isHere && isChanged(chunk) ? place(tx, chunk, encoded) : null;
    }),
  );
  if (address === null) {
    return;
  }
  yield* perform(writeBytes(state.blocks, state.context.baseAddress + address, encoded.bytes));
  chunk.stored = version;
}

function plain(chunk: CachedChunk): EncodedChunk {
  return { bytes: chunk.bytes, filterMask: 0 };
}

/**
 * Finds space for a chunk: its old place when the size is the same and nobody is about to read there, else a new one. The
 * index learns of it.
 */
function place(tx: Tx, { dataset, scaled }: CachedChunk, { bytes, filterMask }: EncodedChunk): number {
  const layout = requireChunked(loadDataset(tx, dataset));
  const index = chunkIndexOf(layout);
  const previous = layout.address === null ? null : index.find(tx, scaled);
  const storedSize = bytes.length;
  const isSame = previous !== null && previous.storedSize === storedSize && previous.filterMask === filterMask;
  if (isSame && !tx.state.allocator.isHeld) {
    return previous.address;
  }
  if (previous !== null) {
    tx.free(previous.address, previous.storedSize);
  }
  const address = tx.alloc(storedSize);
  const { indexAddress } = index.upsert(tx, { scaled, address, storedSize, filterMask });
  if (indexAddress !== layout.address) {
    putLayout(tx, dataset, { ...layout, address: indexAddress });
  }
  return address;
}
