import { HdfiveError } from "@hdfive/format";
import { type ChunkRecord, chunkIndexOf } from "../engine/chunk-index/chunk-index.js";
import { storedSizeWidth } from "../engine/chunk-index/element-array.js";
import { type DatasetHeader, loadDataset, requireChunked } from "../engine/datasets/dataset-header.js";
import { recordChunks } from "../engine/datasets/record-chunks.js";
import { transact } from "../engine/transaction/drive.js";
import { writeBytes } from "../storage/access.js";
import { writeUnderWay } from "../storage/storage.js";
import { perform, shielded, type Task } from "../task.js";
import { allocateStorage } from "./allocate-storage.js";
import type { EncodedChunk } from "./chunk-codec.js";
import type { OpenFile } from "./open-file.js";
import { bytesOfWholeChunk, filtersOf } from "./stored-chunk.js";

const MAX_FILTER_MASK = 0xffff_ffff;
const MAX_STORED_BYTES = 0xffff_ffff;

/**
 * Stores one chunk as it is given, its filters applied by the caller, in place of whatever there was, also in memory. The
 * bytes are written before the index leads to them: who reads meanwhile gets the chunk as it was or as it is.
 */
export function* storeRawChunk(
  file: OpenFile,
  address: number,
  scaled: readonly number[],
  chunk: EncodedChunk,
): Task<void> {
  const dataset = yield* perform(transact(file.state, (tx) => loadDataset(tx, address)));
  checkRawChunk(file, dataset, scaled, chunk);
  const { layout, fill } = dataset;
  if (layout.class === "chunked" && layout.address === null && fill.allocationTime === "late") {
    yield* allocateStorage(file, address);
  }
  const { allocator, storage } = file.state;
  yield* file.chunks.storeLock.exclusive(
    () => writeUnderWay(storage),
    function* () {
      allocator.hold();
      try {
        yield* replaceChunk(file, address, scaled, chunk);
      } finally {
        allocator.unhold();
      }
    },
  );
}

function* replaceChunk(
  file: OpenFile,
  address: number,
  scaled: readonly number[],
  { bytes, filterMask }: EncodedChunk,
): Task<void> {
  const { blocks, context } = file.state;
  const place = yield* perform(
    transact(file.state, (tx) => {
      const dataset = loadDataset(tx, address);
      const index = chunkIndexOf(requireChunked(dataset), dataset);
      const fixed = index.hasFixedPlaces === true ? index.find(tx, scaled) : null;
      return { address: fixed?.address ?? tx.alloc(bytes.length, "raw"), isNew: fixed === null };
    }),
  );
  let done = false;
  try {
    yield* perform(writeBytes(blocks, context.baseAddress + place.address, bytes));
    const record: ChunkRecord = { scaled, address: place.address, storedSize: bytes.length, filterMask };
    yield* perform(
      transact(file.state, (tx) => {
        for (const previous of recordChunks(tx, loadDataset(tx, address), [record])) {
          tx.free(previous.address, previous.storedSize, "raw");
        }
      }),
    );
    done = true;
  } finally {
    if (!done && place.isNew) {
      yield* perform(shielded(() => giveBack(file, place.address, bytes.length)));
    }
  }
  // What was in memory is older, and so is what somebody is fetching now.
  file.chunks.generation++;
  const cached = file.chunks.get(address, scaled);
  if (cached !== undefined) {
    file.chunks.remove(cached);
  }
}

function* giveBack(file: OpenFile, address: number, length: number): Task<void> {
  yield* perform(transact(file.state, (tx) => tx.free(address, length, "raw")));
}

function checkRawChunk(
  { state }: OpenFile,
  dataset: DatasetHeader,
  scaled: readonly number[],
  { bytes, filterMask }: EncodedChunk,
): void {
  const { length } = bytes;
  if (!Number.isInteger(filterMask) || filterMask < 0 || filterMask > MAX_FILTER_MASK) {
    throw new HdfiveError("INVALID_ARGUMENT", `A filter mask has 32 bits: it cannot be ${filterMask}`);
  }
  const layout = requireChunked(dataset);
  const whole = bytesOfWholeChunk(dataset, layout);
  const most = "index" in layout ? 2 ** (8 * storedSizeWidth(layout, state.context)) - 1 : MAX_STORED_BYTES;
  if (length > Math.min(most, MAX_STORED_BYTES)) {
    throw new HdfiveError("LIMIT", `The index of the chunks has no room for a size of ${length}: ${most} is the most`);
  }
  const applied = filtersOf(dataset, scaled).filter((_, i) => (filterMask & (1 << i)) === 0);
  if (applied.length === 0 && length !== whole) {
    throw new HdfiveError(
      "SHAPE_MISMATCH",
      `${length} bytes are given for a chunk that no filter was applied to: it has ${whole}`,
    );
  }
}
