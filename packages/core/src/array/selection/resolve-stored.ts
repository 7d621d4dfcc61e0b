import {
  type BlockSelection,
  type DataspaceSelection,
  HdfiveError,
  type HyperslabSelection,
  type PointSelection,
  selectionRank,
} from "@hdfive/format";
import { shapeText } from "../shape.js";
import type { AxisSelection, ResolvedSelection } from "./selection.js";
import { type SpanLevel, spanTree } from "./span-tree.js";

const KINDS: readonly unknown[] = [
  "none",
  "all",
  "points",
  "hyperslab",
  "blocks",
] satisfies DataspaceSelection["kind"][];

/** Whether a value is a selection as files store it. */
export function isStoredSelection(value: unknown): value is DataspaceSelection {
  return typeof value === "object" && value !== null && "kind" in value && KINDS.includes(value.kind);
}

/**
 * Checks a selection as files store it against the shape it is for; what is unlimited goes to the end of its axis.
 *
 * The shape of the result is h5py's: all of it, one axis for points, an entry per axis for blocks that are the product of a
 * choice on each axis, one axis for other blocks.
 *
 * @throws HdfiveError `INVALID_ARGUMENT` for a selection of another rank, `OUT_OF_RANGE` for one that leaves the shape
 */
export function resolveStored(selection: DataspaceSelection, shape: readonly number[]): ResolvedSelection {
  const rank = selectionRank(selection);
  if (rank !== null && rank !== shape.length) {
    throw new HdfiveError("INVALID_ARGUMENT", `A selection of ${rank} dimensions for ${shape.length} dimensions`);
  }
  switch (selection.kind) {
    case "none":
      return nothing(shape);
    case "all":
      return fromAxes(shape.map((extent) => ({ kind: "range", start: 0, step: 1, count: extent, drop: false })));
    case "points":
      return resolvePoints(selection, shape);
    case "hyperslab":
      return fromAxes(shape.map((extent, axis) => regularAxis(selection, axis, extent)));
    case "blocks":
      return resolveBlocks(selection, shape);
  }
}

function nothing(shape: readonly number[]): ResolvedSelection {
  return shape.length === 0
    ? { kind: "points", coordinates: new Float64Array(0), shape: [0] }
    : fromAxes(shape.map(() => evenAxis(0, 1, 1, 0)));
}

function fromAxes(axes: readonly Exclude<AxisSelection, { kind: "list" }>[]): ResolvedSelection {
  const countShape = axes.map(({ count }) => count);
  return { kind: "axes", axes, shape: countShape, countShape };
}

function resolvePoints({ rank, coordinates }: PointSelection, shape: readonly number[]): ResolvedSelection {
  for (let i = 0; i < coordinates.length; i++) {
    requireInside(coordinates[i] as number, shape, i % rank);
  }
  return { kind: "points", coordinates, shape: [coordinates.length / rank] };
}

function regularAxis(
  { start, stride, count, block }: HyperslabSelection,
  axis: number,
  extent: number,
): Exclude<AxisSelection, { kind: "list" }> {
  const first = start[axis] as number;
  const step = stride[axis] as number;
  const blocks = count[axis] as number | null;
  const room = Math.max(0, extent - first);
  const side = block[axis] ?? room;
  if (blocks !== null) {
    if (blocks > 0 && side > 0) {
      requireInside(first + (blocks - 1) * step + side - 1, [extent], 0);
    }
    return evenAxis(first, step, side, blocks * side);
  }
  // As many blocks as begin inside, the last one cut off at the end.
  const whole = Math.floor(room / step);
  return evenAxis(first, step, side, whole * side + Math.min(side, room - whole * step));
}

/** An axis with blocks of one size, in the form that later steps handle fastest. */
function evenAxis(
  start: number,
  stride: number,
  block: number,
  count: number,
): Exclude<AxisSelection, { kind: "list" }> {
  if (count <= block || stride === block) {
    return { kind: "range", start: count === 0 ? 0 : start, step: 1, count, drop: false };
  }
  if (block === 1) {
    return { kind: "range", start, step: stride, count, drop: false };
  }
  return { kind: "blocks", start, stride, block, count, drop: false };
}

function resolveBlocks({ rank, corners }: BlockSelection, shape: readonly number[]): ResolvedSelection {
  if (corners.length === 0) {
    return nothing(shape);
  }
  for (let i = rank; i < corners.length; i += 2 * rank) {
    for (let axis = 0; axis < rank; axis++) {
      requireInside(corners[i + axis] as number, shape, axis);
    }
  }
  const spans = spanTree(corners, rank);
  const levels = productLevels(spans);
  if (levels === null) {
    return { kind: "spans", spans, shape: [spans.count] };
  }
  const axes = levels.map(evenLevel);
  return axes.every((axis) => axis !== null) ? fromAxes(axes) : { kind: "spans", spans, shape: levels.map(indicesOf) };
}

/** A level per axis when the same is selected below every index of an axis, else `null`. */
function productLevels(spans: SpanLevel): readonly SpanLevel[] | null {
  const levels: SpanLevel[] = [];
  for (let level: SpanLevel | undefined = spans; level !== undefined; level = level.below[0]) {
    const [first] = level.below;
    if (level.below.some((other) => other !== first)) {
      return null;
    }
    levels.push(level);
  }
  return levels;
}

/** Indices on the axis of a level. */
function indicesOf({ starts, ends }: SpanLevel): number {
  return starts.reduce((sum, start, i) => sum + (ends[i] as number) - start + 1, 0);
}

/** The axis of a level whose ranges are of one size at one distance, else `null`. */
function evenLevel({ starts, ends }: SpanLevel): Exclude<AxisSelection, { kind: "list" }> | null {
  const start = starts[0] as number;
  const block = (ends[0] as number) - start + 1;
  const stride = starts.length === 1 ? block : (starts[1] as number) - start;
  const isEven = starts.every((first, i) => first === start + i * stride && (ends[i] as number) - first + 1 === block);
  return isEven ? evenAxis(start, stride, block, starts.length * block) : null;
}

function requireInside(index: number, shape: readonly number[], axis: number): void {
  if (!(index >= 0 && index < (shape[axis] as number))) {
    throw new HdfiveError("OUT_OF_RANGE", `The selection has index ${index} on axis ${axis} of ${shapeText(shape)}`);
  }
}
