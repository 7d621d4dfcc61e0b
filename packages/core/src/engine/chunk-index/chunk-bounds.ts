import type { ChunkBounds } from "./chunk-record.js";

/** Lexicographic order of places in the grid: negative, 0 or positive. */
export function comparePlaces(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

/** Whether a place lies in a box. */
export function isInside(scaled: readonly number[], { first, last }: ChunkBounds): boolean {
  return scaled.every((at, i) => at >= (first[i] as number) && at <= (last[i] as number));
}

/** The first place of a box, in lexicographic order, that is not before `start`; `null` when there is none. */
export function firstInside(start: readonly number[], { first, last }: ChunkBounds): readonly number[] | null {
  if (first.some((at, i) => at > (last[i] as number))) {
    return null;
  }
  for (const [i, at] of start.entries()) {
    if (at < (first[i] as number)) {
      return [...start.slice(0, i), ...first.slice(i)];
    }
    if (at > (last[i] as number)) {
      // Nothing is left in this row: the next one that the box has, if any.
      for (let row = i - 1; row >= 0; row--) {
        if ((start[row] as number) < (last[row] as number)) {
          return [...start.slice(0, row), (start[row] as number) + 1, ...first.slice(row + 1)];
        }
      }
      return null;
    }
  }
  return start;
}
