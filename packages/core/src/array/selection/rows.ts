import { rowMajorStrides } from "../shape.js";
import type { AxisPiece, ChunkProjection } from "./projection.js";

/** Called for a row of elements: where it starts in chunk and result, how long it is, and the steps on either side. */
export type RowVisitor = (
  chunkElement: number,
  resultElement: number,
  count: number,
  chunkStep: number,
  resultStep: number,
) => void;

/** One loop over elements that a projection describes: `count` steps of a stride on either side. */
interface Loop {
  readonly count: number;
  readonly chunkStride: number;
  readonly resultStride: number;
  /** Positions inside the chunk for an axis with a list, in units of `chunkStride`. */
  readonly indices: readonly number[] | null;
}

/**
 * Visits the rows of a projection, as few and as long as they come.
 *
 * Axes with one element are dropped and axes that follow each other without a gap are one loop, so whole chunks are a
 * single row, and a column is one row with steps instead of a row per element.
 *
 * @param resultShape the `countShape` of the resolved selection, for points its `shape`
 */
export function forEachRow(
  projection: ChunkProjection,
  chunkShape: readonly number[],
  resultShape: readonly number[],
  visit: RowVisitor,
): void {
  const { pieces } = projection;
  if (pieces.kind === "points") {
    visitPoints(pieces.chunkElements, pieces.resultElements, visit);
    return;
  }
  if (pieces.kind === "runs") {
    for (const [i, count] of pieces.counts.entries()) {
      visit(pieces.chunkElements[i] as number, pieces.resultElements[i] as number, count, 1, 1);
    }
    return;
  }
  const chunkStrides = rowMajorStrides(chunkShape);
  const resultStrides = rowMajorStrides(resultShape);
  const loops: Loop[] = [];
  let chunkBase = 0;
  let resultBase = 0;
  for (let axis = pieces.axes.length - 1; axis >= 0; axis--) {
    const piece = pieces.axes[axis] as AxisPiece;
    const chunkStride = chunkStrides[axis] as number;
    const resultStride = resultStrides[axis] as number;
    if (piece.count === 0) {
      return;
    }
    resultBase += piece.resultStart * resultStride;
    if (piece.kind === "list" && piece.count > 1) {
      loops.push({ count: piece.count, chunkStride, resultStride, indices: piece.chunkIndices });
      continue;
    }
    const start = piece.kind === "list" ? (piece.chunkIndices[0] as number) : piece.chunkStart;
    const step = piece.kind === "list" ? 1 : piece.chunkStep;
    chunkBase += start * chunkStride;
    if (piece.count > 1) {
      join(loops, { count: piece.count, chunkStride: chunkStride * step, resultStride, indices: null });
    }
  }
  walk(loops, chunkBase, resultBase, visit);
}

/** Adds an outer loop, as a part of the loop inside it when the two are one unbroken sequence on both sides. */
function join(loops: Loop[], outer: Loop): void {
  const inner = loops.at(-1);
  const unbroken =
    inner !== undefined &&
    inner.indices === null &&
    outer.chunkStride === inner.count * inner.chunkStride &&
    outer.resultStride === inner.count * inner.resultStride;
  if (unbroken) {
    loops[loops.length - 1] = { ...inner, count: inner.count * outer.count };
  } else {
    loops.push(outer);
  }
}

/** Runs the loops, innermost first in the list, and visits what the innermost one spans. */
function walk(loops: readonly Loop[], chunkBase: number, resultBase: number, visit: RowVisitor): void {
  const inner = loops[0];
  if (inner === undefined) {
    visit(chunkBase, resultBase, 1, 1, 1);
    return;
  }
  const position = new Array<number>(loops.length).fill(0);
  for (;;) {
    let chunk = chunkBase;
    let result = resultBase;
    for (let i = 1; i < loops.length; i++) {
      const loop = loops[i] as Loop;
      const at = position[i] as number;
      chunk += (loop.indices === null ? at : (loop.indices[at] as number)) * loop.chunkStride;
      result += at * loop.resultStride;
    }
    if (inner.indices === null) {
      visit(chunk, result, inner.count, inner.chunkStride, inner.resultStride);
    } else {
      visitList(inner, inner.indices, chunk, result, visit);
    }
    let level = 1;
    while (level < loops.length && (position[level] as number) + 1 === (loops[level] as Loop).count) {
      position[level] = 0;
      level++;
    }
    if (level === loops.length) {
      return;
    }
    position[level] = (position[level] as number) + 1;
  }
}

/** Visits the indices of a list, neighbours together. */
function visitList(loop: Loop, indices: readonly number[], chunk: number, result: number, visit: RowVisitor): void {
  const { chunkStride, resultStride } = loop;
  for (let from = 0; from < indices.length; ) {
    const first = indices[from] as number;
    let to = from + 1;
    while (to < indices.length && indices[to] === first + (to - from)) {
      to++;
    }
    visit(chunk + first * chunkStride, result + from * resultStride, to - from, chunkStride, resultStride);
    from = to;
  }
}

function visitPoints(chunkElements: Float64Array, resultElements: Float64Array, visit: RowVisitor): void {
  for (let from = 0; from < chunkElements.length; ) {
    const chunk = chunkElements[from] as number;
    const result = resultElements[from] as number;
    let to = from + 1;
    while (
      to < chunkElements.length &&
      chunkElements[to] === chunk + (to - from) &&
      resultElements[to] === result + (to - from)
    ) {
      to++;
    }
    visit(chunk, result, to - from, 1, 1);
    from = to;
  }
}
