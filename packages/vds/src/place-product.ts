import { type Placement, rowMajorStrides } from "@hdfive/core/plugin";
import { type Picks, pickAt, pickCount } from "./axis-picks.js";

/** One loop over places: the numbers of an axis, `stride` elements from one to the next. */
interface Loop {
  readonly picks: Picks;
  readonly count: number;
  readonly stride: number;
}

/** The places of a product of choices, one on each axis of a result, in row-major order. */
export function productPlacement(positions: readonly Picks[], shape: readonly number[]): Placement {
  const strides = rowMajorStrides(shape);
  const loops: Loop[] = [];
  let base = 0;
  let run = 1;
  for (let axis = positions.length - 1; axis >= 0; axis--) {
    const picks = positions[axis] as Picks;
    const stride = strides[axis] as number;
    const count = pickCount(picks);
    const isEven = picks.kind === "range" && (picks.step === 1 || count === 1);
    if (count === 1) {
      base += pickAt(picks, 0) * stride;
    } else if (isEven && loops.length === 0 && stride === run) {
      base += pickAt(picks, 0) * stride;
      run *= count;
    } else {
      loops.push({ picks, count, stride });
    }
  }
  return loops.length === 0 ? sideBySide(base) : new LoopPlacement(loops, base, run);
}

/** Places that follow each other. */
export function sideBySide(offset: number): Placement {
  return { offset, forEachRun: (at, count, visit) => visit(offset + at, 0, count) };
}

/** Places in loops, the innermost first, of runs of `run` elements. */
class LoopPlacement implements Placement {
  readonly offset = null;
  readonly #loops: readonly Loop[];
  readonly #base: number;
  readonly #run: number;

  constructor(loops: readonly Loop[], base: number, run: number) {
    this.#loops = loops;
    this.#base = base;
    this.#run = run;
  }

  forEachRun(at: number, count: number, visit: (place: number, from: number, count: number) => void): void {
    const run = this.#run;
    let inside = at % run;
    let outer = (at - inside) / run;
    for (let from = 0; from < count; outer++) {
      let place = this.#base + inside;
      let rest = outer;
      for (const { picks, count: turns, stride } of this.#loops) {
        const turn = rest % turns;
        place += pickAt(picks, turn) * stride;
        rest = (rest - turn) / turns;
      }
      const length = Math.min(run - inside, count - from);
      visit(place, from, length);
      from += length;
      inside = 0;
    }
  }
}

/** Runs of elements, each with a place of its own. */
export class RunPlacement implements Placement {
  readonly offset = null;
  readonly #places: readonly number[];
  /** Elements before each run. */
  readonly #before: readonly number[];
  readonly #counts: readonly number[];

  constructor(places: readonly number[], counts: readonly number[]) {
    const before: number[] = [];
    let sum = 0;
    for (const count of counts) {
      before.push(sum);
      sum += count;
    }
    this.#places = places;
    this.#before = before;
    this.#counts = counts;
  }

  forEachRun(at: number, count: number, visit: (place: number, from: number, count: number) => void): void {
    let low = 0;
    let high = this.#before.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#before[middle] as number) <= at) {
        low = middle;
      } else {
        high = middle;
      }
    }
    let inside = at - (this.#before[low] as number);
    for (let run = low, from = 0; from < count; run++) {
      const length = Math.min((this.#counts[run] as number) - inside, count - from);
      visit((this.#places[run] as number) + inside, from, length);
      from += length;
      inside = 0;
    }
  }
}

/** Places in a part of a result, by the places of the part in the whole. */
export function placedIn(outer: Placement | undefined, inner: Placement): Placement {
  if (outer === undefined) {
    return inner;
  }
  if (outer.offset !== null && inner.offset !== null) {
    return sideBySide(outer.offset + inner.offset);
  }
  return {
    offset: null,
    forEachRun: (at, count, visit) =>
      inner.forEachRun(at, count, (middle, from, run) =>
        outer.forEachRun(middle, run, (place, more, length) => visit(place, from + more, length)),
      ),
  };
}
