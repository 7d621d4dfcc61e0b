import {
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
import { findRecord, findRecords } from "../btree-v2/find.js";
import { scanRecords } from "../btree-v2/scan.js";
import type { Tx } from "../transaction/tx.js";
import { comparePlaces, firstInside, isInside } from "./chunk-bounds.js";
import { bytesOfChunk } from "./chunk-grid.js";
import type { ChunkBounds, ChunkedData, ChunkIndex, ChunkPage, ChunkRecord } from "./chunk-record.js";
import { storedSizeWidth } from "./element-array.js";
import { indexThatOnlyReads } from "./read-only-index.js";

type Placed = PlacedChunk | PlacedFilteredChunk;
/** How the tree of one dataset is read. */
interface TreeOfChunks {
  readonly address: number;
  readonly records: BtreeV2Records<Placed>;
  toRecord(placed: Placed): ChunkRecord;
}

/** A version 2 B-tree as a chunk index. File Format Specification, section VII.E. */
export function btreeV2Chunks(layout: IndexedChunkedLayout, data: ChunkedData, address: number): ChunkIndex {
  const chunkBytes = bytesOfChunk(layout);
  const treeIn = ({ context }: Tx): TreeOfChunks => ({
    address,
    records: recordsOf(layout, data, context),
    toRecord: (placed) => ({ storedSize: chunkBytes, filterMask: 0, ...placed }),
  });
  return {
    ...indexThatOnlyReads("btree-v2"),
    find(tx, scaled) {
      const tree = treeIn(tx);
      const found = findRecord(tx, tree, (placed) => comparePlaces(scaled, placed.scaled));
      return found === null ? null : tree.toRecord(found);
    },
    findMany(tx, places) {
      const tree = treeIn(tx);
      return findRecords(tx, tree, places, (scaled, placed) => comparePlaces(scaled, placed.scaled)).map((found) =>
        found === null ? null : tree.toRecord(found),
      );
    },
    list: (tx, after, limit, bounds) => listTree(tx, treeIn(tx), after, Math.max(1, limit), bounds ?? null),
    count: (tx) => countRecords(tx, treeIn(tx)),
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
