import { firstSpanFrom, type ResolvedSelection, rowMajorStrides, type SpanLevel } from "@hdfive/core/plugin";
import { axisCount, axisIndex, axisPosition, firstFrom } from "./axis-picks.js";

/** Called for elements side by side on the last axis: the indices of the first, how many, and the place of the first among all. */
export type VisitRow = (coordinates: readonly number[], count: number, ordinal: number) => void;

type Axes = Extract<ResolvedSelection, { kind: "axes" }>;

/** Visits the elements of a selection in its order, as many at a time as are side by side on the last axis. */
export function* rowsOf(selection: ResolvedSelection, rank: number): Generator<readonly [number[], number, number]> {
  switch (selection.kind) {
    case "points":
      for (let i = 0; i < selection.shape[0]; i++) {
        yield [[...selection.coordinates.subarray(i * rank, (i + 1) * rank)], 1, i];
      }
      return;
    case "spans":
      yield* spanRows(selection.spans, [], 0);
      return;
    case "axes":
      yield* axesRows(selection, rank);
  }
}

function* spanRows(
  level: SpanLevel,
  outer: readonly number[],
  at: number,
): Generator<readonly [number[], number, number]> {
  for (const [i, start] of level.starts.entries()) {
    const end = level.ends[i] as number;
    const first = at + (level.before[i] as number);
    const below = level.below[i];
    if (below === undefined) {
      yield [[...outer, start], end - start + 1, first];
      continue;
    }
    for (let index = start; index <= end; index++) {
      yield* spanRows(below, [...outer, index], first + (index - start) * below.count);
    }
  }
}

function* axesRows({ axes, countShape }: Axes, rank: number): Generator<readonly [number[], number, number]> {
  const last = axes[rank - 1];
  const lastCount = countShape[rank - 1];
  if (last === undefined || lastCount === undefined) {
    return;
  }
  const outer = countShape.slice(0, -1);
  const rows = outer.reduce((product, count) => product * count, 1);
  for (let row = 0; row < rows; row++) {
    const coordinates = new Array<number>(rank).fill(0);
    for (let axis = rank - 2, rest = row; axis >= 0; axis--) {
      const count = outer[axis] as number;
      coordinates[axis] = axisIndex(axes[axis] as typeof last, rest % count);
      rest = Math.floor(rest / count);
    }
    for (let position = 0; position < lastCount; ) {
      const run = runFrom(last, position);
      coordinates[rank - 1] = axisIndex(last, position);
      yield [[...coordinates], run, row * lastCount + position];
      position += run;
    }
  }
}

/** Elements side by side from a position of an axis on. */
function runFrom(axis: Axes["axes"][number], position: number): number {
  const left = axisCount(axis) - position;
  switch (axis.kind) {
    case "range":
      return axis.step === 1 ? left : 1;
    case "blocks":
      return Math.min(left, axis.block - (position % axis.block));
    case "list":
      return 1;
  }
}

/** Where the elements of a selection that is not of points have their place in its order. */
export class OrdinalFinder {
  readonly #selection: Exclude<ResolvedSelection, { kind: "points" }>;
  readonly #strides: readonly number[];

  constructor(selection: Exclude<ResolvedSelection, { kind: "points" }>) {
    this.#selection = selection;
    this.#strides = selection.kind === "axes" ? rowMajorStrides(selection.countShape) : [];
  }

  /** Visits what the selection has of elements side by side on the last axis: from which one on, how many, and their ordinals. */
  eachRun(
    coordinates: readonly number[],
    count: number,
    visit: (from: number, count: number, ordinal: number) => void,
  ): void {
    const rank = coordinates.length;
    const first = coordinates[rank - 1] as number;
    if (this.#selection.kind === "spans") {
      spanRuns(this.#selection.spans, coordinates, first, count, visit);
      return;
    }
    const { axes } = this.#selection;
    let ordinal = 0;
    for (let axis = 0; axis < rank - 1; axis++) {
      const position = axisPosition(axes[axis] as Axes["axes"][number], coordinates[axis] as number);
      if (position < 0) {
        return;
      }
      ordinal += position * (this.#strides[axis] as number);
    }
    const last = axes[rank - 1] as Axes["axes"][number];
    for (let position = firstFrom(last, first); position < axisCount(last); ) {
      const from = axisIndex(last, position) - first;
      if (from >= count) {
        return;
      }
      const run = Math.min(runFrom(last, position), count - from);
      visit(from, run, ordinal + position);
      position += run;
    }
  }
}

function spanRuns(
  spans: SpanLevel,
  coordinates: readonly number[],
  first: number,
  count: number,
  visit: (from: number, count: number, ordinal: number) => void,
): void {
  let level = spans;
  let ordinal = 0;
  for (let axis = 0; axis < coordinates.length - 1; axis++) {
    const index = coordinates[axis] as number;
    const span = firstSpanFrom(level, index);
    const start = level.starts[span];
    const below = level.below[span];
    if (start === undefined || below === undefined || start > index) {
      return;
    }
    ordinal += (level.before[span] as number) + (index - start) * below.count;
    level = below;
  }
  for (let span = firstSpanFrom(level, first); span < level.starts.length; span++) {
    const start = Math.max(first, level.starts[span] as number);
    const end = Math.min(first + count - 1, level.ends[span] as number);
    if (start >= first + count) {
      return;
    }
    visit(
      start - first,
      end - start + 1,
      ordinal + (level.before[span] as number) + start - (level.starts[span] as number),
    );
  }
}

/** Visits the elements with `count` ordinals from one on, as many at a time as are side by side. */
export function eachElement(
  selection: ResolvedSelection,
  rank: number,
  ordinal: number,
  count: number,
  visit: (coordinates: readonly number[], count: number, from: number) => void,
): void {
  for (let from = 0; from < count; ) {
    const [coordinates, run] = elementAt(selection, rank, ordinal + from);
    const length = Math.min(run, count - from);
    visit(coordinates, length, from);
    from += length;
  }
}

function elementAt(selection: ResolvedSelection, rank: number, ordinal: number): readonly [number[], number] {
  switch (selection.kind) {
    case "points":
      return [[...selection.coordinates.subarray(ordinal * rank, (ordinal + 1) * rank)], 1];
    case "spans":
      return spanElement(selection.spans, ordinal);
    case "axes": {
      const coordinates = new Array<number>(rank).fill(0);
      let run = 1;
      for (let axis = rank - 1, rest = ordinal; axis >= 0; axis--) {
        const of = selection.axes[axis] as Axes["axes"][number];
        const length = selection.countShape[axis] as number;
        const position = rest % length;
        coordinates[axis] = axisIndex(of, position);
        run = axis === rank - 1 ? runFrom(of, position) : run;
        rest = Math.floor(rest / length);
      }
      return [coordinates, run];
    }
  }
}

function spanElement(spans: SpanLevel, ordinal: number): readonly [number[], number] {
  const coordinates: number[] = [];
  let level = spans;
  let rest = ordinal;
  for (;;) {
    const span = lastBefore(level.before, rest);
    const start = level.starts[span] as number;
    const below = level.below[span];
    rest -= level.before[span] as number;
    if (below === undefined) {
      coordinates.push(start + rest);
      return [coordinates, (level.ends[span] as number) - start - rest + 1];
    }
    const along = Math.floor(rest / below.count);
    coordinates.push(start + along);
    rest -= along * below.count;
    level = below;
  }
}

/** The last of ascending numbers that is not above one. */
function lastBefore(numbers: readonly number[], wanted: number): number {
  let low = 0;
  let high = numbers.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) <= wanted) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}
