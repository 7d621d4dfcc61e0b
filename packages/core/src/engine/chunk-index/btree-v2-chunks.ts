import {
  type BtreeV2Index,
  type BtreeV2Records,
  chunkRecords,
  type FormatContext,
  FormatError,
  filteredChunkRecords,
  type IndexedChunkedLayout,
  type PlacedChunk,
  type PlacedFilteredChunk,
} from "@hdfive/format";
import { countRecords } from "../btree-v2/btree.js";
import { createBtree, freeBtree } from "../btree-v2/edit.js";
import { findRecords } from "../btree-v2/find.js";
import { upsertRecord } from "../btree-v2/insert.js";
import { removeRecord } from "../btree-v2/remove.js";
import { scanRecords } from "../btree-v2/scan.js";
import type { Tx } from "../transaction/tx.js";
import { comparePlaces, firstInside, isInside } from "./chunk-bounds.js";
import { bytesOfChunk } from "./chunk-grid.js";
import type { ChunkBounds, ChunkChange, ChunkedData, ChunkIndex, ChunkPage, ChunkRecord } from "./chunk-record.js";
import { storedSizeWidth } from "./element-array.js";

type Placed = PlacedChunk | PlacedFilteredChunk;
/** How the tree of one dataset is read. */
interface TreeOfChunks {
  readonly address: number;
  readonly records: BtreeV2Records<Placed>;
  toRecord(placed: Placed): ChunkRecord;
}

/** A version 2 B-tree as a chunk index. File Format Specification, section VII.E. */
export function btreeV2Chunks(layout: IndexedChunkedLayout, data: ChunkedData, settings: BtreeV2Index): ChunkIndex {
  const { address } = layout;
  const chunkBytes = bytesOfChunk(layout);
  const isFiltered = data.filters.length > 0;
  const treeIn = ({ context }: Tx, at: number): TreeOfChunks => ({
    address: at,
    records: recordsOf(layout, data, context),
    toRecord: (placed) => ({ storedSize: chunkBytes, filterMask: 0, ...placed }),
  });
  const upsertMany = (tx: Tx, records: readonly ChunkRecord[]): ChunkChange => {
    const at = address ?? createBtree(tx, recordsOf(layout, data, tx.context), settings);
    const tree = treeIn(tx, at);
    const previous: ChunkRecord[] = [];
    for (const record of records) {
      const { scaled, address: chunkAddress } = record;
      const placed: Placed = isFiltered ? record : { scaled, address: chunkAddress };
      const before = upsertRecord(tx, tree, placed, (other) => comparePlaces(scaled, other.scaled));
      if (before !== null) {
        previous.push(tree.toRecord(before));
      }
    }
    return { previous, indexAddress: at };
  };
  const list: ChunkIndex["list"] = (tx, after, limit, bounds) =>
    address === null
      ? { records: [], next: null }
      : listTree(tx, treeIn(tx, address), after, Math.max(1, limit), bounds ?? null);
  const findMany: ChunkIndex["findMany"] = (tx, places) => {
    if (address === null) {
      return places.map(() => null);
    }
    const tree = treeIn(tx, address);
    return findRecords(tx, tree, places, (scaled, placed) => comparePlaces(scaled, placed.scaled)).map((found) =>
      found === null ? null : tree.toRecord(found),
    );
  };
  let removedUpTo: readonly number[] | null = null;
  return {
    find: (tx, scaled) => findMany(tx, [scaled])[0] ?? null,
    findMany,
    list,
    upsert: (tx, record) => upsertMany(tx, [record]),
    upsertMany,
    remove(tx, scaled) {
      if (address === null) {
        return null;
      }
      const tree = treeIn(tx, address);
      const removed = removeRecord(tx, tree, (placed) => comparePlaces(scaled, placed.scaled));
      return removed === null ? null : tree.toRecord(removed);
    },
    count: (tx) => (address === null ? 0 : countRecords(tx, treeIn(tx, address))),
    removeAll(tx, limit) {
      const page = list(tx, removedUpTo, limit);
      removedUpTo = page.next;
      if (page.next === null && address !== null) {
        freeBtree(tx, treeIn(tx, address));
      }
      return { removed: page.records, done: page.next === null };
    },
  };
}

function recordsOf(
  layout: IndexedChunkedLayout,
  { filters }: ChunkedData,
  context: FormatContext,
): BtreeV2Records<Placed> {
  const rank = layout.chunkShape.length;
  return filters.length === 0 ? chunkRecords(rank) : filteredChunkRecords(rank, storedSizeWidth(layout, context));
}

function listTree(
  tx: Tx,
  tree: TreeOfChunks,
  after: readonly number[] | null,
  limit: number,
  bounds: ChunkBounds | null,
): ChunkPage {
  // The next place there can be.
  const from = after?.with(-1, (after.at(-1) as number) + 1) ?? null;
  const { records: met, reached } = scanRecords(tx, tree, {
    limit,
    isDense: bounds === null,
    wanted(lower, upper) {
      const start = lower === null || (from !== null && comparePlaces(lower.scaled, from) < 0) ? from : lower.scaled;
      const first = bounds === null ? start : firstInside(start ?? bounds.first, bounds);
      if (bounds !== null && first === null) {
        return false;
      }
      return upper === null || first === null || comparePlaces(first, upper.scaled) < 0;
    },
  });
  const records: ChunkRecord[] = [];
  let seen: readonly number[] | null = null;
  for (const placed of met) {
    const { scaled } = placed;
    if (seen !== null && comparePlaces(seen, scaled) >= 0) {
      const problem = `chunk ${scaled.join(", ")} stands after ${seen.join(", ")}`;
      throw new FormatError(tree.records.name, problem, { address: tree.address });
    }
    seen = scaled;
    const isWanted =
      (from === null || comparePlaces(scaled, from) >= 0) && (bounds === null || isInside(scaled, bounds));
    if (isWanted && records.length >= limit) {
      return { records, next: (records.at(-1) as ChunkRecord).scaled };
    }
    if (isWanted) {
      records.push(tree.toRecord(placed));
    }
  }
  return { records, next: reached?.scaled ?? null };
}
