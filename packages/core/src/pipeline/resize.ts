import { type ChunkedLayout, HdfiveError } from "@hdfive/format";
import { type AxisPiece, gather } from "../array/index.js";
import { type ChunkBounds, type ChunkPage, chunkIndexOf } from "../engine/chunk-index/chunk-index.js";
import { type DatasetHeader, loadDataset, putDimensions, requireChunked } from "../engine/datasets/dataset-header.js";
import { forgetChunks } from "../engine/datasets/record-chunks.js";
import { transact } from "../engine/transaction/drive.js";
import { perform, type Task } from "../task.js";
import { allocateStorage } from "./allocate-storage.js";
import { makeRoom } from "./chunk-store.js";
import { edgeMove, moveEdge, settleEdge } from "./edge-chunks.js";
import { filledBytes } from "./fill.js";
import type { OpenFile } from "./open-file.js";
import { requireCodecs } from "./write.js";
import { loadChunk } from "./write-chunked.js";

/** Chunks looked at by one operation. */
const PAGE = 256;

/**
 * Changes the shape of a chunked dataset. Chunks outside the new shape are forgotten, and chunks that are cut get the
 * fill value where they were cut, so that growing again shows fill and never old data.
 *
 * @param changed called as soon as the dataset has its new shape, whatever becomes of the chunks
 */
export function* resizeDataset(
  file: OpenFile,
  address: number,
  shape: readonly number[],
  changed: () => void = () => {},
): Task<void> {
  const before = yield* perform(
    transact(file.state, (tx) => {
      const dataset = loadDataset(tx, address);
      requireChunked(dataset);
      tx.requireWritable();
      checkShape(dataset, shape);
      return dataset;
    }),
  );
  const old = before.dataspace.dimensions;
  const move = edgeMove(file, before, shape);
  const change = function* (): Task<void> {
    yield* perform(transact(file.state, (tx) => putDimensions(tx, address, shape)));
    changed();
  };
  if (move === null) {
    yield* change();
  } else {
    yield* requireCodecs(file, before);
    yield* moveEdge(file, move, change);
  }
  const after = yield* perform(transact(file.state, (tx) => loadDataset(tx, address)));
  for (const [axis, extent] of shape.entries()) {
    if (extent < (old[axis] as number)) {
      yield* prune(file, after, old, axis, extent);
    }
  }
  if (move !== null) {
    yield* settleEdge(file, move);
  }
  for (const [axis, extent] of shape.entries()) {
    if (extent < (old[axis] as number)) {
      yield* refillCut(file, after, axis, extent);
    }
  }
  if (before.fill.allocationTime === "early" && old.some((extent, axis) => extent < (shape[axis] as number))) {
    yield* allocateStorage(file, address, old);
  }
}

function checkShape(dataset: DatasetHeader, shape: readonly number[]): void {
  const { dimensions, maxDimensions } = dataset.dataspace;
  if (shape.length !== dimensions.length) {
    throw new HdfiveError(
      "SHAPE_MISMATCH",
      `New shape length (${shape.length}) must match dataset rank (${dimensions.length})`,
    );
  }
  for (const [axis, extent] of shape.entries()) {
    if (!Number.isSafeInteger(extent) || extent < 0) {
      throw new HdfiveError("INVALID_ARGUMENT", `A dimension must be a whole number from 0 on, not ${extent}`);
    }
    const most = maxDimensions === null ? dimensions[axis] : maxDimensions[axis];
    if (most !== null && most !== undefined && extent > most) {
      throw new HdfiveError(
        "OUT_OF_RANGE",
        `Unable to change a dataset's dimensions (dimension cannot exceed the existing maximal size (new: ${extent} max: ${most}))`,
      );
    }
  }
}

/** The grid of chunks that covers a shape, cut to a range of positions on one axis; `null` when it is empty. */
function slab(
  layout: ChunkedLayout,
  shape: readonly number[],
  axis: number,
  from: number,
  to: number,
): ChunkBounds | null {
  const first = shape.map((_, i) => (i === axis ? from : 0));
  const last = shape.map((extent, i) => (i === axis ? to : Math.ceil(extent / (layout.chunkShape[i] as number)) - 1));
  return first.every((position, i) => position <= (last[i] as number)) ? { first, last } : null;
}

/** Forgets the chunks that lie past a new extent on one axis. */
function* prune(
  file: OpenFile,
  dataset: DatasetHeader,
  old: readonly number[],
  axis: number,
  extent: number,
): Task<void> {
  const layout = requireChunked(dataset);
  const side = layout.chunkShape[axis] as number;
  const from = Math.ceil(extent / side);
  for (const chunk of file.chunks.ofDataset(dataset.address)) {
    if ((chunk.scaled[axis] as number) >= from) {
      file.chunks.remove(chunk);
    }
  }
  const bounds = slab(layout, old, axis, from, Math.ceil((old[axis] as number) / side) - 1);
  if (bounds === null || layout.address === null) {
    return;
  }
  const index = chunkIndexOf(layout, dataset);
  for (let after: readonly number[] | null = null, done = false; !done; ) {
    const from = after;
    const next: readonly number[] | null = yield* perform(
      transact(file.state, (tx) => {
        const page = index.list(tx, from, PAGE, bounds);
        forgetChunks(tx, loadDataset(tx, dataset.address), page.records);
        return page.next;
      }),
    );
    after = next;
    done = next === null;
  }
}

/** Puts the fill value where the chunks at the new edge of one axis were cut. */
function* refillCut(file: OpenFile, dataset: DatasetHeader, axis: number, extent: number): Task<void> {
  const layout = requireChunked(dataset);
  const side = layout.chunkShape[axis] as number;
  const shape = dataset.dataspace.dimensions;
  if (extent % side === 0) {
    return;
  }
  const edge = Math.floor(extent / side);
  const cached = file.chunks.ofDataset(dataset.address).filter(({ scaled }) => scaled[axis] === edge);
  for (const { scaled } of cached) {
    yield* refill(file, dataset, layout, scaled);
  }
  const bounds = slab(layout, shape, axis, edge, edge);
  if (bounds === null || layout.address === null) {
    return;
  }
  const index = chunkIndexOf(layout, dataset);
  for (let after: readonly number[] | null = null, done = false; !done; ) {
    const from: readonly number[] | null = after;
    const page: ChunkPage = yield* perform(transact(file.state, (tx) => index.list(tx, from, PAGE, bounds)));
    for (const { scaled } of page.records) {
      yield* refill(file, dataset, layout, scaled);
    }
    after = page.next;
    done = page.next === null;
  }
}

function* refill(file: OpenFile, dataset: DatasetHeader, layout: ChunkedLayout, scaled: readonly number[]): Task<void> {
  const chunk = yield* loadChunk(file, dataset, layout, scaled);
  const { dimensions } = dataset.dataspace;
  const axes = layout.chunkShape.map((side, axis): AxisPiece => {
    const count = Math.min(side, (dimensions[axis] as number) - (scaled[axis] as number) * side);
    return { kind: "range", chunkStart: 0, chunkStep: 1, resultStart: 0, count };
  });
  const { size } = dataset.datatype;
  const kept = filledBytes(dataset, chunk.bytes.length / size);
  // The inside of the old chunk goes to the same place of a chunk of fill value.
  const inside = { chunk: scaled, coversWholeChunk: false, pieces: { kind: "axes", axes } } as const;
  gather(inside, kept, layout.chunkShape, size, chunk.bytes, layout.chunkShape);
  chunk.bytes.set(kept);
  file.chunks.change(chunk);
  yield* makeRoom(file);
}
