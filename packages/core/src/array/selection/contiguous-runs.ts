import { rowMajorStrides } from "../shape.js";
import { indexAt } from "./axis-index.js";
import type { ContiguousRun } from "./contiguous-run.js";
import type { AxisSelection, ResolvedSelection } from "./selection.js";
import { spanRuns } from "./span-tree.js";

/** The longest runs of elements of a contiguous dataset that are side by side in the result too, in the result's order. */
export function* contiguousRuns(
  resolved: ResolvedSelection,
  shape: readonly number[],
): Generator<ContiguousRun, void, undefined> {
  let pending: ContiguousRun | null = null;
  for (const run of unjoinedRuns(resolved, shape)) {
    if (pending !== null && pending.offset + pending.count === run.offset && pending.at + pending.count === run.at) {
      pending = { offset: pending.offset, count: pending.count + run.count, at: pending.at };
    } else {
      if (pending !== null) {
        yield pending;
      }
      pending = run;
    }
  }
  if (pending !== null) {
    yield pending;
  }
}

function unjoinedRuns(
  resolved: ResolvedSelection,
  shape: readonly number[],
): Generator<ContiguousRun, void, undefined> {
  switch (resolved.kind) {
    case "points":
      return pointRuns(resolved.coordinates, shape);
    case "spans":
      return spanRuns(resolved.spans, rowMajorStrides(shape), 0, 0, 0);
    case "axes":
      return axisRuns(resolved, shape);
  }
}

function* pointRuns(coordinates: Float64Array, shape: readonly number[]): Generator<ContiguousRun, void, undefined> {
  const strides = rowMajorStrides(shape);
  const rank = shape.length;
  for (let point = 0; point * rank < coordinates.length || (rank === 0 && point === 0); point++) {
    let offset = 0;
    for (let axis = 0; axis < rank; axis++) {
      offset += (coordinates[point * rank + axis] as number) * (strides[axis] as number);
    }
    yield { offset, count: 1, at: point };
  }
}

function* axisRuns(
  resolved: Extract<ResolvedSelection, { kind: "axes" }>,
  shape: readonly number[],
): Generator<ContiguousRun, void, undefined> {
  const { axes, countShape } = resolved;
  if (countShape.includes(0)) {
    return;
  }
  const strides = rowMajorStrides(shape);
  // Whole trailing axes belong to one run, and so does the unbroken range on the axis before them.
  let inner = axes.length;
  let run = 1;
  while (inner > 0 && isWhole(axes[inner - 1] as AxisSelection, shape[inner - 1] as number)) {
    inner--;
    run *= shape[inner] as number;
  }
  const broken = axes[inner - 1];
  let base = 0;
  if (broken?.kind === "range" && broken.step === 1) {
    inner--;
    run *= broken.count;
    base = broken.start * (strides[inner] as number);
  }
  // Blocks are gone through block by block where all after their axis is whole; else each of their elements is a run.
  const block = axes[inner - 1] === broken && broken?.kind === "blocks" ? broken.block : 1;
  const position = new Array<number>(inner).fill(0);
  for (let at = 0; ; ) {
    let offset = base;
    for (let axis = 0; axis < inner; axis++) {
      offset += indexAt(axes[axis] as AxisSelection, position[axis] as number) * (strides[axis] as number);
    }
    let axis = inner - 1;
    const taken = axis < 0 ? 1 : Math.min(block, (countShape[axis] as number) - (position[axis] as number));
    yield { offset, count: run * taken, at };
    at += run * taken;
    let step = taken;
    while (axis >= 0 && (position[axis] as number) + step === countShape[axis]) {
      position[axis] = 0;
      step = 1;
      axis--;
    }
    if (axis < 0) {
      return;
    }
    position[axis] = (position[axis] as number) + step;
  }
}

function isWhole(axis: AxisSelection, extent: number): boolean {
  return axis.kind === "range" && axis.step === 1 && axis.start === 0 && axis.count === extent;
}

/**
 * Shape of blocks of at most `maxElements` (at least one) that cut a contiguous dataset into unbroken stretches of bytes.
 *
 * With it a contiguous dataset can be read through `projectChunks` and `scatter` like a chunked one, which is the way
 * for selections with steps: their runs would be single elements.
 */
export function contiguousBlockShape(shape: readonly number[], maxElements: number): number[] {
  const block = new Array<number>(shape.length).fill(1);
  let room = Math.max(1, Math.floor(maxElements));
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = Math.max(1, shape[axis] as number);
    block[axis] = Math.min(extent, room);
    if (room < extent) {
      break;
    }
    room = Math.floor(room / extent);
  }
  return block;
}
