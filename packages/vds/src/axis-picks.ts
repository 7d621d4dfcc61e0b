import type { AxisSelection } from "@hdfive/core/plugin";

/** Ascending numbers of an axis: evenly spaced, or one by one. */
export type Picks =
  | { readonly kind: "range"; readonly start: number; readonly step: number; readonly count: number }
  | { readonly kind: "list"; readonly indices: readonly number[] };

/** What two selections of one axis share: where it is in the first, and where in the second, element by element. */
export interface AxisMeeting {
  /** Positions among the elements that the first selection picks. */
  readonly positions: Picks;
  /** Positions among those of the second. */
  readonly ordinals: Picks;
}

/** How many numbers there are. */
export function pickCount(picks: Picks): number {
  return picks.kind === "range" ? picks.count : picks.indices.length;
}

/** The number at a place. */
export function pickAt(picks: Picks, place: number): number {
  return picks.kind === "range" ? picks.start + place * picks.step : (picks.indices[place] as number);
}

/** The first so many of the numbers. */
export function firstPicks(picks: Picks, count: number): Picks {
  return picks.kind === "range" ? { ...picks, count } : { kind: "list", indices: picks.indices.slice(0, count) };
}

/** How many of the numbers are below a bound. */
export function picksBelow(picks: Picks, bound: number): number {
  if (picks.kind === "range") {
    return Math.min(picks.count, Math.max(0, Math.ceil((bound - picks.start) / picks.step)));
  }
  const first = picks.indices.findIndex((index) => index >= bound);
  return first < 0 ? picks.indices.length : first;
}

/** Whether two sets of numbers are sure to have none in common. */
export function picksApart(a: Picks, b: Picks): boolean {
  const [m, n] = [pickCount(a), pickCount(b)];
  if (m === 0 || n === 0) {
    return true;
  }
  if (pickAt(a, m - 1) < pickAt(b, 0) || pickAt(b, n - 1) < pickAt(a, 0)) {
    return true;
  }
  return a.kind === "range" && b.kind === "range" && a.step === b.step && (a.start - b.start) % a.step !== 0;
}

/** Elements that a selection picks on its axis. */
export function axisCount(axis: AxisSelection): number {
  return axis.kind === "list" ? axis.indices.length : axis.count;
}

/** The index that a selection picks at a position. */
export function axisIndex(axis: AxisSelection, position: number): number {
  switch (axis.kind) {
    case "range":
      return axis.start + position * axis.step;
    case "list":
      return axis.indices[position] as number;
    case "blocks": {
      const inside = position % axis.block;
      return axis.start + ((position - inside) / axis.block) * axis.stride + inside;
    }
  }
}

/** The position of an index among those that a selection picks, or -1. */
export function axisPosition(axis: AxisSelection, index: number): number {
  switch (axis.kind) {
    case "range": {
      const position = (index - axis.start) / axis.step;
      return Number.isInteger(position) && position >= 0 && position < axis.count ? position : -1;
    }
    case "blocks": {
      const distance = index - axis.start;
      const inside = distance % axis.stride;
      const position = ((distance - inside) / axis.stride) * axis.block + inside;
      return distance >= 0 && inside < axis.block && position < axis.count ? position : -1;
    }
    case "list": {
      const position = firstFrom(axis, index);
      return position < axis.indices.length && axis.indices[position] === index ? position : -1;
    }
  }
}

/** The first position whose index is `index` or a later one; the number of elements when there is none. */
export function firstFrom(axis: AxisSelection, index: number): number {
  let low = 0;
  let high = axisCount(axis);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (axisIndex(axis, middle) < index) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** What two selections of an axis share. */
export function meetAxis(first: AxisSelection, second: AxisSelection): AxisMeeting {
  const count = axisCount(second);
  const low = count === 0 ? 0 : axisIndex(second, 0);
  const high = count === 0 ? -1 : axisIndex(second, count - 1);
  const from = firstFrom(first, low);
  const until = firstFrom(first, high + 1);
  if (first.kind === "range" && second.kind === "range" && (second.step === 1 || count === 1)) {
    const shared = Math.max(0, until - from);
    const start = first.start + from * first.step - second.start;
    return {
      positions: { kind: "range", start: from, step: 1, count: shared },
      ordinals: { kind: "range", start, step: first.step, count: shared },
    };
  }
  if (first.kind === "range" && second.kind === "range" && first.step === 1) {
    const begin = firstFrom(second, first.start);
    const shared = Math.max(0, firstFrom(second, first.start + first.count) - begin);
    const start = second.start + begin * second.step - first.start;
    return {
      positions: { kind: "range", start, step: second.step, count: shared },
      ordinals: { kind: "range", start: begin, step: 1, count: shared },
    };
  }
  const positions: number[] = [];
  const ordinals: number[] = [];
  for (let position = from; position < until; position++) {
    const ordinal = axisPosition(second, axisIndex(first, position));
    if (ordinal >= 0) {
      positions.push(position);
      ordinals.push(ordinal);
    }
  }
  return { positions: picksOf(positions), ordinals: picksOf(ordinals) };
}

/** The indices that a selection picks at some of its positions. */
export function indicesAt(axis: AxisSelection, positions: Picks): Picks {
  if (axis.kind === "range" && positions.kind === "range") {
    const { start, step, count } = positions;
    return { kind: "range", start: axis.start + start * axis.step, step: step * axis.step, count };
  }
  const indices: number[] = [];
  for (let place = 0; place < pickCount(positions); place++) {
    indices.push(axisIndex(axis, pickAt(positions, place)));
  }
  return picksOf(indices);
}

/** The selection of an axis that picks these indices. */
export function axisOf(picks: Picks): AxisSelection {
  return picks.kind === "range" ? { ...picks, drop: false } : { ...picks, drop: false };
}

/** Ascending numbers in the shortest form. */
function picksOf(indices: readonly number[]): Picks {
  const start = indices[0] ?? 0;
  const step = indices.length < 2 ? 1 : (indices[1] as number) - start;
  const isEven = indices.every((index, place) => index === start + place * step);
  return isEven ? { kind: "range", start, step, count: indices.length } : { kind: "list", indices };
}
