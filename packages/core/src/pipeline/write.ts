import { HdfiveError } from "@hdfive/format";
import {
  elementCount,
  forEachRun,
  gather,
  hasHeapData,
  memoryType,
  projectChunks,
  type ResolvedSelection,
  resolveSelection,
  type Selection,
  type UserArray,
} from "../array/index.js";
import { type DatasetHeader, loadDataset, putLayout, requireLayout } from "../engine/datasets/dataset-header.js";
import { transact } from "../engine/transaction/drive.js";
import type { Tx } from "../engine/transaction/tx.js";
import { writeUnderWay } from "../storage/storage.js";
import { perform, type Task } from "../task.js";
import { allocateStorage } from "./allocate-storage.js";
import { allocateContiguous, contiguousSource } from "./contiguous-data.js";
import type { OpenFile } from "./open-file.js";
import { freeElements } from "./overwritten.js";
import { requireVirtualData, withExtent } from "./plugin.js";
import { type ProgressOptions, ProgressTally } from "./progress.js";
import { checkRegion } from "./region.js";
import { chunkByteLength } from "./stored-chunk.js";
import { writeChunked } from "./write-chunked.js";
import { writeContiguous } from "./write-contiguous.js";
import { writeExternal } from "./write-external.js";
import { type WriteSource, writeSource } from "./write-source.js";

/** Makes the user's values fill the shape of a selection; gives them flat, in row-major order. */
export type FitValues = (shape: readonly number[]) => UserArray;

/** Writes values into a selection of a dataset. Nothing is changed when the values do not fit. */
export function* writeDataset(
  file: OpenFile,
  header: DatasetHeader,
  selection: Selection,
  valuesFor: FitValues,
  progress?: ProgressOptions["progress"],
): Task<void> {
  if (header.dataspace.type === "null") {
    throw new HdfiveError("WRONG_KIND", "Empty datasets cannot be written: the dataset has a type but no data");
  }
  yield* perform(transact(file.state, (tx) => tx.requireWritable()));
  const dataset = yield* withExtent(file, header);
  checkRegion(dataset, selection);
  const resolved = resolveSelection(selection, dataset.dataspace.dimensions);
  const count = elementCount(resolved.shape);
  yield* requireWritableData(file, dataset);
  const values = valuesFor(resolved.shape);
  const tally = new ProgressTally(progress);
  tally.begin(count * dataset.datatype.size);
  if (count > 0) {
    yield* writeElements(
      file,
      dataset,
      resolved,
      yield* writeSource(file, memoryType(dataset.datatype), values, count),
      tally,
    );
  }
  tally.end();
}

/** Throws where the data of a dataset cannot be written, before anything is changed. */
function* requireWritableData(file: OpenFile, dataset: DatasetHeader): Task<void> {
  if (dataset.layout.class === "virtual") {
    requireVirtualData(file, dataset);
    return;
  }
  const layout = requireLayout(dataset);
  if (layout.class === "chunked") {
    chunkByteLength(file, dataset, layout);
    yield* requireCodecs(file, dataset);
  }
}

/** Writes elements, of the dataset's datatype, to a selection that has at least one. */
export function* writeElements(
  file: OpenFile,
  dataset: DatasetHeader,
  resolved: ResolvedSelection,
  source: WriteSource,
  tally: ProgressTally = new ProgressTally(undefined),
): Task<void> {
  if (dataset.layout.class === "virtual") {
    yield* requireVirtualData(file, dataset).write(file, dataset, resolved, source.bytes);
    return;
  }
  yield* requireWritableData(file, dataset);
  const shape = dataset.dataspace.dimensions;
  const count = elementCount(resolved.shape);
  const layout = requireLayout(dataset);
  const usesHeap = hasHeapData(dataset.datatype);
  const busy = (): Error => writeUnderWay(file.state.storage);
  switch (layout.class) {
    case "chunked": {
      if (layout.address === null && dataset.fill.allocationTime === "late" && count < elementCount(shape)) {
        yield* allocateStorage(file, dataset.address);
      }
      const write = (): Task<void> => writeChunked(file, dataset, layout, resolved, source, tally);
      // Two writes to the same elements would both give back what these pointed to, the second what is another's by then.
      yield* usesHeap ? file.state.writeLock.exclusive(busy, write) : write();
      return;
    }
    case "compact":
      yield* perform(transact(file.state, (tx) => writeCompact(tx, dataset.address, resolved, source)));
      return;
    case "contiguous": {
      if (dataset.external !== null) {
        yield* writeExternal(file, dataset, dataset.external, resolved, source.bytes);
        return;
      }
      // In several steps (allocate and fill, or read a stretch, change it and write it back): one write at a time.
      yield* file.state.writeLock.exclusive(busy, function* () {
        const covered = count === elementCount(shape) && !usesHeap;
        const address = yield* allocateContiguous(file, dataset, covered);
        const fetch = contiguousSource(file, dataset, { ...layout, address });
        yield* writeContiguous(file, dataset, address, resolved, source, fetch, tally);
      });
    }
  }
}

/** A chunk that cannot be encoded is refused before it is changed, not when it is stored. */
export function* requireCodecs(file: OpenFile, dataset: DatasetHeader): Task<void> {
  for (const { id, name } of dataset.filters) {
    if ((yield* file.codecs.get(id, name)).encode === undefined) {
      throw new HdfiveError("UNSUPPORTED", `The codec of filter ${id} (${name}) only reads`, {
        address: dataset.address,
      });
    }
  }
}

function writeCompact(tx: Tx, address: number, resolved: ResolvedSelection, source: WriteSource): void {
  const dataset = loadDataset(tx, address);
  const layout = requireLayout(dataset);
  if (layout.class !== "compact") {
    throw new HdfiveError("WRONG_KIND", "The dataset is not compact", { address });
  }
  const shape = dataset.dataspace.dimensions;
  const countShape = resolved.kind === "axes" ? resolved.countShape : resolved.shape;
  const data = layout.data.slice();
  const anywhere = shape.map(() => elementCount(shape));
  for (const projection of projectChunks(resolved, shape, shape)) {
    if (hasHeapData(dataset.datatype)) {
      const runs: { element: number; count: number }[] = [];
      forEachRun(projection, shape, anywhere, (element, _, count) => {
        runs.push({ element, count });
      });
      freeElements(tx, dataset, layout.data, runs);
    }
    gather(projection, data, shape, dataset.datatype.size, source.bytes, countShape);
  }
  putLayout(tx, address, { ...layout, data });
}
