import { rowMajorStrides } from "../shape.js";
import type { ChunkProjection } from "./projection.js";
import { firstSpanFrom, type SpanLevel } from "./span-tree.js";

/** Runs of elements that a chunk contributes, being collected. */
interface Runs {
  readonly chunkElements: number[];
  readonly resultElements: number[];
  readonly counts: number[];
}

/** What each chunk contributes to a selection of any form, chunk by chunk in row-major order of the grid. */
export function* projectSpans(
  spans: SpanLevel,
  shape: readonly number[],
  chunkShape: readonly number[],
): Generator<ChunkProjection, void, undefined> {
  const strides = rowMajorStrides(chunkShape);
  for (const chunk of touchedChunks([spans], chunkShape, [])) {
    const runs: Runs = { chunkElements: [], resultElements: [], counts: [] };
    collect(runs, spans, chunk, chunkShape, strides, 0, 0, 0);
    const selected = runs.counts.reduce((sum, count) => sum + count, 0);
    const inside = shape.reduce((product, extent, axis) => {
      const side = chunkShape[axis] as number;
      return product * Math.min(side, extent - (chunk[axis] as number) * side);
    }, 1);
    yield { chunk, coversWholeChunk: selected === inside, pieces: { kind: "runs", ...runs } };
  }
}

/** Positions in the grid of the chunks that hold something of one of the levels, below a chunk on the axes before. */
function* touchedChunks(
  levels: readonly SpanLevel[],
  chunkShape: readonly number[],
  chunk: readonly number[],
): Generator<readonly number[], void, undefined> {
  const side = chunkShape[chunk.length];
  if (side === undefined) {
    yield chunk;
    return;
  }
  for (const [first, last] of touchedIndices(levels, side)) {
    for (let index = first; index <= last; index++) {
      yield* touchedChunks(levelsBelow(levels, index * side, index * side + side - 1), chunkShape, [...chunk, index]);
    }
  }
}

/** Ranges of chunks along an axis that hold something of one of the levels, ascending and apart. */
function touchedIndices(levels: readonly SpanLevel[], side: number): readonly (readonly [number, number])[] {
  const found = levels.flatMap(({ starts, ends }) =>
    starts.map((start, i): [number, number] => [Math.floor(start / side), Math.floor((ends[i] as number) / side)]),
  );
  found.sort(([a], [b]) => a - b);
  const joined: [number, number][] = [];
  for (const range of found) {
    const last = joined.at(-1);
    if (last !== undefined && range[0] <= last[1]) {
      last[1] = Math.max(last[1], range[1]);
    } else {
      joined.push(range);
    }
  }
  return joined;
}

/** What is below the indices from `low` to `high`, each level once. */
function levelsBelow(levels: readonly SpanLevel[], low: number, high: number): readonly SpanLevel[] {
  const found = new Set<SpanLevel>();
  for (const level of levels) {
    for (let i = firstSpanFrom(level, low); i < level.below.length && (level.starts[i] as number) <= high; i++) {
      found.add(level.below[i] as SpanLevel);
    }
  }
  return [...found];
}

function collect(
  runs: Runs,
  level: SpanLevel,
  chunk: readonly number[],
  chunkShape: readonly number[],
  strides: readonly number[],
  axis: number,
  inChunk: number,
  at: number,
): void {
  const side = chunkShape[axis] as number;
  const low = (chunk[axis] as number) * side;
  const high = low + side - 1;
  for (let i = firstSpanFrom(level, low); i < level.starts.length && (level.starts[i] as number) <= high; i++) {
    const start = level.starts[i] as number;
    const from = Math.max(start, low);
    const to = Math.min(level.ends[i] as number, high);
    const first = at + (level.before[i] as number);
    const below = level.below[i];
    if (below === undefined) {
      push(runs, inChunk + from - low, first + from - start, to - from + 1);
      continue;
    }
    for (let index = from; index <= to; index++) {
      const element = inChunk + (index - low) * (strides[axis] as number);
      collect(runs, below, chunk, chunkShape, strides, axis + 1, element, first + (index - start) * below.count);
    }
  }
}

/** Adds a run, to the last one where the two are side by side on both sides. */
function push({ chunkElements, resultElements, counts }: Runs, element: number, at: number, count: number): void {
  const last = counts.length - 1;
  const length = counts[last];
  if (
    length !== undefined &&
    (chunkElements[last] as number) + length === element &&
    (resultElements[last] as number) + length === at
  ) {
    counts[last] = length + count;
    return;
  }
  chunkElements.push(element);
  resultElements.push(at);
  counts.push(count);
}
