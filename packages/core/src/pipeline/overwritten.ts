import { type ChunkProjection, elementCount, forEachRun } from "../array/index.js";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";
import { transact } from "../engine/transaction/drive.js";
import type { Tx } from "../engine/transaction/tx.js";
import { perform, type Task } from "../task.js";
import { fillElement } from "./fill.js";
import { HeapObjectSet, ownedObjects } from "./heap-objects.js";
import type { OpenFile } from "./open-file.js";
import { freeHeapObjects } from "./write-source.js";

/**
 * Gives back the heap objects that the elements about to be overwritten point to.
 *
 * @param bytes the chunk or block that holds them, of this shape
 */
export function* freeOverwritten(
  file: OpenFile,
  dataset: DatasetHeader,
  projection: ChunkProjection,
  bytes: Uint8Array,
  shape: readonly number[],
): Task<void> {
  const runs: { readonly element: number; readonly count: number }[] = [];
  // The positions in the result do not matter here: any shape with room for them serves.
  const anywhere = shape.map(() => elementCount(shape));
  forEachRun(projection, shape, anywhere, (element, _, count) => {
    runs.push({ element, count });
  });
  yield* perform(transact(file.state, (tx) => freeElements(tx, dataset, bytes, runs)));
}

/** Gives back the heap objects of elements side by side, those inside of objects too. */
export function freeElements(
  tx: Tx,
  dataset: DatasetHeader,
  bytes: Uint8Array,
  runs: readonly { readonly element: number; readonly count: number }[],
): void {
  const { datatype } = dataset;
  // All elements never written share the objects of the fill value.
  const shared = new HeapObjectSet();
  for (const id of ownedObjects(tx, datatype, fillElement(dataset), 0, 1)) {
    shared.add(id);
  }
  const ids = runs.flatMap(({ element, count }) =>
    ownedObjects(tx, datatype, bytes, element * datatype.size, count).filter((id) => !shared.has(id)),
  );
  if (ids.length > 0) {
    freeHeapObjects(tx, ids);
  }
}
