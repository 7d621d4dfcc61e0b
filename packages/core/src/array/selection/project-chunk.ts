import { indexAt } from "./axis-index.js";
import { pieceAt } from "./project-chunks.js";
import type { AxisPiece, ChunkProjection } from "./projection.js";
import type { AxisSelection, ResolvedSelection } from "./selection.js";

/** A selection that picks on each axis by itself. */
export type AxesSelection = Extract<ResolvedSelection, { readonly kind: "axes" }>;

/** The box of the grid of chunks that a selection touches. */
export interface TouchedGrid {
  /** Positions of the first and of the last chunk on each axis; both belong to the box. */
  readonly first: readonly number[];
  readonly last: readonly number[];
  /** Chunks in which something is selected, at most. */
  readonly chunkCount: number;
}

/** The box of the grid of chunks that a selection touches; `null` when nothing is selected. */
export function touchedGrid(resolved: AxesSelection, chunkShape: readonly number[]): TouchedGrid | null {
  if (resolved.countShape.includes(0)) {
    return null;
  }
  const at = (axis: AxisSelection, position: number, side: number | undefined): number =>
    Math.floor(indexAt(axis, position) / (side as number));
  const first = resolved.axes.map((axis, i) => at(axis, 0, chunkShape[i]));
  const last = resolved.axes.map((axis, i) => at(axis, (resolved.countShape[i] as number) - 1, chunkShape[i]));
  const chunkCount = resolved.countShape.reduce(
    (product, count, i) => product * Math.min(count, (last[i] as number) - (first[i] as number) + 1),
    1,
  );
  return { first, last, chunkCount };
}

/** What the chunk at a position of the grid contributes to a selection; `null` when nothing of it is selected. */
export function projectChunk(
  resolved: AxesSelection,
  shape: readonly number[],
  chunkShape: readonly number[],
  chunk: readonly number[],
): ChunkProjection | null {
  const axes: AxisPiece[] = [];
  let coversWholeChunk = true;
  for (const [i, selection] of resolved.axes.entries()) {
    const side = chunkShape[i] as number;
    const origin = (chunk[i] as number) * side;
    const count = resolved.countShape[i] as number;
    const from = firstPosition(selection, count, origin);
    if (from === count || indexAt(selection, from) >= origin + side) {
      return null;
    }
    const piece = pieceAt(selection, from, origin, side);
    coversWholeChunk &&= piece.count === Math.min(side, (shape[i] as number) - origin);
    axes.push(piece);
  }
  return { chunk, coversWholeChunk, pieces: { kind: "axes", axes } };
}

/** The first position of a result whose index is not before `index`; `count` when there is none. */
function firstPosition(axis: AxisSelection, count: number, index: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (indexAt(axis, middle) < index) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
