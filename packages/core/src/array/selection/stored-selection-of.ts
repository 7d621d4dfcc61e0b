import { type DataspaceSelection, HdfiveError } from "@hdfive/format";
import { RegionReference } from "../region-reference.js";
import { elementCount } from "../shape.js";
import { resolveSelection } from "./resolve-selection.js";
import { isStoredSelection, resolveStored } from "./resolve-stored.js";
import type { AxisSelection, Selection } from "./selection.js";

/** Blocks that a list of indices may come to beside slices with steps, each of which is stored. */
const MAX_BLOCKS = 2 ** 22;

/**
 * A selection as files store it, to be kept in a reference: slices become a hyperslab, a list of indices blocks, a mask
 * points. File Format Specification, section VIII.
 *
 * @throws HdfiveError as `resolveSelection`, and `LIMIT` for a list that comes to too many blocks
 */
export function storedSelectionOf(selection: Selection, shape: readonly number[]): DataspaceSelection {
  if (selection instanceof RegionReference || isStoredSelection(selection)) {
    const stored = selection instanceof RegionReference ? selection.selection : selection;
    resolveStored(stored, shape);
    return stored;
  }
  if (selection === null || shape.length === 0) {
    resolveSelection(selection, shape);
    return { kind: "all" };
  }
  const resolved = resolveSelection(selection, shape);
  if (elementCount(resolved.shape) === 0) {
    return { kind: "none" };
  }
  if (resolved.kind === "points") {
    return { kind: "points", rank: shape.length, coordinates: resolved.coordinates };
  }
  return resolved.kind === "axes" ? ofAxes(resolved.axes) : { kind: "all" };
}

function ofAxes(axes: readonly AxisSelection[]): DataspaceSelection {
  if (axes.some(({ kind }) => kind === "list")) {
    return blocksOf(axes.map(runsOf));
  }
  const start: number[] = [];
  const stride: number[] = [];
  const count: number[] = [];
  const block: number[] = [];
  for (const axis of axes) {
    if (axis.kind === "range") {
      const isRun = axis.step === 1 || axis.count === 1;
      start.push(axis.start);
      stride.push(isRun ? 1 : axis.step);
      count.push(isRun ? 1 : axis.count);
      block.push(isRun ? axis.count : 1);
    }
  }
  return { kind: "hyperslab", start, stride, count, block };
}

/** The first and last index of every run of neighbours on one axis. */
function runsOf(axis: AxisSelection): (readonly [first: number, last: number])[] {
  if (axis.kind === "range" && axis.step === 1) {
    return [[axis.start, axis.start + axis.count - 1]];
  }
  const runs: [number, number][] = [];
  const count = axis.kind === "list" ? axis.indices.length : axis.count;
  for (let i = 0; i < count; i++) {
    const index = axis.kind === "list" ? (axis.indices[i] as number) : axis.start + i * stepOf(axis);
    const last = runs.at(-1);
    if (last !== undefined && last[1] === index - 1) {
      last[1] = index;
    } else {
      runs.push([index, index]);
    }
    checkCount(runs.length);
  }
  return runs;
}

function stepOf(axis: AxisSelection): number {
  return axis.kind === "range" ? axis.step : 1;
}

/** Every combination of the runs of all axes, in row-major order. */
function blocksOf(runs: readonly (readonly (readonly [number, number])[])[]): DataspaceSelection {
  const rank = runs.length;
  const total = elementCount(runs.map(({ length }) => length));
  checkCount(total);
  const corners = new Float64Array(total * 2 * rank);
  for (let block = 0; block < total; block++) {
    for (let axis = rank - 1, rest = block; axis >= 0; axis--) {
      const ofAxis = runs[axis] as readonly (readonly [number, number])[];
      const [first, last] = ofAxis[rest % ofAxis.length] as readonly [number, number];
      corners[2 * rank * block + axis] = first;
      corners[2 * rank * block + rank + axis] = last;
      rest = Math.floor(rest / ofAxis.length);
    }
  }
  return { kind: "blocks", rank, corners };
}

function checkCount(count: number): void {
  if (count > MAX_BLOCKS) {
    throw new HdfiveError(
      "LIMIT",
      `The selection comes to ${count} blocks, more than the ${MAX_BLOCKS} that are stored`,
    );
  }
}
