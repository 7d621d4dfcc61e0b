import { HdfiveError } from "@hdfive/format";
import { elementCount, rowMajorStrides, storedBytes } from "../array/index.js";
import { type ChunkPage, chunkIndexOf } from "../engine/chunk-index/chunk-index.js";
import { type DatasetHeader, loadDataset, requireChunked, requireLayout } from "../engine/datasets/dataset-header.js";
import { transact } from "../engine/transaction/drive.js";
import { perform, type Task } from "../task.js";
import type { OpenFile } from "./open-file.js";
import { readElements } from "./read.js";

/** Chunks looked up at once. */
const PAGE = 256;

/** A box of elements, and the place of its first one in row-major order. */
export interface Box {
  readonly first: number;
  readonly start: readonly number[];
  readonly counts: readonly number[];
}

/** The elements of a box as they are stored, packed in row-major order. */
export function* readBox(
  file: OpenFile,
  dataset: DatasetHeader,
  start: readonly number[],
  counts: readonly number[],
): Task<Uint8Array<ArrayBuffer>> {
  const memory = storedBytes(dataset.datatype);
  const byteLength = elementCount(counts) * dataset.datatype.size;
  if (!(byteLength <= file.state.limits.readBytes)) {
    throw new HdfiveError("LIMIT", `A block of ${byteLength} bytes is more than the limit of one read`);
  }
  const into = new Uint8Array(byteLength);
  const axes = start.map((at, axis) => {
    const count = counts[axis] as number;
    return { kind: "range", start: at, step: 1, count, drop: false } as const;
  });
  yield* readElements(file, dataset, { kind: "axes", axes, shape: counts, countShape: counts }, memory, into);
  return into;
}

/** Boxes that follow each other in row-major order, of up to `most` elements. */
export function* rowMajorBoxes(shape: readonly number[], most: number): Generator<Box> {
  const strides = rowMajorStrides(shape);
  // Axes before `cut` are taken one index at a time, those after it whole.
  const found = strides.findIndex((stride) => stride <= most);
  const cut = found < 0 ? shape.length : found;
  const outer = shape.slice(0, cut);
  const rows = cut < shape.length ? Math.max(1, Math.floor(most / (strides[cut] as number))) : 1;
  const total = elementCount(outer);
  for (let i = 0; i < total; i++) {
    const before = placeOf(i, outer);
    const extent = shape[cut] ?? 1;
    for (let row = 0; row < extent; row += rows) {
      const start = shape.map((_, axis) => (axis < cut ? (before[axis] as number) : axis === cut ? row : 0));
      const counts = shape.map((length, axis) =>
        axis < cut ? 1 : axis === cut ? Math.min(rows, length - row) : length,
      );
      const first = start.reduce((sum, at, axis) => sum + at * (strides[axis] as number), 0);
      yield { first, start, counts };
    }
  }
}

/** The indices of an element by its place in row-major order. */
export function placeOf(index: number, shape: readonly number[]): number[] {
  const place = new Array<number>(shape.length);
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] as number;
    place[axis] = rest % extent;
    rest = Math.floor(rest / extent);
  }
  return place;
}

/** Goes through the elements of a dataset as they are stored, up to `most` at a time, or a chunk; only those that are stored. */
export function* eachBatch(
  file: OpenFile,
  dataset: DatasetHeader,
  most: number,
  visit: (bytes: Uint8Array, count: number) => Task<void>,
): Task<void> {
  const shape = dataset.dataspace.dimensions;
  if (dataset.dataspace.type === "null" || shape.includes(0)) {
    return;
  }
  const layout = requireLayout(dataset);
  if (layout.class === "contiguous" && layout.address === null && dataset.external === null) {
    return;
  }
  if (layout.class === "chunked") {
    yield* eachChunk(file, dataset, layout.chunkShape, visit);
    return;
  }
  for (const { start, counts } of rowMajorBoxes(shape, most)) {
    yield* visit(yield* readBox(file, dataset, start, counts), elementCount(counts));
  }
}

function* eachChunk(
  file: OpenFile,
  dataset: DatasetHeader,
  chunkShape: readonly number[],
  visit: (bytes: Uint8Array, count: number) => Task<void>,
): Task<void> {
  const shape = dataset.dataspace.dimensions;
  let after: readonly number[] | null = null;
  do {
    const position: readonly number[] | null = after;
    const page: ChunkPage = yield* perform(
      transact(file.state, (tx) => {
        const now = loadDataset(tx, dataset.address);
        return chunkIndexOf(requireChunked(now), now).list(tx, position, PAGE);
      }),
    );
    for (const { scaled } of page.records) {
      const start = scaled.map((at, axis) => at * (chunkShape[axis] as number));
      const counts = start.map((at, axis) => Math.min(chunkShape[axis] as number, (shape[axis] as number) - at));
      if (counts.every((count) => count > 0)) {
        yield* visit(yield* readBox(file, dataset, start, counts), elementCount(counts));
      }
    }
    after = page.next;
  } while (after !== null);
}
