import { type ChunkedLayout, chunkRecords, type Dataspace, filteredChunkRecords } from "@hdfive/format";
import type { Task } from "../../task.js";
import { comparePlaces } from "../chunk-index/chunk-bounds.js";
import { bytesOfChunk, presentBounds } from "../chunk-index/chunk-grid.js";
import { type ChunkPage, type ChunkRecord, chunkIndexOf } from "../chunk-index/chunk-index.js";
import { elementsOf, storedSizeWidth } from "../chunk-index/element-array.js";
import type { DatasetHeader } from "../datasets/dataset-header.js";
import { checkBtreeV2 } from "./check-btree-v2.js";
import { checkExtensibleArray, checkFixedArray } from "./check-chunk-arrays.js";
import { checkChunkBtree } from "./check-chunk-btree.js";
import type { CheckRun } from "./check-run.js";

const CHUNK = "chunk";
/** Chunks listed at once. */
const BATCH = 4096;

/** Checks the index of a dataset's chunks, whatever its kind, and the chunks that it leads to. Sections III.A.1 and VII. */
export function* checkChunks(run: CheckRun, dataset: DatasetHeader, layout: ChunkedLayout, path: string): Task<void> {
  const tell = (address: number | null, problem: string): void => run.report("error", CHUNK, address, path, problem);
  const { chunkShape, elementSize } = layout;
  const { dataspace, datatype, filters } = dataset;
  if (chunkShape.length !== dataspace.dimensions.length || elementSize !== datatype.size) {
    tell(dataset.address, `${chunkShape.length} dimensions and elements of ${elementSize} bytes are not the dataset's`);
    return;
  }
  const chunkBytes = bytesOfChunk(layout);
  const isTooLarge = chunkBytes > run.state.limits.chunkBytes;
  const search = run.search.pointsToHeap(datatype) && !isTooLarge;
  if (isTooLarge) {
    run.report("unchecked", CHUNK, dataset.address, path, `a chunk has ${chunkBytes} bytes, more than the limit`);
  }
  const take = function* (records: readonly ChunkRecord[]): Task<void> {
    for (const record of records) {
      const { address, storedSize, scaled } = record;
      run.claim(CHUNK, address, storedSize, path);
      if (filters.length === 0 && storedSize !== chunkBytes) {
        tell(address, `it has ${storedSize} bytes where ${chunkBytes} are one chunk`);
      }
      if (scaled.some((at, axis) => at * (chunkShape[axis] as number) >= (dataspace.dimensions[axis] as number))) {
        run.report("warning", CHUNK, address, path, `chunk ${scaled.join(", ")} is outside of the dataset`);
      } else if (search) {
        yield* searchChunk(run, dataset, layout, record, path);
      }
    }
  };
  if (!("index" in layout)) {
    yield* checkChunkBtree(run, layout, path, take);
    return;
  }
  const { index, address } = layout;
  if (address === null) {
    return;
  }
  const elements = elementsOf(layout, dataset, run.state.context);
  switch (index.kind) {
    case "btree-v2": {
      const rank = chunkShape.length;
      const compare = (a: { scaled: readonly number[] }, b: { scaled: readonly number[] }): number =>
        comparePlaces(a.scaled, b.scaled);
      const check = {
        path,
        allowsEqual: false,
        compare,
        take: (placed: readonly { scaled: readonly number[]; address: number }[]) =>
          take(placed.map((one) => ({ storedSize: chunkBytes, filterMask: 0, ...one }))),
      };
      yield* filters.length === 0
        ? checkBtreeV2(run, { address, records: chunkRecords(rank) }, check)
        : checkBtreeV2(
            run,
            { address, records: filteredChunkRecords(rank, storedSizeWidth(layout, run.state.context)) },
            check,
          );
      return;
    }
    case "fixed-array":
      if (!(yield* checkFixedArray(run, { address, elements, path }))) {
        return;
      }
      break;
    case "extensible-array":
      if (!(yield* checkExtensibleArray(run, { address, elements, path }))) {
        return;
      }
      break;
    case "implicit":
      if (!fits(run, layout, dataspace, address)) {
        tell(address, "its chunks run past the end of the file");
        return;
      }
  }
  yield* listed(run, dataset, layout, path, take);
}

/** All chunks of an implicit index are there, so many that they may not even be counted. Section VII.B. */
function fits(run: CheckRun, layout: ChunkedLayout, dataspace: Dataspace, address: number): boolean {
  const bounds = presentBounds(layout, { dataspace, filters: [] });
  const count = bounds?.last.reduce((product, at) => product * (at + 1), 1) ?? 0;
  return address + count * bytesOfChunk(layout) <= run.endOfFile;
}

function* listed(
  run: CheckRun,
  dataset: DatasetHeader,
  layout: ChunkedLayout,
  path: string,
  take: (records: readonly ChunkRecord[]) => Task<void>,
): Task<void> {
  let after: readonly number[] | null = null;
  do {
    const from: readonly number[] | null = after;
    const page: ChunkPage | undefined = yield* run.look(path, (tx) =>
      chunkIndexOf(layout, dataset).list(tx, from, BATCH),
    );
    if (page === undefined) {
      return;
    }
    yield* take(page.records);
    after = page.next;
  } while (after !== null);
}

/** Finds what the elements of a chunk point to, those past the edge of the dataset left out. */
function* searchChunk(
  run: CheckRun,
  dataset: DatasetHeader,
  layout: ChunkedLayout,
  record: ChunkRecord,
  path: string,
): Task<void> {
  const { datatype, dataspace } = dataset;
  const answer = yield* run.search.readChunk(dataset, record, bytesOfChunk(layout));
  if (!answer.done) {
    run.reportError(answer.error, path);
    return;
  }
  const { chunkShape } = layout;
  const inside = chunkShape.map((side, axis) =>
    Math.min(side, (dataspace.dimensions[axis] as number) - (record.scaled[axis] as number) * side),
  );
  const found = yield* run.look(path, (tx) =>
    rowsInside(chunkShape, inside).flatMap((at) => {
      const count = inside.at(-1) as number;
      return run.search.heapObjects(tx, datatype, answer.value.subarray(at * datatype.size), count);
    }),
  );
  run.pointedToAll(found ?? []);
}

/** First elements of the rows of a box at the beginning of a chunk, counted in the chunk. */
function rowsInside(chunkShape: readonly number[], inside: readonly number[]): number[] {
  const rows: number[] = [];
  const count = inside.slice(0, -1).reduce((product, extent) => product * extent, 1);
  for (let row = 0; row < count; row++) {
    let rest = row;
    let at = 0;
    let stride = chunkShape.at(-1) as number;
    for (let axis = chunkShape.length - 2; axis >= 0; axis--) {
      const extent = inside[axis] as number;
      at += (rest % extent) * stride;
      rest = Math.floor(rest / extent);
      stride *= chunkShape[axis] as number;
    }
    rows.push(at);
  }
  return rows;
}

/** Notes what elements point to. */
export function* searchElements(
  run: CheckRun,
  { datatype }: Pick<DatasetHeader, "datatype">,
  bytes: Uint8Array,
  count: number,
  path: string,
): Task<void> {
  const found = yield* run.look(path, (tx) => run.search.heapObjects(tx, datatype, bytes, count));
  run.pointedToAll(found ?? []);
}
