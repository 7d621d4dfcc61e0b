import { rowMajorStrides } from "../shape.js";
import type { ChunkProjection } from "./projection.js";

/**
 * Single points grouped by the chunk they lie in, chunks in row-major order.
 *
 * Two passes with a count per chunk instead of a sort: points keep their order inside a chunk, and a million of them
 * cost no comparison.
 */
export function* projectPoints(
  coordinates: Float64Array,
  shape: readonly number[],
  chunkShape: readonly number[],
): Generator<ChunkProjection, void, undefined> {
  const rank = shape.length;
  const grid = shape.map((extent, axis) => Math.ceil(extent / (chunkShape[axis] as number)));
  const gridStrides = rowMajorStrides(grid);
  const insideStrides = rowMajorStrides(chunkShape);
  const count = rank === 0 ? 1 : coordinates.length / rank;
  const slotOf = new Map<number, number>();
  const chunks: number[] = [];
  const counts: number[] = [];
  const slots = new Uint32Array(count);
  const inside = new Float64Array(count);
  for (let point = 0; point < count; point++) {
    let chunk = 0;
    let element = 0;
    for (let axis = 0; axis < rank; axis++) {
      const side = chunkShape[axis] as number;
      const index = coordinates[point * rank + axis] as number;
      const scaled = Math.floor(index / side);
      chunk += scaled * (gridStrides[axis] as number);
      element += (index - scaled * side) * (insideStrides[axis] as number);
    }
    let slot = slotOf.get(chunk);
    if (slot === undefined) {
      slot = chunks.length;
      slotOf.set(chunk, slot);
      chunks.push(chunk);
      counts.push(0);
    }
    slots[point] = slot;
    inside[point] = element;
    counts[slot] = (counts[slot] as number) + 1;
  }
  const chunkElements = counts.map((n) => new Float64Array(n));
  const resultElements = counts.map((n) => new Float64Array(n));
  const filled = new Uint32Array(counts.length);
  for (let point = 0; point < count; point++) {
    const slot = slots[point] as number;
    const at = filled[slot] as number;
    (chunkElements[slot] as Float64Array)[at] = inside[point] as number;
    (resultElements[slot] as Float64Array)[at] = point;
    filled[slot] = at + 1;
  }
  for (const chunk of chunks.slice().sort((a, b) => a - b)) {
    const slot = slotOf.get(chunk) as number;
    const scaled = gridStrides.map((stride, axis) => Math.floor(chunk / stride) % (grid[axis] as number));
    yield {
      chunk: scaled,
      coversWholeChunk: covers(scaled, shape, chunkShape, chunkElements[slot] as Float64Array),
      pieces: {
        kind: "points",
        chunkElements: chunkElements[slot] as Float64Array,
        resultElements: resultElements[slot] as Float64Array,
      },
    };
  }
}

/** True when as many different points lie in the chunk as it has elements inside the dataset. */
function covers(
  chunk: readonly number[],
  shape: readonly number[],
  chunkShape: readonly number[],
  elements: Float64Array,
): boolean {
  let inside = 1;
  for (let axis = 0; axis < shape.length; axis++) {
    const side = chunkShape[axis] as number;
    inside *= Math.min(side, (shape[axis] as number) - (chunk[axis] as number) * side);
  }
  for (let i = 1; i < elements.length; i++) {
    if ((elements[i] as number) <= (elements[i - 1] as number)) {
      return false;
    }
  }
  return elements.length === inside;
}
