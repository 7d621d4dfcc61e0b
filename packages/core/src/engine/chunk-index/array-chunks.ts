import type { ChunkElement } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { firstInside } from "./chunk-bounds.js";
import type { ChunkGrid } from "./chunk-grid.js";
import type { ChunkBounds, ChunkPage, ChunkRecord } from "./chunk-record.js";
import type { ElementArray, ElementRun } from "./element-array.js";

/** An array of chunks, open in a transaction, and how its elements are numbered. */
export interface ArrayOfChunks {
  readonly tx: Tx;
  readonly array: ElementArray;
  readonly grid: ChunkGrid;
  /** Bytes of a chunk without filters. */
  readonly chunkBytes: number;
}

/** Structures with elements that a page of chunks is put together from. */
const MOST_LEAVES = 64;
/** Runs without an element that one page of chunks passes over. */
const MOST_RUNS = 65_536;

/** The records of many chunks: what leads to them level by level, then all that holds them at once. */
export function findInArray(chunks: ArrayOfChunks, places: readonly (readonly number[])[]): (ChunkRecord | null)[] {
  const { tx, array, grid } = chunks;
  const indices = places.map((scaled) => grid.indexOf(scaled));
  const present = indices.filter((index) => index < array.length);
  array.want(present);
  const leaves = new Map<number, NonNullable<ElementRun["leaf"]>>();
  const runs = indices.map((index) => {
    const run = index < array.length ? array.runAt(index) : null;
    if (run?.leaf) {
      leaves.set(run.leaf.address, run.leaf);
    }
    return run;
  });
  tx.wantEach([...leaves.values()]);
  return places.map((scaled, i) => {
    const run = runs[i] ?? null;
    const element = run?.leaf ? run.leaf.read().elements[(indices[i] as number) - run.start] : undefined;
    return element ? recordOf(chunks, scaled, element) : null;
  });
}

function recordOf({ chunkBytes }: ArrayOfChunks, scaled: readonly number[], element: ChunkElement): ChunkRecord {
  const { address, storedSize, filterMask } = element;
  return { scaled, address, storedSize: storedSize ?? chunkBytes, filterMask };
}

/** Up to `limit` records past `after` and in `bounds`, by number; where nothing is stored whole pages and blocks are left out. */
export function listArray(
  chunks: ArrayOfChunks,
  after: readonly number[] | null,
  limit: number,
  bounds: ChunkBounds | null,
): ChunkPage {
  const { tx, array, grid } = chunks;
  const length = Math.min(array.length, grid.length);
  const box = bounds === null ? null : { first: grid.toOrder(bounds.first), last: grid.toOrder(bounds.last) };
  const from = after === null ? 0 : grid.indexOf(after) + 1;
  const runs: ElementRun[] = [];
  let position: number | null = from;
  for (let met = 0; met < MOST_RUNS && runs.length < MOST_LEAVES; met++) {
    position = nextInside(grid, box, position, length);
    if (position === null) {
      break;
    }
    const run = array.runAt(position);
    if (run.leaf !== null) {
      runs.push(run);
    }
    position = run.end;
  }
  tx.wantEach(runs.flatMap(({ leaf }) => (leaf === null ? [] : [leaf])));
  const records: ChunkRecord[] = [];
  for (const run of runs) {
    const full = listRun(chunks, run, box, Math.max(from, run.start), Math.min(run.end, length), limit, records);
    if (full !== null) {
      return { records, next: full };
    }
  }
  const isEnd = position === null || position >= length;
  return { records, next: isEnd ? null : grid.fromOrder(grid.orderedPlace((position as number) - 1)) };
}

/** Adds the records of a run; the place of the last one when there are `limit` of them. */
function listRun(
  chunks: ArrayOfChunks,
  { start, leaf }: ElementRun,
  box: ChunkBounds | null,
  from: number,
  end: number,
  limit: number,
  records: ChunkRecord[],
): readonly number[] | null {
  const { grid } = chunks;
  const elements = leaf?.read().elements ?? [];
  for (let at = nextInside(grid, box, from, end); at !== null; at = nextInside(grid, box, at, end)) {
    for (const rowEnd = endOfRow(grid, box, at, end); at < rowEnd; at++) {
      const element = elements[at - start];
      if (element) {
        const scaled = grid.fromOrder(grid.orderedPlace(at));
        records.push(recordOf(chunks, scaled, element));
        if (records.length >= limit) {
          return scaled;
        }
      }
    }
  }
  return null;
}

/** The first number from `from` on whose chunk is in the box; `null` when there is none before `end`. */
function nextInside(grid: ChunkGrid, box: ChunkBounds | null, from: number, end: number): number | null {
  if (box === null || from >= end) {
    return from < end ? from : null;
  }
  const place = firstInside(grid.orderedPlace(from), box);
  const index = place === null ? end : grid.indexOf(grid.fromOrder(place));
  return index < end ? index : null;
}

/** Up to where the numbers that follow one in the box are in the box as well. */
function endOfRow(grid: ChunkGrid, box: ChunkBounds | null, index: number, end: number): number {
  if (box === null) {
    return end;
  }
  const place = grid.orderedPlace(index);
  return Math.min(end, index + (box.last.at(-1) as number) - (place.at(-1) as number) + 1);
}
