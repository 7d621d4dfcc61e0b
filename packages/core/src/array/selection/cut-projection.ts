import { rowMajorStrides } from "../shape.js";
import { contiguousBlockShape } from "./contiguous-runs.js";
import { projectChunks } from "./project-chunks.js";
import type { AxisPiece, ChunkPieces, ChunkProjection } from "./projection.js";
import type { AxisSelection } from "./selection.js";

/** What a projection picks from one stretch of a chunk. */
export interface ProjectionPart {
  /** First element of the stretch in the chunk, row-major. */
  readonly start: number;
  /** The same result as before, from the stretch as if it were the chunk. */
  readonly projection: ChunkProjection;
  /** Shape of the stretch. */
  readonly blockShape: readonly number[];
}

/** Cuts a projection into parts that each pick from at most `maxElements` (at least one) elements side by side in the chunk. */
export function* cutProjection(
  { chunk, pieces }: ChunkProjection,
  chunkShape: readonly number[],
  maxElements: number,
): Generator<ProjectionPart, void, undefined> {
  const most = Math.max(1, Math.floor(maxElements));
  const part = (start: number, blockShape: readonly number[], cut: ChunkPieces): ProjectionPart => ({
    start,
    blockShape,
    projection: { chunk, coversWholeChunk: false, pieces: cut },
  });
  if (pieces.kind === "axes") {
    const blockShape = contiguousBlockShape(chunkShape, most);
    const strides = rowMajorStrides(chunkShape);
    for (const { chunk: block, pieces: inner } of projectChunks(selectionOf(pieces.axes), chunkShape, blockShape)) {
      const start = block.reduce((sum, at, i) => sum + at * (blockShape[i] as number) * (strides[i] as number), 0);
      if (inner.kind === "axes") {
        const axes = inner.axes.map((piece, i) => shifted(piece, (pieces.axes[i] as AxisPiece).resultStart));
        yield part(start, blockShape, { kind: "axes", axes });
      }
    }
    return;
  }
  const cut = pieces.kind === "points" ? cutPoints(pieces, most) : cutRuns(pieces, most);
  for (const [index, inner] of cut) {
    yield part(index * most, [most], inner);
  }
}

/** What a projection picks from a chunk, as a selection on the chunk itself. */
function selectionOf(pieces: readonly AxisPiece[]): Parameters<typeof projectChunks>[0] {
  const axes = pieces.map(
    (piece): AxisSelection =>
      piece.kind === "list"
        ? { kind: "list", indices: piece.chunkIndices, drop: false }
        : { kind: "range", start: piece.chunkStart, step: piece.chunkStep, count: piece.count, drop: false },
  );
  const countShape = pieces.map(({ count }) => count);
  return { kind: "axes", axes, shape: countShape, countShape };
}

function shifted(piece: AxisPiece, by: number): AxisPiece {
  return { ...piece, resultStart: piece.resultStart + by };
}

function cutPoints(
  { chunkElements, resultElements }: Extract<ChunkPieces, { kind: "points" }>,
  most: number,
): Map<number, ChunkPieces> {
  const points = new Map<number, { inside: number[]; results: number[] }>();
  for (const [i, element] of chunkElements.entries()) {
    const index = Math.floor(element / most);
    const of = points.get(index) ?? { inside: [], results: [] };
    of.inside.push(element - index * most);
    of.results.push(resultElements[i] as number);
    points.set(index, of);
  }
  return new Map(
    [...points].map(([index, { inside, results }]) => [
      index,
      { kind: "points", chunkElements: Float64Array.from(inside), resultElements: Float64Array.from(results) },
    ]),
  );
}

function cutRuns(
  { chunkElements, resultElements, counts }: Extract<ChunkPieces, { kind: "runs" }>,
  most: number,
): Map<number, ChunkPieces> {
  const runs = new Map<number, { inside: number[]; results: number[]; lengths: number[] }>();
  for (const [i, first] of chunkElements.entries()) {
    const end = first + (counts[i] as number);
    for (let at = first; at < end; ) {
      const index = Math.floor(at / most);
      const next = Math.min(end, (index + 1) * most);
      const of = runs.get(index) ?? { inside: [], results: [], lengths: [] };
      of.inside.push(at - index * most);
      of.results.push((resultElements[i] as number) + at - first);
      of.lengths.push(next - at);
      runs.set(index, of);
      at = next;
    }
  }
  return new Map(
    [...runs].map(([index, { inside, results, lengths }]) => [
      index,
      { kind: "runs", chunkElements: inside, resultElements: results, counts: lengths },
    ]),
  );
}
