import { type ChunkedLayout, HdfiveError } from "@hdfive/format";
import {
  type ChunkProjection,
  projectChunk,
  projectChunks,
  type ResolvedSelection,
  touchedGrid,
} from "../array/index.js";
import { type ChunkRecord, chunkIndexOf } from "../engine/chunk-index/chunk-index.js";
import { type DatasetHeader, loadDataset, requireChunked } from "../engine/datasets/dataset-header.js";
import { transact } from "../engine/transaction/drive.js";
import { mergeRanges } from "../storage/ranges.js";
import { concurrently, perform, type Task } from "../task.js";
import { filledBytes } from "./fill.js";
import { FETCHES_IN_FLIGHT, type OpenFile } from "./open-file.js";
import { isReadInParts, readInParts } from "./read-large-chunk.js";
import { isSparse, readSparse } from "./read-sparse.js";
import type { ReadSink } from "./sink.js";
import { bytesOfWholeChunk, chunkByteLength, decodeStored, fetchStored, type ScratchBuffers } from "./stored-chunk.js";

/** Chunks looked up by one engine operation. */
const MAX_BATCH = 1024;
/** Bytes of chunks planned and fetched before the next are looked up. */
const BATCH_BYTES = 32 * 1024 * 1024;
/** Bytes fetched by one request at most, and bytes between two chunks that are worth fetching along. */
const REQUEST_BYTES = 4 * 1024 * 1024;
/** Bytes of fill value, repeated, that chunks which are not stored are read from. */
const FILL_BYTES = 1024 * 1024;
/** Requests are not divided into smaller ones than this to have several. */
const SMALL_REQUEST_BYTES = 64 * 1024;

/** What to fetch for one chunk, as plain data: where it is, how long, which filters it skipped, what it is for. */
export interface ChunkRequest {
  readonly record: ChunkRecord;
  readonly projection: ChunkProjection;
}

/** Reads a selection of a chunked dataset: what is in memory from there, the rest planned, fetched and decoded. */
export function* readChunked(
  file: OpenFile,
  sink: ReadSink,
  dataset: DatasetHeader,
  layout: ChunkedLayout,
  resolved: ResolvedSelection,
): Task<void> {
  const chunkBytes = isReadInParts(file, dataset, bytesOfWholeChunk(dataset, layout))
    ? bytesOfWholeChunk(dataset, layout)
    : chunkByteLength(file, dataset, layout);
  const limit = Math.max(1, Math.min(MAX_BATCH, Math.floor(BATCH_BYTES / chunkBytes)));
  const grid = resolved.kind === "axes" ? touchedGrid(resolved, layout.chunkShape) : null;
  if (resolved.kind === "axes" && grid !== null && (yield* isSparse(file, dataset, chunkBytes, grid))) {
    const { dimensions } = dataset.dataspace;
    yield* readSparse(file, sink, dataset, layout, resolved, grid, function* (places) {
      const wanted = places.flatMap((place) => projectChunk(resolved, dimensions, layout.chunkShape, place) ?? []);
      for (let at = 0; at < wanted.length; at += limit) {
        yield* readBatch(file, sink, dataset, layout, chunkBytes, wanted.slice(at, at + limit));
      }
    });
    return;
  }
  const { work } = file.state.limits;
  let batch: ChunkProjection[] = [];
  let chunks = 0;
  for (const projection of projectChunks(resolved, dataset.dataspace.dimensions, layout.chunkShape)) {
    if (++chunks > work) {
      throw new HdfiveError("LIMIT", `The read touches more than ${work} chunks: read fewer elements at once`, {
        address: dataset.address,
      });
    }
    const cached = file.chunks.get(dataset.address, projection.chunk);
    if (cached !== undefined) {
      yield* sink.acceptChunk(projection, cached.bytes, layout.chunkShape);
      continue;
    }
    batch.push(projection);
    if (batch.length === limit) {
      yield* readBatch(file, sink, dataset, layout, chunkBytes, batch);
      batch = [];
    }
  }
  yield* readBatch(file, sink, dataset, layout, chunkBytes, batch);
}

function* readBatch(
  file: OpenFile,
  sink: ReadSink,
  dataset: DatasetHeader,
  layout: ChunkedLayout,
  chunkBytes: number,
  batch: readonly ChunkProjection[],
): Task<void> {
  if (batch.length === 0) {
    return;
  }
  const { state } = file;
  const { generation } = file.chunks;
  // From the look-up on, until the bytes are here, nobody may be given the space they are in.
  state.allocator.hold();
  try {
    const { current, records } = yield* findChunks(file, dataset, batch);
    const requests: ChunkRequest[] = [];
    const here: { readonly projection: ChunkProjection; readonly bytes: Uint8Array }[] = [];
    let fill: Uint8Array | null = null;
    for (const [i, projection] of batch.entries()) {
      const record = records[i] ?? null;
      // A chunk that came into memory in the meantime may be recorded at a place it has not been written to yet.
      const cached = file.chunks.get(dataset.address, projection.chunk);
      if (cached !== undefined) {
        here.push({ projection, bytes: cached.bytes });
      } else if (record === null) {
        fill ??= filledBytes(
          dataset,
          Math.max(1, Math.floor(Math.min(chunkBytes, FILL_BYTES) / dataset.datatype.size)),
        );
        here.push({ projection, bytes: fill });
      } else {
        requests.push({ record, projection });
      }
    }
    for (const { projection, bytes } of here) {
      yield* bytes.length === chunkBytes
        ? sink.acceptChunk(projection, bytes, layout.chunkShape)
        : sink.acceptFill(projection, bytes, layout.chunkShape);
    }
    if (isReadInParts(file, dataset, chunkBytes)) {
      for (const request of requests) {
        yield* readInParts(file, sink, dataset, layout.chunkShape, chunkBytes, request);
      }
      return;
    }
    const scratch: ScratchBuffers = [];
    const tasks = planFetches(file, requests, dataset.filters.length > 0).map(
      (group) => () => readGroup(file, sink, current, layout, chunkBytes, group, generation, scratch),
    );
    yield* perform(concurrently(tasks, FETCHES_IN_FLIGHT));
  } finally {
    state.allocator.unhold();
  }
}

/**
 * Looks chunks up in the index as it is now: the first chunk ever stored changes the layout, and whether a chunk is
 * filtered may depend on the extent.
 */
function* findChunks(
  file: OpenFile,
  dataset: DatasetHeader,
  batch: readonly ChunkProjection[],
): Task<{ readonly current: DatasetHeader; readonly records: (ChunkRecord | null)[] }> {
  const positions = batch.map(({ chunk }) => chunk);
  return yield* perform(
    transact(file.state, (tx) => {
      const current = loadDataset(tx, dataset.address);
      const layout = requireChunked(current);
      return { current, records: layout.address === null ? [] : chunkIndexOf(layout, current).findMany(tx, positions) };
    }),
  );
}

/** Chunks whose stored bytes are fetched by one request. */
export interface FetchGroup {
  /** First byte, relative to the base address. */
  readonly start: number;
  readonly end: number;
  readonly requests: readonly ChunkRequest[];
}

/**
 * Puts chunks that lie near each other in the file into one request; where requests cost little, into enough of them that
 * the filters of some are undone while others are fetched.
 */
export function planFetches(file: OpenFile, requests: readonly ChunkRequest[], filtered: boolean): FetchGroup[] {
  const { blocks, storage } = file.state;
  const ranges = requests.map(({ record }) => ({ start: record.address, end: record.address + record.storedSize }));
  const total = filtered ? ranges.reduce((sum, { start, end }) => sum + end - start, 0) : 0;
  const spread = storage.distance !== "remote" && total > FETCHES_IN_FLIGHT * SMALL_REQUEST_BYTES;
  const longest = spread ? Math.min(REQUEST_BYTES, Math.ceil(total / FETCHES_IN_FLIGHT)) : REQUEST_BYTES;
  const merged = mergeRanges(ranges, Math.min(blocks.profile.maxGap, 4096), longest);
  const groups = merged.map((range): { start: number; end: number; requests: ChunkRequest[] } => ({
    ...range,
    requests: [],
  }));
  for (const request of requests) {
    const { address } = request.record;
    let low = 0;
    let high = groups.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((groups[middle] as FetchGroup).start <= address) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    groups[low]?.requests.push(request);
  }
  return groups;
}

function* readGroup(
  file: OpenFile,
  sink: ReadSink,
  dataset: DatasetHeader,
  layout: ChunkedLayout,
  chunkBytes: number,
  group: FetchGroup,
  generation: number,
  scratch: ScratchBuffers,
): Task<void> {
  const bytes = yield* fetchStored(file, group.start, group.end - group.start, scratch);
  for (const { record, projection } of group.requests) {
    const from = record.address - group.start;
    const stored = bytes.subarray(from, from + record.storedSize);
    const chunk = yield* decodeStored(file, dataset, stored, record, chunkBytes);
    yield* sink.acceptChunk(projection, chunk, layout.chunkShape);
    const isCurrent = file.chunks.generation === generation;
    if (isCurrent && !projection.coversWholeChunk && chunkBytes <= file.chunks.budget / 4) {
      keep(file, dataset, record.scaled, chunk, bytes.buffer);
    }
  }
  // Only after success: a request that failed may still be filling its buffer.
  scratch.push(bytes.buffer);
}

/** Keeps a chunk of which only a part was wanted: the next read is likely to want more of it. */
function keep(
  file: OpenFile,
  dataset: DatasetHeader,
  scaled: readonly number[],
  chunk: Uint8Array,
  request: ArrayBuffer,
): void {
  // The buffer of a request is used again, and a view on larger memory would keep all of it.
  const isOwn = chunk.buffer !== request && chunk.byteLength === chunk.buffer.byteLength;
  const bytes = isOwn ? chunk : chunk.slice();
  if (bytes.buffer instanceof ArrayBuffer) {
    file.chunks.add(dataset.address, scaled, bytes as Uint8Array<ArrayBuffer>);
    file.chunks.trim();
  }
}
