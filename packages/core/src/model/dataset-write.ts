import { type Selection, valuesFor } from "../array/index.js";
import { type DatasetHeader, loadDataset } from "../engine/datasets/dataset-header.js";
import { resizeDataset } from "../pipeline/resize.js";
import { writeDataset } from "../pipeline/write.js";
import { writeUnderWay } from "../storage/storage.js";
import { perform, shielded, type Task } from "../task.js";
import { appended } from "./append.js";
import type { FileContext } from "./file-context.js";

/** Writes values into a selection of a dataset. */
export function* writeValues(context: FileContext, address: number, values: unknown, selection: Selection): Task<void> {
  const header = yield* load(context, address);
  yield* writeDataset(context, header, selection, (shape) => valuesFor(values, header.datatype, shape));
  yield* context.settle();
}

/** Changes the shape of a dataset. */
export function resizeTo(context: FileContext, address: number, shape: readonly number[]): Task<void> {
  return changingShape(context, () => setShape(context, address, shape));
}

/** Adds values at the end of the first axis of a dataset. */
export function appendRows(context: FileContext, address: number, values: unknown): Task<void> {
  return changingShape(context, () => addRows(context, address, values));
}

/** Lets nobody else change the shape of a dataset between the steps of a task. */
function changingShape({ shapeLock, state }: FileContext, task: () => Task<void>): Task<void> {
  return shapeLock.exclusive(() => writeUnderWay(state.storage), task);
}

function* setShape(context: FileContext, address: number, shape: readonly number[]): Task<void> {
  yield* resizeDataset(context, address, shape, () => context.resized.set(address, [...shape]));
  yield* context.settle();
}

function* addRows(context: FileContext, address: number, values: unknown): Task<void> {
  const header = yield* load(context, address);
  const { shape, rows } = appended(header, values);
  let done = false;
  try {
    yield* setShape(context, address, shape);
    yield* writeValues(context, address, values, [rows]);
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
