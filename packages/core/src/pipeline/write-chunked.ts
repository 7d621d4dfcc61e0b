import type { ChunkedLayout } from "@hdfive/format";
import {
  type ChunkProjection,
  gather,
  hasHeapData,
  pickedCount,
  projectChunks,
  type ResolvedSelection,
} from "../array/index.js";
import { chunkIndexOf } from "../engine/chunk-index/chunk-index.js";
import { type DatasetHeader, loadDataset, requireChunked } from "../engine/datasets/dataset-header.js";
import { transact } from "../engine/transaction/drive.js";
import { perform, type Task } from "../task.js";
import type { CachedChunk } from "./chunk-cache.js";
import { makeRoom } from "./chunk-store.js";
import { filledBytes } from "./fill.js";
import type { OpenFile } from "./open-file.js";
import { freeOverwritten } from "./overwritten.js";
import type { ProgressTally } from "./progress.js";
import { chunkByteLength, decodeStored, fetchStored } from "./stored-chunk.js";
import type { WriteSource } from "./write-source.js";

/** Writes a selection of a chunked dataset into its chunks in memory; they reach the file when they are stored. */
export function* writeChunked(
  file: OpenFile,
  dataset: DatasetHeader,
  layout: ChunkedLayout,
  resolved: ResolvedSelection,
  source: WriteSource,
  tally: ProgressTally,
): Task<void> {
  const countShape = resolved.kind === "axes" ? resolved.countShape : resolved.shape;
  const { size } = dataset.datatype;
  const usesHeap = hasHeapData(dataset.datatype);
  for (const projection of projectChunks(resolved, dataset.dataspace.dimensions, layout.chunkShape)) {
    // A chunk that is written whole needs no reading; with heap data the objects it held must be given back.
    const chunk =
      projection.coversWholeChunk && !usesHeap
        ? emptyChunk(file, dataset, layout, projection)
        : yield* loadChunk(file, dataset, layout, projection.chunk);
    if (usesHeap) {
      chunk.pins++;
      try {
        yield* freeOverwritten(file, dataset, projection, chunk.bytes, layout.chunkShape);
      } finally {
        chunk.pins--;
      }
    }
    gather(projection, chunk.bytes, layout.chunkShape, size, source.bytes, countShape);
    file.chunks.change(chunk);
    yield* makeRoom(file);
    yield* tally.add(pickedCount(projection) * size);
  }
}

function emptyChunk(
  file: OpenFile,
  dataset: DatasetHeader,
  layout: ChunkedLayout,
  { chunk }: ChunkProjection,
): CachedChunk {
  const cached = file.chunks.get(dataset.address, chunk);
  if (cached !== undefined) {
    return cached;
  }
  // What lies past the dataset's edge keeps the fill value.
  const count = chunkByteLength(file, dataset, layout) / dataset.datatype.size;
  return file.chunks.add(dataset.address, chunk, filledBytes(dataset, count));
}

/** The chunk at a position, in memory: as stored, or all fill value when nothing is stored. */
export function* loadChunk(
  file: OpenFile,
  dataset: DatasetHeader,
  layout: ChunkedLayout,
  scaled: readonly number[],
): Task<CachedChunk> {
  const chunkBytes = chunkByteLength(file, dataset, layout);
  for (;;) {
    const cached = file.chunks.get(dataset.address, scaled);
    if (cached !== undefined) {
      return cached;
    }
    const { generation } = file.chunks;
    const bytes = yield* readStored(file, dataset, scaled, chunkBytes);
    // Somebody may have changed, stored and dropped the chunk while it was read: then it is read again.
    if (bytes !== null && file.chunks.generation === generation) {
      return file.chunks.add(dataset.address, scaled, bytes);
    }
  }
}

/** A chunk as the file has it; `null` when it came into memory while it was looked for. */
function* readStored(
  file: OpenFile,
  dataset: DatasetHeader,
  scaled: readonly number[],
  chunkBytes: number,
): Task<Uint8Array<ArrayBuffer> | null> {
  const { allocator } = file.state;
  allocator.hold();
  try {
    // How a chunk is stored may depend on the extent: both are looked up at once.
    const { current, record } = yield* perform(
      transact(file.state, (tx) => {
        const current = loadDataset(tx, dataset.address);
        const layout = requireChunked(current);
        return { current, record: layout.address === null ? null : chunkIndexOf(layout, current).find(tx, scaled) };
      }),
    );
    if (file.chunks.get(dataset.address, scaled) !== undefined) {
      return null;
    }
    if (record === null) {
      return filledBytes(dataset, chunkBytes / dataset.datatype.size);
    }
    const stored = yield* fetchStored(file, record.address, record.storedSize, []);
    const chunk = yield* decodeStored(file, current, stored, record, chunkBytes);
    return chunk.byteLength === chunk.buffer.byteLength && chunk.buffer instanceof ArrayBuffer
      ? (chunk as Uint8Array<ArrayBuffer>)
      : new Uint8Array(chunk);
  } finally {
    allocator.unhold();
  }
}
