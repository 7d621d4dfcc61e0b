import { HdfiveError } from "@hdfive/format";
import { canCast, datatypesEqual, dtypeName, shapesEqual, shapeText, userArray } from "../array/index.js";
import { createDatasetHeader, type DatasetHeader, loadDataset } from "../engine/datasets/dataset-header.js";
import { insertLink, removeLink, requireGroup } from "../engine/groups/links.js";
import { createGroup, type GroupSettings } from "../engine/groups/new-group.js";
import { linkObject, unlinkObject } from "../engine/groups/object-links.js";
import { ensureGroups, pathComponents, resolvePath, tryResolve } from "../engine/groups/path.js";
import type { Tx } from "../engine/transaction/tx.js";
import { allocateStorage } from "../pipeline/allocate-storage.js";
import { HeapObjectSet, reclaimObjects } from "../pipeline/heap-objects.js";
import { writeDataset } from "../pipeline/write.js";
import { writeUnderWay } from "../storage/storage.js";
import { perform, shielded, type Task } from "../task.js";
import { commitDatatype, type StoredType, useCommitted } from "./committed-type.js";
import { type DatasetOptions, type DatasetPlan, newDataset, planDataset } from "./create-dataset.js";
import type { FileContext } from "./file-context.js";
import { requirePath } from "./group-read.js";
import type { ObjectHandle } from "./object-handle.js";
import { pluginCodecs } from "./plan-filters.js";
import { heapObjectsToDelete } from "./reclaim.js";

/** How a group is made. */
export interface GroupOptions {
  /** Whether the group keeps the order in which its links and attributes are made; then they are listed in that order. */
  readonly trackOrder?: boolean | undefined;
}

/** What the engine is told of a group: to keep an order is to index it too, as h5py does. */
export function groupSettings({ trackOrder }: GroupOptions): GroupSettings {
  return trackOrder === true ? { linkOrder: "indexed", attributeOrder: "indexed" } : {};
}

/** Makes a group at a path from a group on, and the groups on the way; answers its address. */
export function* addGroup(context: FileContext, start: number, path: string, options: GroupOptions = {}): Task<number> {
  requirePath(path);
  return yield* context.change((tx) => {
    const place = newPlace(tx, start, path, "group");
    const address = createGroup(tx, groupSettings(options));
    insertLink(tx, requireGroup(tx, place.parent), { name: place.name, kind: "hard", address });
    return address;
  });
}

/** Makes a dataset at a path from a group on, and the groups on the way. When its data cannot be written it goes again. */
export function* addDataset(
  context: FileContext,
  start: number,
  path: string,
  options: DatasetOptions,
): Task<DatasetHeader> {
  requirePath(path);
  const plan = planDataset(context, options, yield* pluginCodecs(context, options));
  const header = yield* context.change((tx) => {
    const place = newPlace(tx, start, path, "dataset");
    const settings = options.trackOrder === true ? ({ attributeOrder: "indexed" } as const) : {};
    const address = createDatasetHeader(tx, newDataset(tx, plan), settings);
    useCommitted(tx, plan.committedAddress);
    insertLink(tx, requireGroup(tx, place.parent), { name: place.name, kind: "hard", address });
    return loadDataset(tx, address);
  });
  if (plan.data !== undefined || plan.allocationTime === "early") {
    yield* firstWrite(context, header, plan, () => removeAt(context, start, path));
  }
  return header;
}

function* firstWrite(
  context: FileContext,
  header: DatasetHeader,
  { data, dataspace, datatype }: DatasetPlan,
  undo: () => Task<void>,
): Task<void> {
  let done = false;
  try {
    if (data === undefined) {
      yield* allocateStorage(context, header.address);
    } else {
      yield* writeDataset(context, header, null, () => userArray(data, datatype, dataspace.dimensions).data);
    }
    yield* context.settle();
    done = true;
  } finally {
    if (!done) {
      yield* perform(shielded(undo));
    }
  }
}

/** Makes a committed datatype at a path from a group on, and the groups on the way; answers its address. */
export function* addDatatype(context: FileContext, start: number, path: string, type: StoredType): Task<number> {
  requirePath(path);
  return yield* context.change((tx) => {
    const place = newPlace(tx, start, path, "datatype");
    const address = commitDatatype(tx, type);
    insertLink(tx, requireGroup(tx, place.parent), { name: place.name, kind: "hard", address });
    return address;
  });
}

/** Makes a soft link at a path from a group on, and the groups on the way. */
export function* addSoftLink(context: FileContext, start: number, path: string, target: string): Task<void> {
  requirePath(path);
  yield* context.change((tx) => {
    const { parent, name } = newPlace(tx, start, path, "link");
    insertLink(tx, requireGroup(tx, parent), { name, kind: "soft", target });
  });
}

/** Makes a link to an object of another file, and the groups on the way. */
export function* addExternalLink(
  context: FileContext,
  start: number,
  path: string,
  { file, target }: { readonly file: string; readonly target: string },
): Task<void> {
  requirePath(path);
  yield* context.change((tx) => {
    const { parent, name } = newPlace(tx, start, path, "link");
    insertLink(tx, requireGroup(tx, parent), { name, kind: "external", file, path: target });
  });
}

/**
 * Moves a link to another path, and makes the groups on the way. The new link is made before the old one goes, as in
 * libhdf5: where creation order is kept it is the last one, also in the same group.
 */
export function* moveLink(context: FileContext, start: number, from: string, to: string): Task<void> {
  requirePath(from);
  requirePath(to);
  yield* context.change((tx) => {
    tx.requireWritable();
    const source = resolvePath(tx, start, from, { followLast: false });
    if (source.parentAddress === null || source.name === null || source.link === null) {
      throw new HdfiveError("INVALID_ARGUMENT", `Unable to move link ('${from}' is a group itself, not a link)`);
    }
    if (from === to) {
      return;
    }
    const { parent, name } = newPlace(tx, start, to, "link");
    insertLink(tx, requireGroup(tx, parent), { ...source.link, name });
    removeLink(tx, requireGroup(tx, source.parentAddress), source.name);
  });
}

/** Makes a hard link to an object of the same file, and the groups on the way. */
export function* addHardLink(context: FileContext, start: number, path: string, object: ObjectHandle): Task<void> {
  requirePath(path);
  if (object.context !== context) {
    throw new HdfiveError("INVALID_ARGUMENT", "A hard link leads to an object of the same open file");
  }
  object.requireAlive();
  yield* context.change((tx) => {
    const { parent, name } = newPlace(tx, start, path, "link");
    insertLink(tx, requireGroup(tx, parent), { name, kind: "hard", address: object.address });
    linkObject(tx, object.address);
  });
}

/** Takes the link at a path away, and the object with its last link. */
export function* removeAt(context: FileContext, start: number, path: string): Task<void> {
  requirePath(path);
  const target = yield* context.transact((tx) => {
    tx.requireWritable();
    const { parentAddress, name, link } = resolvePath(tx, start, path, { followLast: false });
    if (parentAddress === null || name === null) {
      throw new HdfiveError("INVALID_ARGUMENT", `Couldn't delete link ('${path}' is a group itself, not a link)`);
    }
    return link?.kind === "hard" ? link.address : null;
  });
  const remove = function* (): Task<void> {
    const reclaimed = target === null ? new HeapObjectSet() : yield* heapObjectsToDelete(context, target);
    const deleted = yield* context.change((tx) => {
      const { parentAddress, name, link } = resolvePath(tx, start, path, { followLast: false });
      if (parentAddress === null || name === null) {
        throw new HdfiveError("NOT_FOUND", `Couldn't delete link ('${path}' is gone already)`);
      }
      removeLink(tx, requireGroup(tx, parentAddress), name);
      if (link?.kind !== "hard") {
        return new Set<number>();
      }
      if (link.address === target) {
        reclaimObjects(tx, reclaimed);
      }
      return unlinkObject(tx, link.address);
    });
    context.forget(deleted);
  };
  // Nobody may change what the elements point to between the look at them and their end.
  yield* context.state.writeLock.exclusive(() => writeUnderWay(context.state.storage), remove);
}

/** Where a new object goes; the groups on the way are made. `ALREADY_EXISTS` where there is a link. */
export function newPlace(tx: Tx, start: number, path: string, what: string): { parent: number; name: string } {
  tx.requireWritable();
  const components = pathComponents(path);
  const name = components.pop();
  if (name === undefined) {
    throw nameTaken(what, path);
  }
  requireFree(tx, start, path, what);
  const from = path.startsWith("/") ? resolvePath(tx, start, "/").address : start;
  return { parent: ensureGroups(tx, from, components), name };
}

/** Throws `ALREADY_EXISTS` where there is a link at a path. */
export function requireFree(tx: Tx, start: number, path: string, what: string): void {
  if (tryResolve(tx, start, path, { followLast: false }) !== null) {
    throw nameTaken(what, path);
  }
}

function nameTaken(what: string, path: string): HdfiveError {
  return new HdfiveError("ALREADY_EXISTS", `Unable to create ${what} (name already exists): '${path}'`);
}

/** Throws unless an existing dataset is what `requireDataset` asks for. */
export function checkRequired(
  context: FileContext,
  existing: DatasetHeader,
  options: DatasetOptions,
  exact: boolean,
): void {
  const { dataspace, datatype } = planDataset(context, options);
  const [shape, wanted] = [existing.dataspace.dimensions, dataspace.dimensions];
  if (!shapesEqual(shape, wanted)) {
    const shapes = `existing ${shapeText(shape)} vs new ${shapeText(wanted)}`;
    throw new HdfiveError("SHAPE_MISMATCH", `Shapes do not match (${shapes})`);
  }
  const types = `existing ${dtypeName(existing.datatype)} vs new ${dtypeName(datatype)}`;
  if (exact && !datatypesEqual(existing.datatype, datatype)) {
    throw new HdfiveError("WRONG_KIND", `Datatypes do not exactly match (${types})`);
  }
  if (!exact && !canCast(datatype, existing.datatype)) {
    throw new HdfiveError("WRONG_KIND", `Datatypes cannot be safely cast (${types})`);
  }
}
