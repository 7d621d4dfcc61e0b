import type { ChunkedLayout } from "@hdfive/format";
import { elementCount } from "../array/index.js";
import { chunkIndexOf } from "../engine/chunk-index/chunk-index.js";
import { type DatasetHeader, loadDataset } from "../engine/datasets/dataset-header.js";
import { transact } from "../engine/transaction/drive.js";
import { perform, type Task } from "../task.js";
import { type EncodedChunk, encodeChunk } from "./chunk-codec.js";
import { allocateContiguous } from "./contiguous-data.js";
import { filledBytes } from "./fill.js";
import type { OpenFile } from "./open-file.js";
import { storeRawChunks } from "./store-raw-chunks.js";
import { chunkByteLength, filtersOf } from "./stored-chunk.js";

/** Chunks that are stored at once, and the bytes of them. */
const BATCH_CHUNKS = 1024;
const BATCH_BYTES = 16 * 1024 * 1024;
const NO_FILTERS: object = {};

/**
 * Takes all the space of a dataset and fills it, as its allocation time asks for at its creation, at the first write or
 * when it grows. What has space keeps it, and what it holds.
 *
 * @param old the shape before it grew, whose chunks have their space; none of them have by default
 */
export function* allocateStorage(file: OpenFile, address: number, old: readonly number[] | null = null): Task<void> {
  const dataset = yield* perform(transact(file.state, (tx) => loadDataset(tx, address)));
  const { layout, dataspace, external } = dataset;
  if (external !== null || dataspace.type === "null" || elementCount(dataspace.dimensions) === 0) {
    return;
  }
  if (layout.class === "contiguous") {
    yield* allocateContiguous(file, dataset, false);
  }
  if (layout.class === "chunked") {
    yield* allocateChunks(file, dataset, layout, old);
  }
}

function* allocateChunks(
  file: OpenFile,
  dataset: DatasetHeader,
  layout: ChunkedLayout,
  old: readonly number[] | null,
): Task<void> {
  const chunkBytes = chunkByteLength(file, dataset, layout);
  const limit = Math.max(1, Math.min(BATCH_CHUNKS, Math.floor(BATCH_BYTES / chunkBytes)));
  const fill = filledBytes(dataset, chunkBytes / dataset.datatype.size);
  // All chunks are alike, but for those at the edge that some layouts leave without filters.
  const encoded = new Map<object, EncodedChunk>();
  for (const places of gridPlaces(layout, dataset, old, limit)) {
    const missing = yield* placesWithoutChunk(file, dataset.address, places);
    const chunks: (EncodedChunk & { readonly scaled: readonly number[] })[] = [];
    for (const scaled of missing) {
      const filters = filtersOf(dataset, scaled);
      const key = filters.length === 0 ? NO_FILTERS : filters;
      const chunk =
        encoded.get(key) ??
        (filters.length === 0
          ? { bytes: fill, filterMask: 0 }
          : yield* encodeChunk(file.codecs, filters, new Uint8Array(fill)));
      encoded.set(key, chunk);
      chunks.push({ ...chunk, scaled });
    }
    yield* storeRawChunks(file, dataset.address, chunks);
  }
}

/** Chunks of an implicit index always have a place: whether anything was written there nobody knows. */
function* placesWithoutChunk(
  file: OpenFile,
  address: number,
  places: readonly (readonly number[])[],
): Task<readonly (readonly number[])[]> {
  return yield* perform(
    transact(file.state, (tx) => {
      const dataset = loadDataset(tx, address);
      if (dataset.layout.class !== "chunked" || dataset.layout.address === null) {
        return places;
      }
      const index = chunkIndexOf(dataset.layout, dataset);
      const found = index.hasFixedPlaces === true ? [] : index.findMany(tx, places);
      return places.filter((_, i) => (found[i] ?? null) === null);
    }),
  );
}

/** The places of chunks that have a part in a dataset and had none in the old shape, in lexicographic order, in batches. */
function* gridPlaces(
  { chunkShape }: ChunkedLayout,
  { dataspace }: DatasetHeader,
  old: readonly number[] | null,
  limit: number,
): Generator<readonly (readonly number[])[], void, undefined> {
  const counts = chunkShape.map((side, axis) => Math.ceil((dataspace.dimensions[axis] as number) / side));
  const before = chunkShape.map((side, axis) => Math.ceil((old?.[axis] ?? 0) / side));
  const at = chunkShape.map(() => 0);
  const last = at.length - 1;
  let batch: (readonly number[])[] = [];
  for (let axis = last; axis >= 0; ) {
    const isInRow = at.every((place, i) => i === last || place < (before[i] as number));
    if (isInRow && (at[last] as number) < (before[last] as number)) {
      // A row of chunks that were there is passed over at once.
      at[last] = before[last] as number;
    }
    if ((at[last] as number) < (counts[last] as number)) {
      batch.push([...at]);
      if (batch.length === limit) {
        yield batch;
        batch = [];
      }
    }
    for (axis = last; axis >= 0; axis--) {
      at[axis] = (at[axis] as number) + 1;
      if ((at[axis] as number) < (counts[axis] as number)) {
        break;
      }
      at[axis] = 0;
    }
  }
  if (batch.length > 0) {
    yield batch;
  }
}
