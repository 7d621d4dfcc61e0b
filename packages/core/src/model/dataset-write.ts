import { hasHeapData, type Selection, valuesFor } from "../array/index.js";
import { type DatasetHeader, loadDataset } from "../engine/datasets/dataset-header.js";
import { findHeapObjects } from "../pipeline/dataset-heap-objects.js";
import { HeapObjectSet, reclaimObjects } from "../pipeline/heap-objects.js";
import type { ProgressOptions } from "../pipeline/progress.js";
import { resizeDataset } from "../pipeline/resize.js";
import { writeDataset } from "../pipeline/write.js";
import { writeUnderWay } from "../storage/storage.js";
import { perform, shielded, type Task } from "../task.js";
import { appended } from "./append.js";
import type { FileContext } from "./file-context.js";
import { tolerant } from "./unreadable-object.js";

/** Writes values into a selection of a dataset. */
export function* writeValues(
  context: FileContext,
  address: number,
  values: unknown,
  selection: Selection,
  progress?: ProgressOptions["progress"],
): Task<void> {
  const header = yield* load(context, address);
  yield* writeDataset(context, header, selection, (shape) => valuesFor(values, header.datatype, shape), progress);
  yield* context.settle();
}

/** Changes the shape of a dataset. */
export function resizeTo(context: FileContext, address: number, shape: readonly number[]): Task<void> {
  return changingShape(context, () => setShape(context, address, shape));
}

/** Adds values at the end of the first axis of a dataset. */
export function appendRows(
  context: FileContext,
  address: number,
  values: unknown,
  progress?: ProgressOptions["progress"],
): Task<void> {
  return changingShape(context, () => addRows(context, address, values, progress));
}

/** Lets nobody else change the shape of a dataset between the steps of a task. */
function changingShape({ shapeLock, state }: FileContext, task: () => Task<void>): Task<void> {
  return shapeLock.exclusive(() => writeUnderWay(state.storage), task);
}

function* setShape(context: FileContext, address: number, shape: readonly number[]): Task<void> {
  const { dataspace, datatype } = yield* load(context, address);
  const isCut = dataspace.dimensions.some((extent, axis) => extent > (shape[axis] ?? extent));
  const resize = (): Task<void> =>
    resizeDataset(context, address, shape, () => context.resized.set(address, [...shape]));
  if (isCut && hasHeapData(datatype)) {
    // Nobody may change what the elements point to between the look at them and their end.
    const busy = (): Error => writeUnderWay(context.state.storage);
    yield* context.state.writeLock.exclusive(busy, () => cutHeapData(context, address, shape, resize));
  } else {
    yield* resize();
  }
  yield* context.settle();
}

/** Gives back what elements that are cut off hold in global heaps. */
function* cutHeapData(
  context: FileContext,
  address: number,
  shape: readonly number[],
  resize: () => Task<void>,
): Task<void> {
  const objects = new HeapObjectSet();
  // What cannot be read keeps its objects.
  yield* tolerant("", findHeapObjects(context, address, objects, shape), ["MISSING_FILTER"]);
  yield* resize();
  yield* context.transact((tx) => reclaimObjects(tx, objects));
}

function* addRows(
  context: FileContext,
  address: number,
  values: unknown,
  progress: ProgressOptions["progress"],
): Task<void> {
  const header = yield* load(context, address);
  const { shape, rows } = appended(header, values);
  let done = false;
  try {
    yield* setShape(context, address, shape);
    yield* writeValues(context, address, values, [rows], progress);
    done = true;
  } finally {
    if (!done) {
      yield* perform(shielded(() => setShape(context, address, header.dataspace.dimensions)));
    }
  }
}

function* load(context: FileContext, address: number): Task<DatasetHeader> {
  return yield* context.transact((tx) => loadDataset(tx, address));
}
