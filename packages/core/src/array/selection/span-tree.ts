import { HdfiveError } from "@hdfive/format";
import type { ContiguousRun } from "./contiguous-run.js";

/**
 * One axis of a selection of any form: ranges of indices that do not touch, ascending, and what is selected below each.
 *
 * Every index of a range has the same below it, so that two boxes of a million rows are a handful of ranges.
 */
export interface SpanLevel {
  /** First index of each range. */
  readonly starts: readonly number[];
  /** Last index of each range. */
  readonly ends: readonly number[];
  /** What is selected on the next axis for each index of a range; equal levels are one object. Empty on the last axis. */
  readonly below: readonly SpanLevel[];
  /** Elements of the level that stand before each range, in row-major order. */
  readonly before: readonly number[];
  /** Elements of the level. */
  readonly count: number;
}

/**
 * Steps that finding the union of blocks may take, some and so many for each block: blocks that all overlap would take
 * their square. A grid of blocks that do not touch takes about four for each.
 */
const FREE_STEPS = 2 ** 22;
const STEPS_PER_BLOCK = 64;

/**
 * The union of blocks, which may overlap, as ranges.
 *
 * @param corners for each block the first index on each axis and then the last
 * @throws HdfiveError `LIMIT` for blocks that overlap too much
 */
export function spanTree(corners: Float64Array, rank: number): SpanLevel {
  const blocks = Array.from({ length: corners.length / (2 * rank) }, (_, block) => block);
  const maxSteps = FREE_STEPS + STEPS_PER_BLOCK * blocks.length;
  return buildLevel({ corners, rank, maxSteps, steps: 0 }, blocks, 0);
}

interface Build {
  readonly corners: Float64Array;
  readonly rank: number;
  readonly maxSteps: number;
  steps: number;
}

function buildLevel(build: Build, blocks: readonly number[], axis: number): SpanLevel {
  const { corners, rank } = build;
  const firstOf = (block: number): number => corners[2 * rank * block + axis] as number;
  const lastOf = (block: number): number => corners[2 * rank * block + rank + axis] as number;
  const sorted = [...blocks].sort((a, b) => firstOf(a) - firstOf(b));
  const level = new LevelBuilder();
  if (axis === rank - 1) {
    for (const block of sorted) {
      level.extend(firstOf(block), lastOf(block));
    }
    return level.finish(build);
  }
  // Between two cuts, where a block begins or ends, the same blocks are there.
  const cuts = sorted.flatMap((block) => [firstOf(block), lastOf(block) + 1]).sort((a, b) => a - b);
  let active: number[] = [];
  let next = 0;
  for (const [i, cut] of cuts.entries()) {
    const until = cuts[i + 1];
    if (until === undefined || until === cut) {
      continue;
    }
    active = active.filter((block) => lastOf(block) >= cut);
    while (next < sorted.length && firstOf(sorted[next] as number) === cut) {
      active.push(sorted[next++] as number);
    }
    countSteps(build, active.length + 1);
    if (active.length > 0) {
      level.add(build, cut, until - 1, buildLevel(build, active, axis + 1));
    }
  }
  return level.finish(build);
}

class LevelBuilder {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #below: SpanLevel[] = [];

  /** Adds a range of the last axis that begins no earlier than the one before. */
  extend(start: number, end: number): void {
    const last = this.#ends.length - 1;
    if (last >= 0 && start <= (this.#ends[last] as number) + 1) {
      this.#ends[last] = Math.max(end, this.#ends[last] as number);
    } else {
      this.#starts.push(start);
      this.#ends.push(end);
    }
  }

  /** Adds a range behind the others, as a part of the last one where it goes on with the same below it. */
  add(build: Build, start: number, end: number, below: SpanLevel): void {
    const last = this.#ends.length - 1;
    const previous = this.#below[last];
    const shared = previous !== undefined && sameLevel(build, previous, below) ? previous : below;
    if (shared === previous && this.#ends[last] === start - 1) {
      this.#ends[last] = end;
      return;
    }
    this.#starts.push(start);
    this.#ends.push(end);
    this.#below.push(shared);
  }

  finish(build: Build): SpanLevel {
    countSteps(build, this.#starts.length);
    const before: number[] = [];
    let count = 0;
    for (const [i, start] of this.#starts.entries()) {
      before.push(count);
      count += ((this.#ends[i] as number) - start + 1) * (this.#below[i]?.count ?? 1);
    }
    return { starts: this.#starts, ends: this.#ends, below: this.#below, before, count };
  }
}

function sameLevel(build: Build, a: SpanLevel, b: SpanLevel): boolean {
  if (a === b) {
    return true;
  }
  if (a.count !== b.count || a.starts.length !== b.starts.length) {
    return false;
  }
  countSteps(build, a.starts.length);
  return a.starts.every(
    (start, i) =>
      start === b.starts[i] &&
      a.ends[i] === b.ends[i] &&
      (a.below.length === 0 || sameLevel(build, a.below[i] as SpanLevel, b.below[i] as SpanLevel)),
  );
}

function countSteps(build: Build, steps: number): void {
  build.steps += steps;
  if (build.steps > build.maxSteps) {
    throw new HdfiveError("LIMIT", "The blocks of a selection overlap too much to be told apart: select in parts");
  }
}

/** The first range of a level that ends at an index or later. */
export function firstSpanFrom({ ends }: SpanLevel, index: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ends[middle] as number) < index) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/**
 * The ranges of the last axis, one after the other, as runs of a contiguous dataset.
 *
 * @param offset element of the dataset that all is counted from, and `at` that of the result
 */
export function* spanRuns(
  level: SpanLevel,
  strides: readonly number[],
  axis: number,
  offset: number,
  at: number,
): Generator<ContiguousRun, void, undefined> {
  const stride = strides[axis] as number;
  for (const [i, start] of level.starts.entries()) {
    const end = level.ends[i] as number;
    const first = at + (level.before[i] as number);
    const below = level.below[i];
    if (below === undefined) {
      yield { offset: offset + start, count: end - start + 1, at: first };
      continue;
    }
    for (let index = start; index <= end; index++) {
      yield* spanRuns(below, strides, axis + 1, offset + index * stride, first + (index - start) * below.count);
    }
  }
}
