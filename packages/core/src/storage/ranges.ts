/** Bytes from `start` up to, not including, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The fewest ranges that cover all of `ranges`, in order.
 *
 * Ranges no more than `maxGap` bytes apart become one, so that a few wasted bytes save a request, unless it would grow
 * past `maxLength` bytes.
 */
export function mergeRanges(
  ranges: readonly ByteRange[],
  maxGap: number,
  maxLength: number = Number.POSITIVE_INFINITY,
): ByteRange[] {
  const sorted = [...ranges].sort((a, b) => a.start - b.start);
  const merged: ByteRange[] = [];
  for (const range of sorted) {
    const last = merged[merged.length - 1];
    const overlaps = last !== undefined && range.start < last.end;
    if (
      last !== undefined &&
      range.start - last.end <= maxGap &&
      (overlaps || Math.max(last.end, range.end) - last.start <= maxLength)
    ) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    } else {
      merged.push(range);
    }
  }
  return merged;
}
