import { type ChunkedLayout, HdfiveError } from "@hdfive/format";
import {
  type ChunkProjection,
  projectChunk,
  projectChunks,
  type ResolvedSelection,
  resolveSelection,
  type Selection,
  touchedGrid,
} from "../array/index.js";
import { type ChunkRecord, chunkIndexOf } from "../engine/chunk-index/chunk-index.js";
import { type DatasetHeader, loadDataset } from "../engine/datasets/dataset-header.js";
import type { Tx } from "../engine/transaction/tx.js";
import { storeChanged } from "../pipeline/chunk-store.js";
import { fetchStored } from "../pipeline/stored-chunk.js";
import { storeRawChunk } from "../pipeline/write-raw-chunk.js";
import { writeUnderWay } from "../storage/storage.js";
import type { Task } from "../task.js";
import { notChunked } from "./chunk-regions.js";
import type { FileContext } from "./file-context.js";

/** Where one chunk is and how it is stored. */
export interface ChunkInfo {
  /** First element of the chunk, on each axis. */
  readonly offset: readonly number[];
  /** Position of its first stored byte in the file, counted from the file's very beginning. */
  readonly address: number;
  /** Bytes as stored, after the filters. */
  readonly storedSize: number;
  /** Bit `i` set: filter `i` was not applied to this chunk. */
  readonly filterMask: number;
}

/** Chunks in batches, a few hundred at a time. */
export type ChunkBatches = AsyncGenerator<readonly ChunkInfo[], void, undefined>;

/** As `ChunkBatches`, without waiting. */
export type ChunkBatchesSync = Generator<readonly ChunkInfo[], void, undefined>;

/** A chunk as it is stored. */
export interface RawChunk {
  readonly data: Uint8Array<ArrayBuffer>;
  /** Bit `i` set: filter `i` was not applied to this chunk. */
  readonly filterMask: number;
}

/** How a chunk is written past the filters. */
export interface WriteRawChunkOptions {
  /** Bit `i` set: filter `i` was not applied to this chunk; none by default. */
  readonly filterMask?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Chunks of one batch at most. */
const BATCH = 1024;

/** Goes through the stored chunks that a selection touches. */
export class StoredChunks {
  readonly #context: FileContext;
  readonly #address: number;
  readonly #selection: Selection;
  #after: readonly number[] | null = null;
  #isDone = false;
  #begun = false;
  /** Chunks of a selection that is no box, which are looked for one by one. */
  #touched: Iterator<ChunkProjection> | null = null;

  constructor(context: FileContext, address: number, selection: Selection) {
    this.#context = context;
    this.#address = address;
    this.#selection = selection;
  }

  /** The next chunks, at least one; `null` at the end. */
  *next(): Task<readonly ChunkInfo[] | null> {
    if (!this.#begun) {
      yield* storeFirst(this.#context);
      this.#begun = true;
    }
    while (!this.#isDone) {
      const found = yield* this.#batch();
      if (found.length > 0) {
        return found;
      }
    }
    return null;
  }

  *#batch(): Task<readonly ChunkInfo[]> {
    const dataset = yield* this.#context.transact((tx) => loadDataset(tx, this.#address));
    const layout = requireChunks(dataset);
    const all = this.#selection === null;
    const resolved = resolveSelection(this.#selection, dataset.dataspace.dimensions);
    const records = yield* all || resolved.kind === "axes"
      ? this.#list(dataset, layout, all ? null : resolved)
      : this.#find(dataset, layout, resolved);
    return records.map((record) => infoOf(record, layout, this.#context));
  }

  *#list(
    dataset: DatasetHeader,
    layout: ChunkedLayout,
    resolved: ResolvedSelection | null,
  ): Task<readonly ChunkRecord[]> {
    const grid = resolved?.kind === "axes" ? touchedGrid(resolved, layout.chunkShape) : null;
    if (resolved !== null && grid === null) {
      this.#isDone = true;
      return [];
    }
    const page = yield* this.#context.transact((tx) =>
      chunkIndexNow(tx, this.#address).list(tx, this.#after, BATCH, grid ?? undefined),
    );
    this.#after = page.next;
    this.#isDone = page.next === null;
    return resolved?.kind !== "axes"
      ? page.records
      : page.records.filter(
          ({ scaled }) => projectChunk(resolved, dataset.dataspace.dimensions, layout.chunkShape, scaled) !== null,
        );
  }

  *#find(dataset: DatasetHeader, layout: ChunkedLayout, resolved: ResolvedSelection): Task<readonly ChunkRecord[]> {
    this.#touched ??= projectChunks(resolved, dataset.dataspace.dimensions, layout.chunkShape);
    const places: (readonly number[])[] = [];
    while (places.length < BATCH && !this.#isDone) {
      const step = this.#touched.next();
      if (step.done === true) {
        this.#isDone = true;
      } else {
        places.push(step.value.chunk);
      }
    }
    const records = yield* this.#context.transact((tx) => chunkIndexNow(tx, this.#address).findMany(tx, places));
    return records.flatMap((record) => record ?? []);
  }
}

/** A chunk as it is stored; changed ones are stored first. */
export function* readRawChunk(context: FileContext, address: number, offset: readonly number[]): Task<RawChunk> {
  yield* storeFirst(context);
  const { allocator } = context.state;
  allocator.hold();
  try {
    const record = yield* context.transact((tx) => {
      const scaled = chunkAt(loadDataset(tx, address), offset);
      return chunkIndexNow(tx, address).find(tx, scaled);
    });
    if (record === null) {
      throw new HdfiveError("NOT_FOUND", `The chunk at ${offset.join(", ")} is not stored`);
    }
    const data = yield* fetchStored(context, record.address, record.storedSize, []);
    return { data, filterMask: record.filterMask };
  } finally {
    allocator.unhold();
  }
}

/** Stores a chunk as it is given: its filters were applied by somebody else. */
export function* writeRawChunk(
  context: FileContext,
  address: number,
  offset: readonly number[],
  data: Uint8Array,
  filterMask: number,
): Task<void> {
  const { shapeLock, state } = context;
  // The chunk must still have its place when it is recorded.
  yield* shapeLock.exclusive(
    () => writeUnderWay(state.storage),
    function* () {
      const scaled = yield* context.transact((tx) => {
        tx.requireWritable();
        return chunkAt(loadDataset(tx, address), offset);
      });
      // The storage may keep what it is given, and does not take shared memory.
      yield* storeRawChunk(context, address, scaled, { bytes: new Uint8Array(data), filterMask });
    },
  );
  yield* context.settle();
}

/** The place in the grid of the chunk that begins with an element. */
function chunkAt(dataset: DatasetHeader, offset: readonly number[]): readonly number[] {
  const { chunkShape } = requireChunks(dataset);
  const { dimensions } = dataset.dataspace;
  if (offset.length !== dimensions.length) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `${offset.length} indices name no chunk of a dataset with ${dimensions.length} axes`,
    );
  }
  return offset.map((start, axis) => {
    const extent = dimensions[axis] as number;
    if (!(start >= 0 && start < extent)) {
      throw new HdfiveError("OUT_OF_RANGE", `Index ${start} is out of range for axis ${axis} with ${extent} elements`);
    }
    const scaled = start / (chunkShape[axis] as number);
    if (!Number.isInteger(scaled)) {
      throw new HdfiveError("INVALID_ARGUMENT", `No chunk begins with element ${offset.join(", ")}`);
    }
    return scaled;
  });
}

function* storeFirst(context: FileContext): Task<void> {
  if (context.state.writable) {
    yield* storeChanged(context);
  }
}

function chunkIndexNow(tx: Tx, address: number): ReturnType<typeof chunkIndexOf> {
  const dataset = loadDataset(tx, address);
  return chunkIndexOf(requireChunks(dataset), dataset);
}

function requireChunks({ layout }: DatasetHeader): ChunkedLayout {
  if (layout.class !== "chunked") {
    throw notChunked();
  }
  return layout;
}

function infoOf(record: ChunkRecord, { chunkShape }: ChunkedLayout, { state }: FileContext): ChunkInfo {
  return {
    offset: record.scaled.map((at, axis) => at * (chunkShape[axis] as number)),
    address: state.context.baseAddress + record.address,
    storedSize: record.storedSize,
    filterMask: record.filterMask,
  };
}
