import {
  type ChunkProjection,
  type ContiguousRun,
  contiguousBlockShape,
  contiguousRuns,
  elementCount,
  projectChunks,
  type ResolvedSelection,
  rowMajorStrides,
} from "../array/index.js";
import { concurrently, type Effect, perform, type Task } from "../task.js";
import { FETCHES_IN_FLIGHT } from "./open-file.js";
import type { ReadSink } from "./sink.js";

/** Bytes fetched by one request at most. */
const PIECE_BYTES = 16 * 1024 * 1024;
/** Bytes held while they are converted. */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** Runs shorter than this are cheaper to pick out of a block that was fetched whole. */
const SHORT_RUN_BYTES = 1024;
const BLOCK_BYTES = 1024 * 1024;

/** How bytes of the dataset's data are had: `offset` counts from its first byte. */
export type FetchSpan = (offset: number, into: Uint8Array<ArrayBuffer>) => Effect<void>;

/** A request: elements of the dataset that lie side by side, and where they go in the result. */
export interface ContiguousPiece {
  readonly offset: number;
  readonly count: number;
  readonly at: number;
}

/** Reads a selection of data that lies in one block, in row-major order. */
export function* readContiguous(
  sink: ReadSink,
  resolved: ResolvedSelection,
  shape: readonly number[],
  fetch: FetchSpan,
): Task<void> {
  const { size } = sink.memory.datatype;
  const runs = contiguousRuns(resolved, shape);
  const first = runs.next();
  if (first.done === true) {
    return;
  }
  const isAll = first.value.count === elementCount(sink.countShape);
  if (first.value.count * size < SHORT_RUN_BYTES && !isAll) {
    yield* readBlocks(sink, resolved, shape, fetch);
    return;
  }
  const pieceBytes = sink.direct(0, 0) === null ? WINDOW_BYTES : PIECE_BYTES;
  const limit = Math.max(1, Math.floor(pieceBytes / size));
  let batch: (() => Task<void>)[] = [];
  for (let run: ContiguousRun | undefined = first.value; run !== undefined; run = runs.next().value ?? undefined) {
    for (let done = 0; done < run.count; done += limit) {
      const piece = { offset: run.offset + done, count: Math.min(limit, run.count - done), at: run.at + done };
      batch.push(() => readPiece(sink, piece, fetch));
      if (batch.length === FETCHES_IN_FLIGHT) {
        yield* perform(concurrently(batch, FETCHES_IN_FLIGHT));
        batch = [];
      }
    }
  }
  yield* perform(concurrently(batch, FETCHES_IN_FLIGHT));
}

/** Bytes of the right type and order land in the result with no copy in between; all others are converted. */
function* readPiece(sink: ReadSink, { offset, count, at }: ContiguousPiece, fetch: FetchSpan): Task<void> {
  const { size } = sink.memory.datatype;
  const target = sink.direct(at, count);
  if (target !== null) {
    yield* perform(fetch(offset * size, target));
    yield* sink.count(count);
    return;
  }
  const bytes = new Uint8Array(count * size);
  yield* perform(fetch(offset * size, bytes));
  yield* sink.accept(bytes, 0, count, at);
}

/** Selections with steps: cuts the data into blocks and takes from each what the selection wants. */
function* readBlocks(
  sink: ReadSink,
  resolved: ResolvedSelection,
  shape: readonly number[],
  fetch: FetchSpan,
): Task<void> {
  const { size } = sink.memory.datatype;
  const blockShape = contiguousBlockShape(shape, BLOCK_BYTES / size);
  const strides = rowMajorStrides(shape);
  let block = new Uint8Array(0);
  for (const projection of projectChunks(resolved, shape, blockShape)) {
    const start = projection.chunk.reduce(
      (sum, index, axis) => sum + index * (blockShape[axis] as number) * (strides[axis] as number),
      0,
    );
    const { first, last } = elementSpan(projection, blockShape);
    const needed = (last + 1) * size;
    if (block.length < needed) {
      block = new Uint8Array(needed);
    }
    const span = block.subarray(first * size, needed);
    yield* perform(fetch((start + first) * size, span));
    yield* sink.acceptChunk(projection, block, blockShape);
  }
}

/** The first and the last element of a block that a projection picks. */
export function elementSpan(
  { pieces }: ChunkProjection,
  blockShape: readonly number[],
): { first: number; last: number } {
  if (pieces.kind === "points") {
    const elements = pieces.chunkElements;
    return {
      first: elements.reduce((least, element) => Math.min(least, element), Number.POSITIVE_INFINITY),
      last: elements.reduce((most, element) => Math.max(most, element), 0),
    };
  }
  if (pieces.kind === "runs") {
    return {
      first: pieces.chunkElements[0] ?? 0,
      last: (pieces.chunkElements.at(-1) ?? 0) + (pieces.counts.at(-1) ?? 1) - 1,
    };
  }
  const strides = rowMajorStrides(blockShape);
  let first = 0;
  let last = 0;
  for (const [axis, piece] of pieces.axes.entries()) {
    const stride = strides[axis] as number;
    if (piece.kind === "list") {
      first += (piece.chunkIndices[0] as number) * stride;
      last += (piece.chunkIndices[piece.count - 1] as number) * stride;
    } else {
      first += piece.chunkStart * stride;
      last += (piece.chunkStart + (piece.count - 1) * piece.chunkStep) * stride;
    }
  }
  return { first, last };
}
