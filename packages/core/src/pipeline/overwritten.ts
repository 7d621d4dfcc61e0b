import { type ChunkProjection, elementCount, forEachRun, heapReferences } from "../array/index.js";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";
import { transact } from "../engine/transaction/drive.js";
import { perform, type Task } from "../task.js";
import { fillElement } from "./fill.js";
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
  const { datatype } = dataset;
  const { context } = file.state;
  const ids: { collectionAddress: number; index: number }[] = [];
  // All elements never written share the objects of the fill value.
  const shared = new Set<string>();
  const fill = fillElement(dataset);
  heapReferences(datatype, fill, 0, 1, context, (collection, index) => shared.add(`${collection} ${index}`));
  // The positions in the result do not matter here: any shape with room for them serves.
  const anywhere = shape.map(() => elementCount(shape));
  forEachRun(projection, shape, anywhere, (element, _, count) => {
    heapReferences(datatype, bytes, element * datatype.size, count, context, (collectionAddress, index, isOwned) => {
      if (isOwned && !shared.has(`${collectionAddress} ${index}`)) {
        ids.push({ collectionAddress, index });
      }
    });
  });
  if (ids.length > 0) {
    yield* perform(transact(file.state, (tx) => freeHeapObjects(tx, ids)));
  }
}
