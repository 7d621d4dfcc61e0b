import type { ChunkedLayout, FilterDescription } from "@hdfive/format";
import { comparePlaces } from "../engine/chunk-index/chunk-bounds.js";
import { type ChunkBounds, type ChunkPage, type ChunkRecord, chunkIndexOf } from "../engine/chunk-index/chunk-index.js";
import { type DatasetHeader, loadDataset, requireChunked } from "../engine/datasets/dataset-header.js";
import { recordChunks } from "../engine/datasets/record-chunks.js";
import { transact } from "../engine/transaction/drive.js";
import type { Tx } from "../engine/transaction/tx.js";
import { writeBytes } from "../storage/access.js";
import { writeUnderWay } from "../storage/storage.js";
import { concurrently, perform, shielded, type Task } from "../task.js";
import { encodeChunk } from "./chunk-codec.js";
import { planWrites } from "./chunk-placement.js";
import { FETCHES_IN_FLIGHT, type OpenFile } from "./open-file.js";
import { chunkByteLength, decodeStored, fetchStored, isPartialUnfiltered } from "./stored-chunk.js";

/**
 * A move of the edge of a dataset whose chunks at the edge are stored without filters (File Format Specification, section
 * IV.A.2.i, flags of version 4): chunks become whole by it, or partial, and are to be stored through the filters, or not.
 *
 * Which of both a chunk is follows from the dataspace, which changes at one moment for all of them. What makes the order
 * safe is the filter mask: a chunk stored without filters whose mask says that all were skipped is read rightly whether it
 * is partial or whole. So the chunks concerned are first put into that form, under the old extent; then the extent changes;
 * then they get the form that libhdf5 gives them, under the new extent. Every state on the way is a dataset that any
 * reader reads, and a failure leaves nothing behind but chunks that take more space than they need.
 */
export interface EdgeMove {
  readonly dataset: DatasetHeader;
  readonly layout: ChunkedLayout;
  /** Bytes of a chunk without filters. */
  readonly chunkBytes: number;
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Chunks looked at by one operation, and the bytes of them that are held. */
const PAGE = 256;
const BATCH_BYTES = 4 * 1024 * 1024;

/** The move of the edge that a new shape means; `null` where no chunk has to be stored anew for it. */
export function edgeMove(file: OpenFile, dataset: DatasetHeader, to: readonly number[]): EdgeMove | null {
  const layout = requireChunked(dataset);
  if (!("index" in layout && layout.partialChunksUnfiltered) || dataset.filters.length === 0) {
    return null;
  }
  const from = dataset.dataspace.dimensions;
  const moves = layout.chunkShape.some((side, axis) => {
    const [before, after] = [from[axis] as number, to[axis] as number];
    return before !== after && Math.min(before, after) % side !== 0;
  });
  return moves ? { dataset, layout, chunkBytes: chunkByteLength(file, dataset, layout), from, to } : null;
}

/** Changes the extent, by `change`, once every chunk concerned may be partial or whole. */
export function* moveEdge(file: OpenFile, move: EdgeMove, change: () => Task<void>): Task<void> {
  // Chunks that are filtered for the old extent must not be placed after it has changed.
  yield* file.chunks.storeLock.exclusive(busy(file), function* () {
    yield* eachMoved(file, move, makeNeutral);
    yield* change();
  });
}

/** Stores the chunks concerned as the new extent has them. */
export function* settleEdge(file: OpenFile, move: EdgeMove): Task<void> {
  yield* file.chunks.storeLock.exclusive(busy(file), () => eachMoved(file, move, makeUsual));
}

function busy({ state }: OpenFile): () => Error {
  return () => writeUnderWay(state.storage);
}

/** A chunk to be recorded anew; its bytes where these change too. */
interface Restored {
  readonly record: ChunkRecord;
  readonly filterMask: number;
  readonly bytes: Uint8Array<ArrayBuffer> | null;
}

/** Says how a chunk is stored from now on; `null` for as it is. `dataset` is as it was when the chunk was looked up. */
type Restore = (
  file: OpenFile,
  move: EdgeMove,
  dataset: DatasetHeader,
  record: ChunkRecord,
) => Task<Omit<Restored, "record"> | null>;

/** A chunk in the form that is read rightly whether it is partial or whole. */
function* makeNeutral(...[file, { chunkBytes }, dataset, record]: Parameters<Restore>): ReturnType<Restore> {
  const filterMask = allSkipped(dataset.filters);
  if (isPartialUnfiltered(dataset, record.scaled)) {
    return { filterMask, bytes: null };
  }
  if (record.filterMask === filterMask) {
    return null;
  }
  const stored = yield* fetchStored(file, record.address, record.storedSize, []);
  const plain = yield* decodeStored(file, dataset, stored, record, chunkBytes);
  return {
    filterMask,
    bytes: plain.buffer instanceof ArrayBuffer ? (plain as Uint8Array<ArrayBuffer>) : plain.slice(),
  };
}

/** A chunk in that form, as it is stored usually. */
function* makeUsual(...[file, , dataset, record]: Parameters<Restore>): ReturnType<Restore> {
  if (record.filterMask !== allSkipped(dataset.filters)) {
    // Somebody has written to the chunk in the meantime.
    return null;
  }
  if (isPartialUnfiltered(dataset, record.scaled)) {
    return { filterMask: 0, bytes: null };
  }
  const plain = yield* fetchStored(file, record.address, record.storedSize, []);
  const { bytes, filterMask } = yield* encodeChunk(file.codecs, dataset.filters, plain);
  return filterMask === record.filterMask ? null : { bytes, filterMask };
}

/** The filter mask of a chunk that went through no filter. */
function allSkipped(filters: readonly FilterDescription[]): number {
  return 2 ** filters.length - 1;
}

/** Stores the chunks anew that a move makes partial or whole, a few at a time. */
function* eachMoved(file: OpenFile, move: EdgeMove, restore: Restore): Task<void> {
  for (const bounds of crossed(move)) {
    for (let after: readonly number[] | null = null, done = false; !done; ) {
      const position: readonly number[] | null = after;
      // Where the chunks are must not become free for others before they are read.
      file.state.allocator.hold();
      try {
        const { page, dataset }: DatasetPage = yield* perform(
          transact(file.state, (tx): DatasetPage => listPage(tx, move.dataset.address, position, bounds)),
        );
        const moved = page.records.filter(({ scaled }) => isMoved(move, scaled));
        for (let next = 0; next < moved.length; ) {
          const batch: Restored[] = [];
          for (let held = 0; next < moved.length && held < BATCH_BYTES; next++) {
            const record = moved[next] as ChunkRecord;
            const restored = yield* restore(file, move, dataset, record);
            if (restored !== null) {
              batch.push({ ...restored, record });
              held += restored.bytes?.length ?? 0;
            }
          }
          yield* store(file, move.dataset.address, batch);
        }
        after = page.next;
        done = page.next === null;
      } finally {
        file.state.allocator.unhold();
      }
    }
  }
}

interface DatasetPage {
  readonly dataset: DatasetHeader;
  readonly page: ChunkPage;
}

/** Some of the chunks in a box, and the dataset as it is now: how they are stored follows from its extent. */
function listPage(tx: Tx, address: number, after: readonly number[] | null, bounds: ChunkBounds): DatasetPage {
  const dataset = loadDataset(tx, address);
  const layout = requireChunked(dataset);
  const page =
    layout.address === null ? { records: [], next: null } : chunkIndexOf(layout, dataset).list(tx, after, PAGE, bounds);
  return { dataset, page };
}

/** The chunks on each axis that the edge moves over or stops in, and that are inside of both extents. */
function crossed({ layout, from, to }: EdgeMove): ChunkBounds[] {
  const inBoth = from.map((extent, axis) => Math.min(extent, to[axis] as number));
  const grid = inBoth.map((extent, axis) => Math.ceil(extent / (layout.chunkShape[axis] as number)));
  return grid.flatMap((count, axis) => {
    const isCut = (inBoth[axis] as number) % (layout.chunkShape[axis] as number) !== 0;
    return from[axis] !== to[axis] && isCut && !grid.includes(0)
      ? [
          {
            first: grid.map((_, i) => (i === axis ? count - 1 : 0)),
            last: grid.map((each) => each - 1),
          },
        ]
      : [];
  });
}

function isMoved({ dataset, from, to }: EdgeMove, scaled: readonly number[]): boolean {
  const under = (dimensions: readonly number[]): boolean =>
    isPartialUnfiltered({ ...dataset, dataspace: { ...dataset.dataspace, dimensions } }, scaled);
  return under(from) !== under(to);
}

/**
 * Records chunks anew, those whose bytes change at new places: the bytes are there before anything says so, since nobody
 * else has them.
 */
function* store(file: OpenFile, address: number, batch: readonly Restored[]): Task<void> {
  if (batch.length === 0) {
    return;
  }
  const { blocks, context } = file.state;
  const sorted = [...batch].sort((a, b) => comparePlaces(a.record.scaled, b.record.scaled));
  const places = yield* perform(
    transact(file.state, (tx) => sorted.map(({ bytes }) => (bytes === null ? null : tx.alloc(bytes.length, "raw")))),
  );
  let done = false;
  try {
    const writes = sorted.flatMap(({ bytes }, i) => (bytes === null ? [] : { address: places[i] as number, bytes }));
    const tasks = planWrites(writes).map(
      (write) => () => perform(writeBytes(blocks, context.baseAddress + write.address, write.bytes)),
    );
    yield* perform(concurrently(tasks, FETCHES_IN_FLIGHT));
    yield* perform(transact(file.state, (tx) => record(tx, address, sorted, places)));
    done = true;
  } finally {
    if (!done) {
      const unused = sorted.map(({ bytes }, i) => ({ address: places[i] ?? null, length: bytes?.length ?? 0 }));
      yield* perform(shielded(() => perform(transact(file.state, (tx) => freeAll(tx, unused)))));
    }
  }
}

function record(tx: Tx, address: number, batch: readonly Restored[], places: readonly (number | null)[]): void {
  const records = batch.map(({ record, bytes, filterMask }, i): ChunkRecord => {
    const place = places[i] ?? null;
    return bytes === null || place === null
      ? { ...record, filterMask }
      : { ...record, filterMask, address: place, storedSize: bytes.length };
  });
  recordChunks(tx, loadDataset(tx, address), records);
  freeAll(
    tx,
    batch.map(({ record, bytes }) => ({ address: bytes === null ? null : record.address, length: record.storedSize })),
  );
}

function freeAll(tx: Tx, extents: readonly { readonly address: number | null; readonly length: number }[]): void {
  for (const { address, length } of extents) {
    if (address !== null) {
      tx.free(address, length, "raw");
    }
  }
}
