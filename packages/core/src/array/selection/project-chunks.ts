import { indexAt } from "./axis-index.js";
import { projectPoints } from "./project-points.js";
import { projectSpans } from "./project-spans.js";
import type { AxisPiece, ChunkProjection } from "./projection.js";
import type { AxisSelection, ResolvedSelection } from "./selection.js";

/**
 * What each chunk contributes to a selection, chunk by chunk in row-major order of the grid.
 *
 * Lazy: nothing is computed before it is asked for, so a slice of a huge grid costs what the slice touches, and chunks
 * in which nothing is selected are stepped over.
 */
export function* projectChunks(
  resolved: ResolvedSelection,
  shape: readonly number[],
  chunkShape: readonly number[],
): Generator<ChunkProjection, void, undefined> {
  if (resolved.kind === "points") {
    yield* projectPoints(resolved.coordinates, shape, chunkShape);
    return;
  }
  if (resolved.kind === "spans") {
    yield* projectSpans(resolved.spans, shape, chunkShape);
    return;
  }
  if (resolved.countShape.includes(0)) {
    return;
  }
  const rank = shape.length;
  const next = new Array<number>(rank).fill(0);
  const chunk = new Array<number>(rank).fill(0);
  const pieces = new Array<AxisPiece>(rank);
  const covers = new Array<boolean>(rank);
  // Sets an axis to the piece that begins at an element of the result, and notes where the next piece begins.
  const place = (axis: number, from: number): void => {
    const side = chunkShape[axis] as number;
    const selection = resolved.axes[axis] as AxisSelection;
    const index = Math.floor(indexAt(selection, from) / side);
    const origin = index * side;
    const piece = pieceAt(selection, from, origin, side);
    chunk[axis] = index;
    pieces[axis] = piece;
    covers[axis] = piece.count === Math.min(side, (shape[axis] as number) - origin);
    next[axis] = from + piece.count;
  };
  for (let axis = 0; axis < rank; axis++) {
    place(axis, 0);
  }
  for (;;) {
    yield {
      chunk: chunk.slice(),
      coversWholeChunk: covers.every((all) => all),
      pieces: { kind: "axes", axes: pieces.slice() },
    };
    let axis = rank - 1;
    while (axis >= 0 && next[axis] === resolved.countShape[axis]) {
      place(axis, 0);
      axis--;
    }
    if (axis < 0) {
      return;
    }
    place(axis, next[axis] as number);
  }
}

/** The run of result positions from `from` on whose indices lie in the chunk of `side` that starts at `origin`. */
export function pieceAt(axis: AxisSelection, from: number, origin: number, side: number): AxisPiece {
  if (axis.kind === "range") {
    const chunkStart = axis.start + from * axis.step - origin;
    const count = Math.min(axis.count - from, Math.floor((side - 1 - chunkStart) / axis.step) + 1);
    return { kind: "range", chunkStart, chunkStep: axis.step, resultStart: from, count };
  }
  if (axis.kind === "blocks") {
    const passed = from % axis.block;
    const left = Math.min(axis.block - passed, axis.count - from);
    const chunkStart = indexAt(axis, from) - origin;
    const nextBlock = chunkStart - passed + axis.stride;
    // The rest of the block goes past the chunk, or is all that the chunk has.
    if (chunkStart + left >= side || nextBlock >= side || from + left === axis.count) {
      return { kind: "range", chunkStart, chunkStep: 1, resultStart: from, count: Math.min(left, side - chunkStart) };
    }
  }
  const chunkIndices: number[] = [];
  const end = axis.kind === "list" ? axis.indices.length : axis.count;
  for (let i = from; i < end; i++) {
    const inside = indexAt(axis, i) - origin;
    if (inside >= side) {
      break;
    }
    chunkIndices.push(inside);
  }
  return { kind: "list", chunkIndices, resultStart: from, count: chunkIndices.length };
}
