import type { HyperslabSelection } from "@hdfive/format";

/** Indices that a selection without end picks, on its axis, below an extent. */
export function slicesWithin({ start, stride, block }: HyperslabSelection, axis: number, extent: number): number {
  const room = Math.max(0, extent - (start[axis] as number));
  const side = block[axis] ?? null;
  if (side === null) {
    return room;
  }
  const step = stride[axis] as number;
  const whole = Math.floor(room / step);
  return whole * side + Math.min(side, room - whole * step);
}

/**
 * The extent that the first `slices` indices of a selection without end need on its axis. With `upToNext` it goes on to
 * where the next one would be.
 */
export function extentOf(
  { start, stride, block }: HyperslabSelection,
  axis: number,
  slices: number,
  upToNext: boolean,
): number {
  const first = start[axis] as number;
  const step = stride[axis] as number;
  const side = block[axis] ?? null;
  if (slices === 0) {
    return upToNext ? first : 0;
  }
  if (side === null || side === step) {
    return first + slices;
  }
  const whole = Math.floor(slices / side);
  const rest = slices - whole * side;
  if (rest > 0) {
    return first + whole * step + rest;
  }
  return upToNext ? first + whole * step : first + (whole - 1) * step + side;
}
