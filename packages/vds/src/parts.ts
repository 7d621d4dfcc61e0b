import {
  type AxisSelection,
  type Placement,
  type ResolvedSelection,
  rowMajorStrides,
  spanTree,
} from "@hdfive/core/plugin";
import {
  axisCount,
  axisIndex,
  axisOf,
  firstPicks,
  indicesAt,
  meetAxis,
  type Picks,
  pickCount,
  picksApart,
  picksBelow,
} from "./axis-picks.js";
import { eachElement, OrdinalFinder, rowsOf } from "./ordinal.js";
import { productPlacement, RunPlacement, sideBySide } from "./place-product.js";

/** Elements of a source and where they go in what was selected of the virtual dataset. */
export interface Part {
  /** The elements in the source. */
  readonly resolved: ResolvedSelection;
  readonly placement: Placement;
  readonly count: number;
}

/** What was selected and a mapping share: a choice on each axis, or elements anywhere. */
export interface Meeting {
  readonly selected: ResolvedSelection;
  readonly virtual: ResolvedSelection;
  /** On each axis the positions in what was selected, and those in the mapping; `null` for elements anywhere. */
  readonly axes: readonly { readonly positions: Picks; readonly ordinals: Picks }[] | null;
}

/** Runs that are looked up in a source by one read. */
const RUNS = 2 ** 16;

/** What was selected of a virtual dataset and a mapping share; `null` for nothing. */
export function meet(
  selected: ResolvedSelection,
  virtual: ResolvedSelection,
  shape: readonly number[],
): Meeting | null {
  if (selected.kind === "axes" && virtual.kind === "axes") {
    const axes = selected.axes.map((axis, i) => meetAxis(axis, virtual.axes[i] as AxisSelection));
    return axes.some(({ positions }) => pickCount(positions) === 0) ? null : { selected, virtual, axes };
  }
  return sharedRuns(selected, virtual, shape).next().done === true ? null : { selected, virtual, axes: null };
}

/** Whether two meetings with the same selection are sure to have no element in common. */
export function areApart(a: Meeting, b: Meeting): boolean {
  const other = b.axes;
  return (
    a.axes !== null &&
    other !== null &&
    a.axes.some(({ positions }, axis) => picksApart(positions, other[axis]?.positions ?? positions))
  );
}

/**
 * What a source gives of a meeting: the elements of the mapping in their order are those of `source` in its order. What
 * `source` picks outside the extent of the dataset is left out.
 */
export function* partsOf(
  meeting: Meeting,
  source: ResolvedSelection,
  sourceShape: readonly number[],
  shape: readonly number[],
): Generator<Part> {
  const product = productPart(meeting, source, sourceShape);
  if (product === undefined) {
    yield* runParts(meeting, source, sourceShape, shape);
  } else if (product !== null) {
    yield product;
  }
}

/** The part where axes of more than one element correspond; `null` for an empty one, `undefined` where they do not. */
function productPart(
  { selected, virtual, axes }: Meeting,
  source: ResolvedSelection,
  sourceShape: readonly number[],
): Part | null | undefined {
  if (axes === null || selected.kind !== "axes" || virtual.kind !== "axes" || source.kind !== "axes") {
    return undefined;
  }
  const long = virtual.axes.flatMap((axis, i) => (axisCount(axis) === 1 ? [] : [i]));
  const longInSource = source.axes.flatMap((axis, i) => (axisCount(axis) === 1 ? [] : [i]));
  const isPaired =
    long.length === longInSource.length &&
    long.every(
      (axis, i) =>
        axisCount(virtual.axes[axis] as AxisSelection) ===
        axisCount(source.axes[longInSource[i] as number] as AxisSelection),
    );
  if (!isPaired) {
    return undefined;
  }
  const positions = axes.map((axis) => axis.positions);
  const indices: Picks[] = source.axes.map((axis) => ({ kind: "range", start: axisIndex(axis, 0), step: 1, count: 1 }));
  for (const [i, axis] of long.entries()) {
    const inSource = longInSource[i] as number;
    const ordinals = axes[axis]?.ordinals as Picks;
    const wanted = indicesAt(source.axes[inSource] as AxisSelection, ordinals);
    const there = picksBelow(wanted, sourceShape[inSource] as number);
    indices[inSource] = firstPicks(wanted, there);
    positions[axis] = firstPicks(positions[axis] as Picks, there);
  }
  const countShape = indices.map(pickCount);
  const count = countShape.reduce((product, length) => product * length, 1);
  const isInside = indices.every((picks, axis) => picksBelow(picks, sourceShape[axis] as number) === pickCount(picks));
  if (count === 0 || !isInside) {
    return null;
  }
  return {
    resolved: { kind: "axes", axes: indices.map(axisOf), shape: countShape, countShape },
    placement: productPlacement(positions, selected.countShape),
    count,
  };
}

/** The place in what was selected, the ordinal in the mapping, and the number of elements side by side in both. */
type SharedRun = readonly [place: number, ordinal: number, count: number];

function* sharedRuns(
  selected: ResolvedSelection,
  virtual: ResolvedSelection,
  shape: readonly number[],
): Generator<SharedRun> {
  const rank = shape.length;
  let found: SharedRun[] = [];
  if (virtual.kind !== "points") {
    const finder = new OrdinalFinder(virtual);
    for (const [coordinates, count, at] of rowsOf(selected, rank)) {
      finder.eachRun(coordinates, count, (from, run, ordinal) => found.push([at + from, ordinal, run]));
      yield* found;
      found = [];
    }
    return;
  }
  if (selected.kind !== "points") {
    const finder = new OrdinalFinder(selected);
    for (const [coordinates, , ordinal] of rowsOf(virtual, rank)) {
      finder.eachRun(coordinates, 1, (_, __, place) => found.push([place, ordinal, 1]));
      yield* found;
      found = [];
    }
    return;
  }
  const strides = rowMajorStrides(shape);
  const flat = (coordinates: readonly number[]): number =>
    coordinates.reduce((sum, index, axis) => sum + index * (strides[axis] as number), 0);
  // A point that is there twice holds what is mapped to it last.
  const ordinals = new Map<number, number>();
  for (const [coordinates, , ordinal] of rowsOf(virtual, rank)) {
    ordinals.set(flat(coordinates), ordinal);
  }
  for (const [coordinates, , place] of rowsOf(selected, rank)) {
    const ordinal = ordinals.get(flat(coordinates));
    if (ordinal !== undefined) {
      yield [place, ordinal, 1];
    }
  }
}

/** Runs of elements that were found in a source. */
interface Runs {
  readonly coordinates: number[];
  readonly places: number[];
  readonly counts: number[];
}

function* runParts(
  { selected, virtual }: Meeting,
  source: ResolvedSelection,
  sourceShape: readonly number[],
  shape: readonly number[],
): Generator<Part> {
  const rank = sourceShape.length;
  // Without points all three are in row-major order, so that the elements of the source come in its order.
  const isOrdered = [selected, virtual, source].every(({ kind }) => kind !== "points");
  let runs: Runs = { coordinates: [], places: [], counts: [] };
  for (const [place, ordinal, count] of sharedRuns(selected, virtual, shape)) {
    eachElement(source, rank, ordinal, count, (coordinates, length, from) => {
      const inside = insideLength(coordinates, length, sourceShape);
      if (isOrdered && inside > 0) {
        addRun(runs, coordinates, place + from, inside);
      }
      for (let i = 0; i < inside && !isOrdered; i++) {
        addRun(runs, [...coordinates.slice(0, -1), (coordinates[rank - 1] as number) + i], place + from + i, 1);
      }
    });
    if (runs.places.length >= RUNS) {
      yield partOf(runs, rank, isOrdered);
      runs = { coordinates: [], places: [], counts: [] };
    }
  }
  if (runs.places.length > 0) {
    yield partOf(runs, rank, isOrdered);
  }
}

function addRun(runs: Runs, coordinates: readonly number[], place: number, count: number): void {
  runs.coordinates.push(...coordinates);
  runs.places.push(place);
  runs.counts.push(count);
}

/** How many of some elements side by side are inside an extent. */
function insideLength(coordinates: readonly number[], length: number, shape: readonly number[]): number {
  const last = shape.length - 1;
  if (coordinates.some((index, axis) => index >= (shape[axis] as number))) {
    return 0;
  }
  return last < 0 ? length : Math.min(length, (shape[last] as number) - (coordinates[last] as number));
}

function partOf({ coordinates, places, counts }: Runs, rank: number, isOrdered: boolean): Part {
  const count = counts.reduce((sum, length) => sum + length, 0);
  if (rank === 0) {
    return {
      resolved: { kind: "axes", axes: [], shape: [], countShape: [] },
      placement: sideBySide(places.at(-1) as number),
      count: 1,
    };
  }
  const placement = new RunPlacement(places, counts);
  if (!isOrdered) {
    return {
      resolved: { kind: "points", coordinates: Float64Array.from(coordinates), shape: [count] },
      placement,
      count,
    };
  }
  const corners = new Float64Array(2 * coordinates.length);
  for (let run = 0; run < counts.length; run++) {
    for (let axis = 0; axis < rank; axis++) {
      const index = coordinates[run * rank + axis] as number;
      corners[2 * run * rank + axis] = index;
      corners[(2 * run + 1) * rank + axis] = axis === rank - 1 ? index + (counts[run] as number) - 1 : index;
    }
  }
  return { resolved: { kind: "spans", spans: spanTree(corners, rank), shape: [count] }, placement, count };
}
