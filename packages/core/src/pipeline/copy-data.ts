import { type ChunkedLayout, type FilterDescription, HdfiveError } from "@hdfive/format";
import { elementCount, gather, holdsAddresses } from "../array/index.js";
import { type ChunkPage, type ChunkRecord, chunkIndexOf } from "../engine/chunk-index/chunk-index.js";
import {
  type DatasetHeader,
  loadDataset,
  putLayout,
  requireChunked,
  requireLayout,
} from "../engine/datasets/dataset-header.js";
import { transact } from "../engine/transaction/drive.js";
import { writeBytes } from "../storage/access.js";
import { concurrently, perform, type Task } from "../task.js";
import { encodeChunk } from "./chunk-codec.js";
import { storeChanged } from "./chunk-store.js";
import { allocateContiguous } from "./contiguous-data.js";
import { filledBytes } from "./fill.js";
import { FETCHES_IN_FLIGHT, type OpenFile } from "./open-file.js";
import { placeOf, readBox, rowMajorBoxes } from "./read-box.js";
import { type RawChunkToStore, storeRawChunks } from "./store-raw-chunks.js";
import { chunkByteLength, decodeStored, fetchStored, isPartialUnfiltered } from "./stored-chunk.js";
import { transfer } from "./transfer.js";

/** The data of a dataset on its way to another dataset of the same shape and datatype. */
export interface DataCopy {
  readonly source: OpenFile;
  readonly target: OpenFile;
  /** The dataset that is copied. */
  readonly from: DatasetHeader;
  /** Address of the dataset that takes the data, of which nothing is stored yet. */
  readonly to: number;
  /** The object that stands in the target for one of the source; 0 for none. */
  readonly mapAddress: (address: number) => number;
  /** Called after every batch with the bytes of data it took; may end the copy by an error. */
  readonly step: (byteLength: number) => Task<void>;
}

/** Chunks looked up at once, and the bytes of them, or of data that is not chunked, that are held. */
const PAGE = 256;
const BATCH_BYTES = 4 * 1024 * 1024;
/** Elements whose variable-length data is held at once. */
const HEAP_BATCH = 4096;

/**
 * Copies the data of a dataset. Chunks that both sides store alike are copied as they are stored; all else is decoded and
 * encoded again, chunk by chunk, so that no more than a few chunks are in memory.
 */
export function* copyData(copy: DataCopy): Task<void> {
  const { source, target, from } = copy;
  if (from.dataspace.type === "null" || from.dataspace.dimensions.includes(0)) {
    return;
  }
  if (source.state.writable) {
    yield* storeChanged(source);
  }
  const to = yield* perform(transact(target.state, (tx) => loadDataset(tx, copy.to)));
  const [layout, other] = [requireLayout(from), requireLayout(to)];
  if (layout.class === "chunked" && other.class === "chunked" && layout.chunkShape.join() === other.chunkShape.join()) {
    yield* copyChunks(copy, layout, to);
  } else if (layout.class === "contiguous" && layout.address === null && from.external === null) {
    // Nothing was ever written.
  } else if (other.class === "chunked") {
    yield* cutIntoChunks(copy, other, to);
  } else {
    yield* copyWhole(copy, to);
  }
}

/** The same chunks on both sides. */
function* copyChunks(copy: DataCopy, layout: ChunkedLayout, to: DatasetHeader): Task<void> {
  const { source, target, from } = copy;
  const { allocator } = source.state;
  const asStored = !holdsAddresses(from.datatype) && sameFilters(from.filters, to.filters);
  const chunkBytes = asStored ? 0 : chunkByteLength(source, from, layout);
  for (let after: readonly number[] | null = null, done = false; !done; ) {
    const position: readonly number[] | null = after;
    // Where the chunks are must not become free for others before they are read.
    allocator.hold();
    try {
      // How a chunk is stored may depend on the extent: both are looked up at once.
      const { now, page }: { now: DatasetHeader; page: ChunkPage } = yield* perform(
        transact(source.state, (tx): { now: DatasetHeader; page: ChunkPage } => {
          const now = loadDataset(tx, from.address);
          return { now, page: chunkIndexOf(requireChunked(now), now).list(tx, position, PAGE) };
        }),
      );
      for (let next = 0; next < page.records.length; ) {
        const batch: ChunkRecord[] = [];
        for (let bytes = 0; next < page.records.length && bytes < BATCH_BYTES; next++) {
          const record = page.records[next] as ChunkRecord;
          batch.push(record);
          bytes += Math.max(record.storedSize, chunkBytes);
        }
        const fetch = batch.map((record) => () => fetchStored(source, record.address, record.storedSize, []));
        const stored = yield* perform(concurrently(fetch, FETCHES_IN_FLIGHT));
        const chunks: RawChunkToStore[] = [];
        let total = 0;
        for (const [i, record] of batch.entries()) {
          const bytes = stored[i] as Uint8Array<ArrayBuffer>;
          total += bytes.length;
          const { scaled } = record;
          if (asStored) {
            // What the layout leaves out of the filters at the edge is said of the chunk itself.
            const filterMask = isPartialUnfiltered(now, scaled) ? 2 ** from.filters.length - 1 : record.filterMask;
            chunks.push({ scaled, bytes, filterMask });
          } else {
            const plain = yield* decodeStored(source, now, bytes, record, chunkBytes);
            chunks.push({ scaled, ...(yield* encoded(copy, to, plain)) });
          }
        }
        yield* storeRawChunks(target, copy.to, chunks);
        yield* copy.step(total);
      }
      after = page.next;
      done = page.next === null;
    } finally {
      allocator.unhold();
    }
  }
}

/** Moves elements over and puts them through the target's filters. */
function* encoded(
  copy: DataCopy,
  to: DatasetHeader,
  plain: Uint8Array,
): Task<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly filterMask: number }> {
  const bytes = yield* moved(copy, to, plain);
  return yield* encodeChunk(copy.target.codecs, to.filters, bytes);
}

/** Elements as the target stores them. */
function* moved(copy: DataCopy, to: DatasetHeader, plain: Uint8Array): Task<Uint8Array<ArrayBuffer>> {
  const { source, target, from, mapAddress } = copy;
  if (!holdsAddresses(from.datatype)) {
    return plain.buffer instanceof ArrayBuffer ? (plain as Uint8Array<ArrayBuffer>) : new Uint8Array(plain);
  }
  const { size } = from.datatype;
  const count = plain.length / size;
  const into = new Uint8Array(count * to.datatype.size);
  const elements = { source, target, from: from.datatype, to: to.datatype, mapAddress };
  for (let done = 0; done < count; done += HEAP_BATCH) {
    const batch = Math.min(HEAP_BATCH, count - done);
    const part = plain.subarray(done * size, (done + batch) * size);
    into.set(yield* transfer(elements, part, batch), done * to.datatype.size);
  }
  return into;
}

/** Other chunks than the source has. What the source has not stored is not stored. */
function* cutIntoChunks(copy: DataCopy, layout: ChunkedLayout, to: DatasetHeader): Task<void> {
  const { source, target, from } = copy;
  const { chunkShape } = layout;
  const shape = from.dataspace.dimensions;
  const grid = shape.map((extent, axis) => Math.ceil(extent / (chunkShape[axis] as number)));
  const total = elementCount(grid);
  if (!(total <= source.state.limits.work)) {
    throw new HdfiveError("LIMIT", `The data would be cut into ${total} chunks: choose larger ones`);
  }
  const elements = chunkByteLength(target, to, layout) / to.datatype.size;
  for (let chunk = 0; chunk < total; chunk++) {
    const scaled = placeOf(chunk, grid);
    const start = scaled.map((at, axis) => at * (chunkShape[axis] as number));
    const counts = start.map((at, axis) => Math.min(chunkShape[axis] as number, (shape[axis] as number) - at));
    if (!(yield* isStored(source, from, start, counts))) {
      continue;
    }
    const plain = yield* moved(copy, to, yield* readBox(source, from, start, counts));
    const bytes = filledBytes(to, elements);
    const axes = counts.map(
      (count) => ({ kind: "range", chunkStart: 0, chunkStep: 1, resultStart: 0, count }) as const,
    );
    const inside = { chunk: scaled, coversWholeChunk: false, pieces: { kind: "axes", axes } } as const;
    gather(inside, bytes, chunkShape, to.datatype.size, plain, counts);
    yield* storeRawChunks(target, copy.to, [{ scaled, ...(yield* encodeChunk(target.codecs, to.filters, bytes)) }]);
    yield* copy.step(plain.length);
  }
}

/** Whether anything is stored of a box. */
function* isStored(
  source: OpenFile,
  from: DatasetHeader,
  start: readonly number[],
  counts: readonly number[],
): Task<boolean> {
  const layout = requireLayout(from);
  if (layout.class !== "chunked") {
    return layout.class === "compact" || layout.address !== null || from.external !== null;
  }
  const side = (axis: number): number => layout.chunkShape[axis] as number;
  const first = start.map((at, axis) => Math.floor(at / side(axis)));
  const last = start.map((at, axis) => Math.floor((at + (counts[axis] as number) - 1) / side(axis)));
  let after: readonly number[] | null = null;
  do {
    const position: readonly number[] | null = after;
    const page: ChunkPage = yield* perform(
      transact(source.state, (tx) => {
        const now = loadDataset(tx, from.address);
        return chunkIndexOf(requireChunked(now), now).list(tx, position, 1, { first, last });
      }),
    );
    if (page.records.length > 0) {
      return true;
    }
    after = page.next;
  } while (after !== null);
  return false;
}

/** All of the data in row-major order, for contiguous and compact datasets. */
function* copyWhole(copy: DataCopy, to: DatasetHeader): Task<void> {
  const { source, target, from } = copy;
  const shape = from.dataspace.dimensions;
  const layout = requireLayout(to);
  if (layout.class === "compact") {
    const data = yield* moved(
      copy,
      to,
      yield* readBox(
        source,
        from,
        shape.map(() => 0),
        shape,
      ),
    );
    yield* perform(transact(target.state, (tx) => putLayout(tx, copy.to, { ...layout, data })));
    yield* copy.step(data.length);
    return;
  }
  const address = yield* allocateContiguous(target, to, true);
  const { blocks, context } = target.state;
  const most = Math.max(1, Math.floor(BATCH_BYTES / from.datatype.size));
  for (const { first, start, counts } of rowMajorBoxes(shape, most)) {
    const bytes = yield* moved(copy, to, yield* readBox(source, from, start, counts));
    yield* perform(writeBytes(blocks, context.baseAddress + address + first * to.datatype.size, bytes));
    yield* copy.step(bytes.length);
  }
}

function sameFilters(one: readonly FilterDescription[], other: readonly FilterDescription[]): boolean {
  const text = (filters: readonly FilterDescription[]): string =>
    JSON.stringify(filters.map(({ id, clientData }) => [id, [...clientData]]));
  return text(one) === text(other);
}
