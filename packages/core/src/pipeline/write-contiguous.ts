import {
  contiguousBlockShape,
  contiguousRuns,
  gather,
  hasHeapData,
  pickedCount,
  projectChunks,
  type ResolvedSelection,
  rowMajorStrides,
} from "../array/index.js";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";
import { writeBytes } from "../storage/access.js";
import { concurrently, perform, type Task } from "../task.js";
import { FETCHES_IN_FLIGHT, type OpenFile } from "./open-file.js";
import { freeOverwritten } from "./overwritten.js";
import type { ProgressTally } from "./progress.js";
import { elementSpan, type FetchSpan } from "./read-contiguous.js";
import type { WriteSource } from "./write-source.js";

/** Bytes written by one request at most. */
const PIECE_BYTES = 16 * 1024 * 1024;
/** Runs shorter than this are put into a block that is read, changed and written back. */
const SHORT_RUN_BYTES = 1024;
const BLOCK_BYTES = 1024 * 1024;

/** Writes a selection of data that lies in one block from `address` on. */
export function* writeContiguous(
  file: OpenFile,
  dataset: DatasetHeader,
  address: number,
  resolved: ResolvedSelection,
  source: WriteSource,
  fetch: FetchSpan,
  tally: ProgressTally,
): Task<void> {
  const { size } = dataset.datatype;
  const shape = dataset.dataspace.dimensions;
  const first = contiguousRuns(resolved, shape).next();
  if (first.done === true) {
    return;
  }
  const runBytes = first.value.count * size;
  // Elements with heap data are read before they are overwritten: what they point to must be given back.
  if ((runBytes < SHORT_RUN_BYTES && source.bytes.length > runBytes) || hasHeapData(dataset.datatype)) {
    yield* writeBlocks(file, dataset, address, resolved, source, fetch, tally);
    return;
  }
  const { blocks, context } = file.state;
  const base = context.baseAddress + address;
  let batch: (() => Task<void>)[] = [];
  for (const run of contiguousRuns(resolved, shape)) {
    for (let done = 0; done < run.count * size; done += PIECE_BYTES) {
      const from = run.at * size + done;
      const bytes = source.bytes.subarray(from, from + Math.min(PIECE_BYTES, run.count * size - done));
      const offset = base + run.offset * size + done;
      batch.push(function* () {
        yield* perform(writeBytes(blocks, offset, bytes));
        yield* tally.add(bytes.length);
      });
      if (batch.length === FETCHES_IN_FLIGHT) {
        yield* perform(concurrently(batch, FETCHES_IN_FLIGHT));
        batch = [];
      }
    }
  }
  yield* perform(concurrently(batch, FETCHES_IN_FLIGHT));
}

/** Selections with steps, and heap data: reads a stretch, changes what the selection picks, and writes it back. */
function* writeBlocks(
  file: OpenFile,
  dataset: DatasetHeader,
  address: number,
  resolved: ResolvedSelection,
  source: WriteSource,
  fetch: FetchSpan,
  tally: ProgressTally,
): Task<void> {
  const { size } = dataset.datatype;
  const shape = dataset.dataspace.dimensions;
  const countShape = resolved.kind === "axes" ? resolved.countShape : resolved.shape;
  const blockShape = contiguousBlockShape(shape, BLOCK_BYTES / size);
  const strides = rowMajorStrides(shape);
  const { blocks, context } = file.state;
  const usesHeap = hasHeapData(dataset.datatype);
  const block = new Uint8Array(size * blockShape.reduce((product, extent) => product * extent, 1));
  for (const projection of projectChunks(resolved, shape, blockShape)) {
    const start = projection.chunk.reduce(
      (sum, index, axis) => sum + index * (blockShape[axis] as number) * (strides[axis] as number),
      0,
    );
    const { first, last } = elementSpan(projection, blockShape);
    const span = block.subarray(first * size, (last + 1) * size);
    yield* perform(fetch((start + first) * size, span));
    if (usesHeap) {
      yield* freeOverwritten(file, dataset, projection, block, blockShape);
    }
    gather(projection, block, blockShape, size, source.bytes, countShape);
    yield* perform(writeBytes(blocks, context.baseAddress + address + (start + first) * size, span));
    yield* tally.add(pickedCount(projection) * size);
  }
}
