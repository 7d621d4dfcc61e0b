import type { ChunkIndexing, Dataspace, FilterDescription } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";

/** Where one chunk is and how it is stored. */
export interface ChunkRecord {
  /** Place of the chunk in the grid of chunks: its first element divided by the chunk shape. */
  readonly scaled: readonly number[];
  /** Address of the stored bytes. */
  readonly address: number;
  /** Bytes as stored, after the filters. */
  readonly storedSize: number;
  /** Bit `i` set: filter `i` of the pipeline was not applied. */
  readonly filterMask: number;
}

/** A box of the grid of chunks; `first` and `last` both belong to it. */
export interface ChunkBounds {
  readonly first: readonly number[];
  readonly last: readonly number[];
}

/** What of a dataset, besides its layout, its chunk index depends on. */
export interface ChunkedData {
  readonly dataspace: Dataspace;
  readonly filters: readonly FilterDescription[];
}

/** Some chunks in the order of the index: lexicographic, but for an extensible array with its endless axis as the slowest. */
export interface ChunkPage {
  readonly records: readonly ChunkRecord[];
  /** Where to go on (the next call's `after`), `null` at the end. A page may be short, even empty, and not the last. */
  readonly next: readonly number[] | null;
}

/** What an insertion did. */
export interface ChunkChange {
  /** What was recorded before for the chunks that were there, in order: their space is the caller's to free. */
  readonly previous: readonly ChunkRecord[];
  /** Address of the index, for the layout message: it differs when the first chunk made the index. */
  readonly indexAddress: number;
  /** What else the layout message now says of the index: how its single chunk is stored. Others are said once for all. */
  readonly indexing?: ChunkIndexing;
}

/** Chunks taken out of an index that is being deleted. */
export interface ChunkRemoval {
  /** Their space is the caller's to free. */
  readonly removed: readonly ChunkRecord[];
  /** Whether the index itself is gone: the caller stores the undefined address in the layout message. */
  readonly done: boolean;
}

/**
 * How the chunks of one dataset are found: the seam behind which each kind of index stands.
 *
 * An index is as old as the layout it was made from: after a change of the layout's address take a new one.
 */
export interface ChunkIndex {
  /** Whether chunks have their places for good, so that each is written where it is, whatever was there. */
  readonly hasFixedPlaces?: boolean;
  /** Whether the layout message itself points to the one chunk: when that is removed the caller takes the address out. */
  readonly isLayout?: boolean;
  /** The record of a chunk; `null` when nothing is stored for it. */
  find(tx: Tx, scaled: readonly number[]): ChunkRecord | null;
  /** The records of many chunks, in lexicographic order, fetched level by level. */
  findMany(tx: Tx, scaled: readonly (readonly number[])[]): (ChunkRecord | null)[];
  /** Up to `limit` records past `after` in the index's order, only those in `bounds`; what cannot hold any is not read. */
  list(tx: Tx, after: readonly number[] | null, limit: number, bounds?: ChunkBounds): ChunkPage;
  /** Records a chunk, new or moved. */
  upsert(tx: Tx, record: ChunkRecord): ChunkChange;
  /** Records many chunks, strictly ascending in lexicographic order. */
  upsertMany(tx: Tx, records: readonly ChunkRecord[]): ChunkChange;
  /** Forgets a chunk; its record, whose space is the caller's to free, or `null` when there was none. */
  remove(tx: Tx, scaled: readonly number[]): ChunkRecord | null;
  /** How many chunks are stored. */
  count(tx: Tx): number;
  /** Deletes about `limit` chunks from the front and the nodes that held them; again until `done`. */
  removeAll(tx: Tx, limit: number): ChunkRemoval;
}
