import type { ChunkedLayout } from "@hdfive/format";
import { type AxesSelection, elementCount, projectChunk, type TouchedGrid } from "../array/index.js";
import { type ChunkBounds, type ChunkPage, chunkIndexOf } from "../engine/chunk-index/chunk-index.js";
import { type DatasetHeader, loadDataset, requireChunked } from "../engine/datasets/dataset-header.js";
import { transact } from "../engine/transaction/drive.js";
import { perform, type Task } from "../task.js";
import { filledBytes } from "./fill.js";
import type { OpenFile } from "./open-file.js";
import type { ReadSink } from "./sink.js";

/** Chunks up to which it is not worth asking how many of them are stored. */
const FEW_CHUNKS = 4096;
/** Chunks listed by one operation, and all that are listed to find out whether there are few. */
const PAGE = 1024;
const PROBE = 16_384;
/** A read is of few chunks when no more than one in so many is stored. */
const SPARSE = 4;
/** Bytes of fill value, repeated, that the result is first filled with. */
const FILL_BYTES = 256 * 1024;

/**
 * Whether a selection is of many chunks of which few are stored, so that it costs less to list those than to look for each.
 *
 * The length of the file alone tells of the largest selections; else the index is listed as long as it may still be so.
 */
export function* isSparse(
  file: OpenFile,
  dataset: DatasetHeader,
  chunkBytes: number,
  grid: TouchedGrid,
): Task<boolean> {
  if (grid.chunkCount <= FEW_CHUNKS) {
    return false;
  }
  const { storage, context } = file.state;
  // Chunks that go through filters may be tiny, but what records them is not.
  const leastBytes = dataset.filters.length === 0 ? chunkBytes : 1 + context.offsetSize;
  if (storage.size / leastBytes <= grid.chunkCount / SPARSE) {
    return true;
  }
  const most = Math.min(PROBE, grid.chunkCount / SPARSE);
  let found = 0;
  for (let after: readonly number[] | null = null; found <= most; ) {
    const page: ChunkPage = yield* listPage(file, dataset, after, grid);
    found += page.records.length;
    after = page.next;
    if (after === null) {
      return found <= most;
    }
  }
  return false;
}

/** Reads the chunks of a batch into the sink. */
export type ReadPlaces = (places: readonly (readonly number[])[]) => Task<void>;

/** Reads a selection of many chunks of which few are stored: fill value everywhere, then what is stored. */
export function* readSparse(
  file: OpenFile,
  sink: ReadSink,
  dataset: DatasetHeader,
  layout: ChunkedLayout,
  resolved: AxesSelection,
  grid: TouchedGrid,
  readPlaces: ReadPlaces,
): Task<void> {
  yield* fillResult(sink, dataset, elementCount(resolved.countShape));
  const { dimensions } = dataset.dataspace;
  // What is in memory may not be in the file yet; what leaves memory from here on is in the file when it is listed.
  for (const { scaled, bytes } of file.chunks.ofDataset(dataset.address)) {
    const projection = projectChunk(resolved, dimensions, layout.chunkShape, scaled);
    if (projection !== null) {
      yield* sink.acceptChunk(projection, bytes, layout.chunkShape);
    }
  }
  let after: readonly number[] | null = null;
  do {
    const page: ChunkPage = yield* listPage(file, dataset, after, grid);
    yield* readPlaces(page.records.map(({ scaled }) => scaled));
    after = page.next;
  } while (after !== null);
}

function* fillResult(sink: ReadSink, dataset: DatasetHeader, count: number): Task<void> {
  const fill = filledBytes(dataset, Math.min(count, Math.ceil(FILL_BYTES / dataset.datatype.size)));
  const room = fill.length / dataset.datatype.size;
  for (let at = 0; at < count; at += room) {
    yield* sink.accept(fill, 0, Math.min(room, count - at), at);
  }
}

/** Some of the chunks that are stored in a box, of the index as it is now. */
function* listPage(
  file: OpenFile,
  dataset: DatasetHeader,
  after: readonly number[] | null,
  bounds: ChunkBounds,
): Task<ChunkPage> {
  return yield* perform(
    transact(file.state, (tx) => {
      const current = loadDataset(tx, dataset.address);
      const layout = requireChunked(current);
      return layout.address === null
        ? { records: [], next: null }
        : chunkIndexOf(layout, current).list(tx, after, PAGE, bounds);
    }),
  );
}
