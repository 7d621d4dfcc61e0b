import { FormatError, type IndexedChunkedLayout } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { firstInside } from "./chunk-bounds.js";
import { bytesOfChunk, chunkGrid, presentBounds } from "./chunk-grid.js";
import type { ChunkBounds, ChunkChange, ChunkedData, ChunkIndex, ChunkPage, ChunkRecord } from "./chunk-record.js";

/**
 * Chunks that stand one after the other, all of them stored. File Format Specification, section VII.B.
 *
 * Space for all there can ever be is taken when the dataset is made.
 */
export function implicitChunks(layout: IndexedChunkedLayout, data: ChunkedData): ChunkIndex {
  const grid = chunkGrid(layout, data);
  const { address } = layout;
  const storedSize = bytesOfChunk(layout);
  const present = address === null ? null : presentBounds(layout, data);
  const count = present?.last.reduce((product, at) => product * (at + 1), 1) ?? 0;
  // All chunks are allocated at once: a shape that is a lie stops here, before anybody goes through its chunks.
  const check = ({ state }: Tx): void => {
    if (count * storedSize > Math.max(state.storage.size, state.allocator.endOfFile)) {
      throw new FormatError("implicit chunk index", `its ${count} chunks do not fit the file`, {
        address: address ?? undefined,
      });
    }
  };
  const recordOf = (scaled: readonly number[]): ChunkRecord => ({
    scaled,
    address: (address as number) + grid.indexOf(scaled) * storedSize,
    storedSize,
    filterMask: 0,
  });
  const find = (scaled: readonly number[]): ChunkRecord | null =>
    address !== null && grid.indexOf(scaled) < grid.length ? recordOf(scaled) : null;
  // A chunk is where it is: what is recorded of it must be that.
  const keep = (records: readonly ChunkRecord[]): ChunkChange => {
    for (const record of records) {
      if (find(record.scaled)?.address !== record.address) {
        throw new FormatError("data layout", `chunk ${record.scaled.join(", ")} has its place and no other`, {
          address: address ?? undefined,
        });
      }
    }
    return { previous: [], indexAddress: address as number };
  };
  return {
    hasFixedPlaces: true,
    find: (_tx, scaled) => find(scaled),
    findMany: (_tx, places) => places.map(find),
    list(tx, after, limit, bounds) {
      check(tx);
      const box = present === null ? null : bounds === undefined ? present : common(present, bounds);
      return box === null ? { records: [], next: null } : listBox(box, after, limit, recordOf);
    },
    upsert: (_tx, record) => keep([record]),
    upsertMany: (_tx, records) => keep(records),
    // Its space belongs to all of them together.
    remove: () => null,
    count(tx) {
      check(tx);
      return count;
    },
    removeAll(tx) {
      if (address !== null) {
        tx.free(address, grid.length * storedSize, "raw");
      }
      return { removed: [], done: true };
    },
  };
}

/** Takes space for all the chunks that there can be, and answers where they begin. File Format Specification, section VII.B. */
export function allocateImplicit(tx: Tx, layout: IndexedChunkedLayout, data: ChunkedData): number {
  return tx.alloc(chunkGrid(layout, data).length * bytesOfChunk(layout));
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
