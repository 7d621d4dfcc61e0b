import { FormatError, type IndexedChunkedLayout } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { firstInside } from "./chunk-bounds.js";
import { bytesOfChunk, chunkGrid, presentBounds } from "./chunk-grid.js";
import type { ChunkBounds, ChunkedData, ChunkIndex, ChunkPage, ChunkRecord } from "./chunk-record.js";
import { indexThatOnlyReads } from "./read-only-index.js";

/** Chunks that stand one after the other, all of them stored. File Format Specification, section VII.B. */
export function implicitChunks(layout: IndexedChunkedLayout, data: ChunkedData, address: number): ChunkIndex {
  const grid = chunkGrid(layout, data);
  const storedSize = bytesOfChunk(layout);
  const present = presentBounds(layout, data);
  const count = present?.last.reduce((product, at) => product * (at + 1), 1) ?? 0;
  // All chunks are allocated at once: a shape that is a lie stops here, before anybody goes through its chunks.
  const check = (tx: Tx): void => {
    if (count * storedSize > tx.state.storage.size) {
      throw new FormatError("implicit chunk index", `its ${count} chunks do not fit the file`, { address });
    }
  };
  const recordOf = (scaled: readonly number[]): ChunkRecord => ({
    scaled,
    address: address + grid.indexOf(scaled) * storedSize,
    storedSize,
    filterMask: 0,
  });
  const find = (scaled: readonly number[]): ChunkRecord | null =>
    grid.indexOf(scaled) < grid.length ? recordOf(scaled) : null;
  return {
    ...indexThatOnlyReads("implicit"),
    find: (_tx, scaled) => find(scaled),
    findMany: (_tx, places) => places.map(find),
    list(tx, after, limit, bounds) {
      check(tx);
      const box = present === null ? null : bounds === undefined ? present : common(present, bounds);
      return box === null ? { records: [], next: null } : listBox(box, after, limit, recordOf);
    },
    count(tx) {
      check(tx);
      return count;
    },
  };
}

function common(a: ChunkBounds, b: ChunkBounds): ChunkBounds {
  return {
    first: a.first.map((at, i) => Math.max(at, b.first[i] as number)),
    last: a.last.map((at, i) => Math.min(at, b.last[i] as number)),
  };
}

function listBox(
  box: ChunkBounds,
  after: readonly number[] | null,
  limit: number,
  recordOf: (scaled: readonly number[]) => ChunkRecord,
): ChunkPage {
  const records: ChunkRecord[] = [];
  let last = after;
  for (;;) {
    const start = last === null ? box.first : last.with(-1, (last.at(-1) as number) + 1);
    const place = firstInside(start, box);
    if (place === null) {
      return { records, next: null };
    }
    if (records.length >= Math.max(1, limit)) {
      return { records, next: last };
    }
    records.push(recordOf(place));
    last = place;
  }
}
