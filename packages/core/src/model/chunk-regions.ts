import { HdfiveError } from "@hdfive/format";
import { resolveSelection, type Selection, type Slice, slice } from "../array/index.js";

/** The error of what only chunked datasets can do. */
export function notChunked(): HdfiveError {
  return new HdfiveError("NOT_CHUNKED", "Chunked dataset required");
}

/** The parts of a region of a dataset that are in one chunk each, in row-major order of the chunks. */
export function chunkRegions(
  shape: readonly number[],
  chunkShape: readonly number[] | null,
  region: Selection,
): Generator<readonly Slice[], void, undefined> {
  if (chunkShape === null) {
    throw notChunked();
  }
  const resolved = resolveSelection(region, shape);
  if (resolved.kind !== "axes") {
    throw notRegion();
  }
  const ranges = resolved.axes.map((axis): { readonly start: number; readonly end: number } => {
    if (axis.kind !== "range" || (axis.step !== 1 && axis.count > 1)) {
      throw notRegion();
    }
    return { start: axis.start, end: axis.start + axis.count };
  });
  return regions(ranges, chunkShape);
}

function notRegion(): HdfiveError {
  return new HdfiveError("INVALID_ARGUMENT", "A region is a slice for each axis, with steps of 1");
}

function* regions(
  ranges: readonly { readonly start: number; readonly end: number }[],
  chunkShape: readonly number[],
): Generator<readonly Slice[], void, undefined> {
  if (ranges.some(({ start, end }) => start >= end)) {
    return;
  }
  const starts = ranges.map(({ start }) => start);
  const endOf = (axis: number): number => {
    const side = chunkShape[axis] as number;
    const end = (Math.floor((starts[axis] as number) / side) + 1) * side;
    return Math.min(end, (ranges[axis] as { readonly end: number }).end);
  };
  for (;;) {
    yield starts.map((start, axis) => slice(start, endOf(axis)));
    let axis = ranges.length - 1;
    while (axis >= 0 && endOf(axis) === (ranges[axis] as { readonly end: number }).end) {
      starts[axis] = (ranges[axis] as { readonly start: number }).start;
      axis--;
    }
    if (axis < 0) {
      return;
    }
    starts[axis] = endOf(axis);
  }
}
