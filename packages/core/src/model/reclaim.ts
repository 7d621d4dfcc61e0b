import { isDataset } from "../engine/datasets/dataset-header.js";
import { objectsToDelete } from "../engine/groups/object-links.js";
import { listAttributes } from "../engine/object-header/attributes.js";
import { loadHeader } from "../engine/object-header/object-header.js";
import { findHeapObjects } from "../pipeline/dataset-heap-objects.js";
import { HeapObjectSet, ownedObjects } from "../pipeline/heap-objects.js";
import type { Task } from "../task.js";
import type { FileContext } from "./file-context.js";
import { tolerant } from "./unreadable-object.js";

/**
 * The objects of global heaps that nothing points to any more when an object loses a link: those of the elements and the
 * attributes of all that goes with it. What cannot be read keeps its objects: that must not keep it from being deleted.
 */
export function* heapObjectsToDelete(context: FileContext, address: number): Task<HeapObjectSet> {
  const found = new HeapObjectSet();
  const doomed = yield* context.transact((tx) => [...objectsToDelete(tx, address)]);
  for (const object of doomed) {
    yield* tolerant("", findInAttributes(context, object, found));
    // Filters that are missing or fail: the elements stay unknown.
    yield* tolerant("", findInElements(context, object, found), ["MISSING_FILTER"]);
  }
  return found;
}

function* findInElements(context: FileContext, address: number, found: HeapObjectSet): Task<void> {
  if (yield* context.transact((tx) => isDataset(loadHeader(tx, address)))) {
    yield* findHeapObjects(context, address, found);
  }
}

function* findInAttributes(context: FileContext, address: number, found: HeapObjectSet): Task<void> {
  const ids = yield* context.transact((tx) =>
    listAttributes(tx, address).flatMap(({ datatype, data }) =>
      ownedObjects(tx, datatype, data, 0, data.length / datatype.size),
    ),
  );
  for (const id of ids) {
    found.add(id);
  }
}
