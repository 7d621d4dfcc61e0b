import { HdfiveError } from "@hdfive/format";
import { NdArray } from "../ndarray.js";
import { RegionReference } from "../region-reference.js";
import { elementCount, shapesEqual } from "../shape.js";
import { isStoredSelection, resolveStored } from "./resolve-stored.js";
import {
  type AxisSelection,
  type Index,
  type Mask,
  mask,
  type ResolvedSelection,
  type Selection,
} from "./selection.js";

/**
 * Checks a selection against the shape it is for.
 *
 * The rules and the words of the errors are h5py's: integers may be negative, slices are clipped, steps are at least 1,
 * index lists increase and only one axis may have one, a mask of the whole shape picks points in row-major order.
 *
 * @throws HdfiveError `OUT_OF_RANGE` for an index outside, `INVALID_ARGUMENT` for everything else
 */
export function resolveSelection(selection: Selection | NdArray<"bool">, shape: readonly number[]): ResolvedSelection {
  if (selection instanceof RegionReference) {
    return resolveStored(selection.selection, shape);
  }
  if (isStoredSelection(selection)) {
    return resolveStored(selection, shape);
  }
  const whole = wholeMask(selection, shape);
  if (whole !== null) {
    return maskedPoints(whole, shape);
  }
  const given = (selection instanceof NdArray ? mask(selection.data) : selection) as Selection;
  const perAxis = spread(Array.isArray(given) ? given : given === null ? [] : [given], shape);
  const axes = perAxis.map((index, axis) => resolveAxis(index, shape[axis] as number));
  if (perAxis.filter(isVector).length > 1) {
    throw invalid("Only one indexing vector or array is currently allowed for fancy indexing");
  }
  return fromAxes(axes);
}

function fromAxes(axes: readonly AxisSelection[]): ResolvedSelection {
  const countShape = axes.map((axis) => (axis.kind === "list" ? axis.indices.length : axis.count));
  const shape = countShape.filter((_, axis) => !(axes[axis] as AxisSelection).drop);
  return { kind: "axes", axes, shape, countShape };
}

/** Puts one entry on every axis: opens the ellipsis and takes axes left out whole. */
function spread(items: readonly (Index | null | "...")[], shape: readonly number[]): (Index | null)[] {
  const ellipsis = items.indexOf("...");
  if (ellipsis !== items.lastIndexOf("...")) {
    throw invalid("Only one ellipsis may be used.");
  }
  const named = items.filter((item): item is Index | null => item !== "...");
  if (named.length > shape.length) {
    throw shape.length === 0
      ? invalid("Illegal slicing argument for scalar dataspace")
      : invalid(`${named.length} indexing arguments for ${shape.length} dimensions`);
  }
  const before = ellipsis < 0 ? named.length : ellipsis;
  const missing = new Array<null>(shape.length - named.length).fill(null);
  return [...named.slice(0, before), ...missing, ...named.slice(before)];
}

function resolveAxis(index: Index | null, extent: number): AxisSelection {
  if (index === null) {
    return { kind: "range", start: 0, step: 1, count: extent, drop: false };
  }
  if (typeof index === "number") {
    return { kind: "range", start: singleIndex(index, extent), step: 1, count: 1, drop: true };
  }
  if (isMask(index)) {
    return fromMask(index, extent);
  }
  if (typeof index === "object" && "start" in index) {
    return resolveSlice(index.start, index.stop, index.step, extent);
  }
  if (isBooleans(index)) {
    return fromMask(mask(index), extent);
  }
  if (Array.isArray(index) || ArrayBuffer.isView(index)) {
    return fromList(index as ArrayLike<number>, extent);
  }
  throw invalid(`Selection can't process ${String(index)}`);
}

function singleIndex(given: number, extent: number): number {
  if (!Number.isInteger(given)) {
    throw invalid(`Selection can't process ${given}`);
  }
  const index = given < 0 ? given + extent : given;
  if (index < 0 || index >= extent) {
    const range = extent === 0 ? "for empty dimension" : `for (0-${extent - 1})`;
    throw new HdfiveError("OUT_OF_RANGE", `Index (${given}) out of range ${range}`);
  }
  return index;
}

function resolveSlice(start: number | null, stop: number | null, step: number | null, extent: number): AxisSelection {
  const by = step ?? 1;
  if (by === 0) {
    throw invalid("slice step cannot be zero");
  }
  if (!(by >= 1)) {
    throw invalid(`Step must be >= 1 (got ${by})`);
  }
  for (const end of [start, stop, step]) {
    if (end !== null && !Number.isInteger(end) && Math.abs(end) !== Number.POSITIVE_INFINITY) {
      throw invalid(`Selection can't process ${end}`);
    }
  }
  const clip = (end: number): number => Math.max(0, Math.min(extent, end < 0 ? end + extent : end));
  const from = clip(start ?? 0);
  const to = clip(stop ?? extent);
  const count = to > from ? Math.ceil((to - from) / by) : 0;
  return { kind: "range", start: from, step: count > 1 ? by : 1, count, drop: false };
}

function fromList(list: ArrayLike<number>, extent: number): AxisSelection {
  const indices = new Float64Array(list.length);
  let previous = -1;
  for (let i = 0; i < list.length; i++) {
    const given = list[i];
    if (typeof given !== "number" || !Number.isInteger(given)) {
      throw invalid(`Selection can't process ${String(given)}`);
    }
    const index = given < 0 ? given + extent : given;
    if (index < 0 || index >= extent) {
      throw new HdfiveError("OUT_OF_RANGE", `Fancy indexing out of range for (0-${extent - 1})`);
    }
    if (index <= previous) {
      throw invalid("Indexing elements must be in increasing order");
    }
    previous = index;
    indices[i] = index;
  }
  return evenlySpaced(indices);
}

/** Indices that are evenly spaced are a range, which every later step handles faster. */
function evenlySpaced(indices: Float64Array): AxisSelection {
  const count = indices.length;
  const start = indices[0] ?? 0;
  const step = count > 1 ? (indices[1] as number) - start : 1;
  for (let i = 1; i < count; i++) {
    if (indices[i] !== start + i * step) {
      return { kind: "list", indices, drop: false };
    }
  }
  return { kind: "range", start, step, count, drop: false };
}

function fromMask({ values, shape }: Mask, extent: number): AxisSelection {
  if (shape.length !== 1 || values.length !== extent) {
    throw invalid("Boolean indexing array has incompatible shape");
  }
  return evenlySpaced(positionsOf(values));
}

function positionsOf(values: Uint8Array): Float64Array {
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    count += values[i] === 0 ? 0 : 1;
  }
  const positions = new Float64Array(count);
  for (let i = 0, at = 0; i < values.length; i++) {
    if (values[i] !== 0) {
      positions[at++] = i;
    }
  }
  return positions;
}

/** The mask of a selection that is one mask for the whole array, of two axes or more. */
function wholeMask(selection: Selection | NdArray<"bool">, shape: readonly number[]): Mask | null {
  const only = Array.isArray(selection) && selection.length === 1 ? (selection[0] as unknown) : selection;
  const found = only instanceof NdArray ? booleansOf(only) : isMask(only) ? only : null;
  if (found === null || (found.shape.length === 1 && shape.length >= 1)) {
    return null;
  }
  if (!shapesEqual(found.shape, shape)) {
    throw invalid("Boolean indexing array has incompatible shape");
  }
  return found;
}

function booleansOf(array: NdArray): Mask {
  if (!(array.data instanceof Uint8Array) || array.dtype !== "bool") {
    throw invalid(`Selection can't process an array of ${array.dtype}; a mask has dtype bool`);
  }
  return { values: array.data, shape: array.shape };
}

function maskedPoints(whole: Mask, shape: readonly number[]): ResolvedSelection {
  const positions = positionsOf(whole.values);
  const rank = shape.length;
  if (elementCount([positions.length, Math.max(rank, 1)]) >= 2 ** 31) {
    throw new HdfiveError("LIMIT", `a mask that selects ${positions.length} points is too large; select in parts`);
  }
  const coordinates = new Float64Array(positions.length * rank);
  for (let i = 0; i < positions.length; i++) {
    let rest = positions[i] as number;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const extent = shape[axis] as number;
      coordinates[i * rank + axis] = rest % extent;
      rest = Math.floor(rest / extent);
    }
  }
  return { kind: "points", coordinates, shape: [positions.length] };
}

function isMask(value: unknown): value is Mask {
  return (
    typeof value === "object" && value !== null && "values" in value && "shape" in value && !(value instanceof NdArray)
  );
}

function isBooleans(index: unknown): index is readonly boolean[] {
  return Array.isArray(index) && index.length > 0 && index.every((item) => typeof item === "boolean");
}

function isVector(index: unknown): boolean {
  return Array.isArray(index) || ArrayBuffer.isView(index) || isMask(index);
}

function invalid(message: string): HdfiveError {
  return new HdfiveError("INVALID_ARGUMENT", message);
}
