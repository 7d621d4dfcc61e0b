import { HdfiveError } from "@hdfive/format";
import {
  canCast,
  type DtypeLike,
  datatypesEqual,
  dtypeName,
  shapesEqual,
  shapeText,
  userArray,
} from "../array/index.js";
import { createDatasetHeader, type DatasetHeader, loadDataset } from "../engine/dataset-header.js";
import type { GroupLink } from "../engine/group-link.js";
import { countLinks, findLink, insertLink, removeLink, requireGroup } from "../engine/links.js";
import { loadHeader } from "../engine/object-header.js";
import { unlinkObject } from "../engine/object-links.js";
import { ensureGroups, pathComponents, resolvePath, tryResolve } from "../engine/path.js";
import { createGroup } from "../engine/symbol-table.js";
import type { Tx } from "../engine/tx.js";
import { writeDataset } from "../pipeline/write.js";
import { HeapSession } from "../pipeline/write-source.js";
import type { Task } from "../task.js";
import { type DatasetOptions, type DatasetPlan, newDataset, planDataset } from "./create-dataset.js";
import { Dataset } from "./dataset.js";
import type { FileContext } from "./file-context.js";
import { joinPath, type LoadedObject, linkTarget, loadObject, requirePath } from "./group-core.js";
import { LinkCursor, WalkCursor } from "./member-cursor.js";
import { NamedDatatype } from "./named-datatype.js";
import { ObjectHandle, type ObjectInfo, objectInfo } from "./object-handle.js";
import { tolerant, type UnreadableObject } from "./unreadable-object.js";

/** An object of a file. `kind` tells which. */
export type HdfObject = Group | Dataset | NamedDatatype;

/** What iteration meets: an object, or one that cannot be opened. */
export type IteratedObject = HdfObject | UnreadableObject;

/** What is stored about a group besides its members. */
export interface GroupInfo extends ObjectInfo {
  /** Where the links are kept. */
  readonly storage: "symbol-table" | "compact" | "dense";
  /** Number of links; `null` where they cannot be counted yet. */
  readonly linkCount: number | null;
  /** Whether the order in which links were made is kept. */
  readonly linkOrderTracked: boolean;
}

/** Options of `requireDataset`: those of `createDataset`, and whether the dtype must be the very same. */
export interface RequireDatasetOptions<D extends DtypeLike = DtypeLike> extends DatasetOptions<D> {
  /** Refuse a dataset whose dtype is not exactly this one. */
  readonly exact?: boolean | undefined;
}

/**
 * A collection of named objects.
 *
 * Paths are relative to the group, or to the root group when they start with "/". Every method that touches the file has
 * a twin that does not wait, with `Sync` at the end of its name.
 */
export class Group extends ObjectHandle {
  override readonly kind = "group" as const;

  /**
   * The object at a path. Soft links are followed.
   *
   * @throws HdfiveError `NOT_FOUND`, `WRONG_KIND` when the way leads through what is not a group.
   */
  get(path: string): Promise<HdfObject> {
    return this.run(() => this.#get(path));
  }
  /** As `get`, without waiting. */
  getSync(path: string): HdfObject {
    return this.runSync(() => this.#get(path));
  }

  /** The group at a path; `WRONG_KIND` when the object there is another. */
  async getGroup(path: string): Promise<Group> {
    return expectGroup(await this.get(path));
  }
  /** As `getGroup`, without waiting. */
  getGroupSync(path: string): Group {
    return expectGroup(this.getSync(path));
  }

  /** The dataset at a path; `WRONG_KIND` when the object there is another. */
  async getDataset(path: string): Promise<Dataset> {
    return expectDataset(await this.get(path));
  }
  /** As `getDataset`, without waiting. */
  getDatasetSync(path: string): Dataset {
    return expectDataset(this.getSync(path));
  }

  /** Whether there is a link at a path, even one that leads nowhere. */
  has(path: string): Promise<boolean> {
    return this.run(() => this.#has(path));
  }
  /** As `has`, without waiting. */
  hasSync(path: string): boolean {
    return this.runSync(() => this.#has(path));
  }

  /** Names of the members, sorted by their bytes, or in the order they were made where the group keeps it. */
  keys(): Promise<string[]> {
    return this.run(() => this.#keys());
  }
  /** As `keys`, without waiting. */
  keysSync(): string[] {
    return this.runSync(() => this.#keys());
  }

  /** The links of the group, in the order of `keys`: what they are and where they lead. */
  links(): Promise<GroupLink[]> {
    return this.run(() => this.#links());
  }
  /** As `links`, without waiting. */
  linksSync(): GroupLink[] {
    return this.runSync(() => this.#links());
  }

  /** The link of a name, as it is stored; `NOT_FOUND` when there is none. */
  link(name: string): Promise<GroupLink> {
    return this.run(() => this.#link(name));
  }
  /** As `link`, without waiting. */
  linkSync(name: string): GroupLink {
    return this.runSync(() => this.#link(name));
  }

  /** The members one after the other; `null` for a link that leads nowhere. */
  async *values(): AsyncGenerator<IteratedObject | null, void, undefined> {
    for await (const [, object] of this.entries()) {
      yield object;
    }
  }
  /** As `values`, without waiting. */
  *valuesSync(): Generator<IteratedObject | null, void, undefined> {
    for (const [, object] of this.entriesSync()) {
      yield object;
    }
  }

  /** Names and members one after the other; `null` for a link that leads nowhere. */
  async *entries(): AsyncGenerator<[string, IteratedObject | null], void, undefined> {
    const cursor = new LinkCursor(this.context, this.address);
    for (let entry = await this.run(() => this.#entry(cursor)); entry !== null; ) {
      yield entry;
      entry = await this.run(() => this.#entry(cursor));
    }
  }
  /** As `entries`, without waiting. */
  *entriesSync(): Generator<[string, IteratedObject | null], void, undefined> {
    const cursor = new LinkCursor(this.context, this.address);
    for (let entry = this.runSync(() => this.#entry(cursor)); entry !== null; ) {
      yield entry;
      entry = this.runSync(() => this.#entry(cursor));
    }
  }

  /**
   * Everything below the group, each object once, with its path from here: `["run/1", group]`.
   *
   * A group comes before its members. Hard links are followed, soft ones and those to other files are not.
   */
  async *walk(): AsyncGenerator<[string, IteratedObject], void, undefined> {
    const cursor = new WalkCursor(this.context, this.address);
    for (let step = await this.run(() => this.#step(cursor)); step !== null; ) {
      yield step;
      step = await this.run(() => this.#step(cursor));
    }
  }
  /** As `walk`, without waiting. */
  *walkSync(): Generator<[string, IteratedObject], void, undefined> {
    const cursor = new WalkCursor(this.context, this.address);
    for (let step = this.runSync(() => this.#step(cursor)); step !== null; ) {
      yield step;
      step = this.runSync(() => this.#step(cursor));
    }
  }

  /**
   * Makes a group at a path, and the groups on the way.
   *
   * @throws HdfiveError `ALREADY_EXISTS`, `WRONG_KIND`, `READ_ONLY`.
   */
  createGroup(path: string): Promise<Group> {
    return this.run(() => this.#createGroup(path));
  }
  /** As `createGroup`, without waiting. */
  createGroupSync(path: string): Group {
    return this.runSync(() => this.#createGroup(path));
  }

  /** The group at a path, made if it is not there. */
  requireGroup(path: string): Promise<Group> {
    return this.run(() => this.#requireGroup(path));
  }
  /** As `requireGroup`, without waiting. */
  requireGroupSync(path: string): Group {
    return this.runSync(() => this.#requireGroup(path));
  }

  /**
   * Makes a dataset at a path, and the groups on the way.
   *
   * @throws HdfiveError `ALREADY_EXISTS`, `INVALID_ARGUMENT` for options that make no sense, `OUT_OF_RANGE` for data that
   *   does not fit the dtype, `READ_ONLY`. Nothing is left behind when it fails.
   */
  createDataset<D extends DtypeLike = DtypeLike>(path: string, options: DatasetOptions<D>): Promise<Dataset<D>> {
    return this.run(() => this.#createDataset<D>(path, options));
  }
  /** As `createDataset`, without waiting. */
  createDatasetSync<D extends DtypeLike = DtypeLike>(path: string, options: DatasetOptions<D>): Dataset<D> {
    return this.runSync(() => this.#createDataset<D>(path, options));
  }

  /** The dataset at a path, which must have this shape and a dtype these values can be cast to; made if it is not there. */
  requireDataset<D extends DtypeLike = DtypeLike>(
    path: string,
    options: RequireDatasetOptions<D>,
  ): Promise<Dataset<D>> {
    return this.run(() => this.#requireDataset<D>(path, options));
  }
  /** As `requireDataset`, without waiting. */
  requireDatasetSync<D extends DtypeLike = DtypeLike>(path: string, options: RequireDatasetOptions<D>): Dataset<D> {
    return this.runSync(() => this.#requireDataset<D>(path, options));
  }

  /** Takes the link at a path away; the object goes with its last link, and its space is used again. */
  delete(path: string): Promise<void> {
    return this.run(() => this.#delete(path));
  }
  /** As `delete`, without waiting. */
  deleteSync(path: string): void {
    this.runSync(() => this.#delete(path));
  }

  /** What is stored about the group. */
  info(): Promise<GroupInfo> {
    return this.run(() => this.#info());
  }
  /** As `info`, without waiting. */
  infoSync(): GroupInfo {
    return this.runSync(() => this.#info());
  }

  /** @internal A handle of an object by its address. */
  *openAddress(address: number, path: string): Task<HdfObject> {
    return handleOf(this.context, yield* this.context.transact((tx) => loadObject(tx, address)), path);
  }

  *#get(path: string): Task<HdfObject> {
    requirePath(path);
    const loaded = yield* this.context.transact((tx) => loadObject(tx, resolvePath(tx, this.address, path).address));
    return handleOf(this.context, loaded, joinPath(this.path, path));
  }

  *#has(path: string): Task<boolean> {
    if (path === "") {
      return false;
    }
    return yield* this.context.transact((tx) => tryResolve(tx, this.address, path, { followLast: false }) !== null);
  }

  *#links(): Task<GroupLink[]> {
    const cursor = new LinkCursor(this.context, this.address);
    const links: GroupLink[] = [];
    for (let link = yield* cursor.next(); link !== null; link = yield* cursor.next()) {
      links.push(link);
    }
    return links;
  }

  *#keys(): Task<string[]> {
    return (yield* this.#links()).map(({ name }) => name);
  }

  *#link(name: string): Task<GroupLink> {
    const link = yield* this.context.transact((tx) => findLink(tx, requireGroup(tx, this.address, this.path), name));
    if (link === null) {
      throw new HdfiveError("NOT_FOUND", `There is no link '${name}'`, { path: joinPath(this.path, name) });
    }
    return link;
  }

  *#entry(cursor: LinkCursor): Task<[string, IteratedObject | null] | null> {
    const link = yield* cursor.next();
    if (link === null) {
      return null;
    }
    const path = joinPath(this.path, link.name);
    return [link.name, yield* tolerant(path, this.#open(link, path))];
  }

  *#open(link: GroupLink, path: string): Task<HdfObject | null> {
    const loaded = yield* this.context.transact((tx) => {
      const address = linkTarget(tx, this.address, link);
      return address === null ? null : loadObject(tx, address);
    });
    return loaded === null ? null : handleOf(this.context, loaded, path);
  }

  *#step(cursor: WalkCursor): Task<[string, IteratedObject] | null> {
    const met = yield* cursor.next();
    if (met === null || met.link.kind !== "hard") {
      return null;
    }
    const path = joinPath(this.path, met.path);
    const object = yield* tolerant(path, this.openAddress(met.link.address, path));
    if (object.kind === "group") {
      cursor.descend(object.address, met.path);
    }
    return [met.path, object];
  }

  *#createGroup(path: string): Task<Group> {
    requirePath(path);
    const address = yield* this.context.change((tx) => {
      const place = newPlace(tx, this.address, path, "group");
      const { headerAddress } = createGroup(tx);
      insertLink(tx, requireGroup(tx, place.parent), { name: place.name, kind: "hard", address: headerAddress });
      return headerAddress;
    });
    return new Group(this.context, address, joinPath(this.path, path));
  }

  *#requireGroup(path: string): Task<Group> {
    requirePath(path);
    const isThere = yield* this.context.transact((tx) => tryResolve(tx, this.address, path) !== null);
    return isThere ? incompatible(yield* this.#get(path), Group) : yield* this.#createGroup(path);
  }

  *#createDataset<D extends DtypeLike>(path: string, options: DatasetOptions<D>): Task<Dataset<D>> {
    requirePath(path);
    const { context } = this;
    const plan = planDataset(context, options);
    const made = yield* context.change((tx) => {
      const place = newPlace(tx, this.address, path, "dataset");
      const heap = new HeapSession(tx, context.heap);
      const address = createDatasetHeader(tx, newDataset(tx, plan, heap));
      insertLink(tx, requireGroup(tx, place.parent), { name: place.name, kind: "hard", address });
      return { header: loadDataset(tx, address), cursor: heap.cursor };
    });
    context.heap = made.cursor;
    const fullPath = joinPath(this.path, path);
    if (plan.data !== undefined) {
      yield* this.#firstWrite(made.header, plan, fullPath);
    }
    return new Dataset<D>(context, made.header, fullPath);
  }

  /** Writes the data a dataset is made with; when that fails the dataset goes again. */
  *#firstWrite(header: DatasetHeader, { data, dataspace, datatype }: DatasetPlan, path: string): Task<void> {
    let done = false;
    try {
      yield* writeDataset(this.context, header, null, () => userArray(data, datatype, dataspace.dimensions).data);
      yield* this.context.settle();
      done = true;
    } finally {
      if (!done) {
        yield* this.#delete(path);
      }
    }
  }

  *#requireDataset<D extends DtypeLike>(path: string, options: RequireDatasetOptions<D>): Task<Dataset<D>> {
    requirePath(path);
    const isThere = yield* this.context.transact((tx) => tryResolve(tx, this.address, path) !== null);
    if (!isThere) {
      return yield* this.#createDataset<D>(path, options);
    }
    const dataset = incompatible(yield* this.#get(path), Dataset);
    const plan = planDataset(this.context, options);
    checkRequired(dataset, plan, options.exact === true);
    return dataset as Dataset<D>;
  }

  *#delete(path: string): Task<void> {
    requirePath(path);
    const deleted = yield* this.context.change((tx) => {
      tx.requireWritable();
      const { parentAddress, name, link } = resolvePath(tx, this.address, path, { followLast: false });
      if (parentAddress === null || name === null) {
        throw new HdfiveError("INVALID_ARGUMENT", `Couldn't delete link ('${path}' is a group itself, not a link)`);
      }
      removeLink(tx, requireGroup(tx, parentAddress), name);
      return link?.kind === "hard" ? unlinkObject(tx, link.address) : new Set<number>();
    });
    this.context.forget(deleted);
  }

  *#info(): Task<GroupInfo> {
    return yield* this.context.transact((tx) => {
      const group = requireGroup(tx, this.address, this.path);
      const linkOrderTracked = group.style !== "symbol-table" && group.linkInfo.trackCreationOrder;
      const linkCount = group.style === "dense" ? null : countLinks(tx, group);
      return { ...objectInfo(tx, loadHeader(tx, this.address)), storage: group.style, linkCount, linkOrderTracked };
    });
  }
}

function handleOf(context: FileContext, loaded: LoadedObject, path: string): HdfObject {
  switch (loaded.kind) {
    case "group":
      return new Group(context, loaded.address, path);
    case "dataset":
      return new Dataset(context, loaded.header, path);
    case "datatype":
      return new NamedDatatype(context, loaded.address, path, loaded.datatype);
  }
}

/** Where a new object goes; the groups on the way are made. */
function newPlace(tx: Tx, start: number, path: string, what: string): { parent: number; name: string } {
  tx.requireWritable();
  const components = pathComponents(path);
  const name = components.pop();
  if (name === undefined || tryResolve(tx, start, path, { followLast: false }) !== null) {
    throw new HdfiveError("ALREADY_EXISTS", `Unable to create ${what} (name already exists): '${path}'`);
  }
  const from = path.startsWith("/") ? resolvePath(tx, start, "/").address : start;
  return { parent: ensureGroups(tx, from, components), name };
}

function expectGroup(object: HdfObject): Group {
  if (object.kind !== "group") {
    throw new HdfiveError("WRONG_KIND", `${object.path} is a ${object.kind}, not a group`, { path: object.path });
  }
  return object;
}

function expectDataset(object: HdfObject): Dataset {
  if (object.kind !== "dataset") {
    throw new HdfiveError("WRONG_KIND", `${object.path} is a ${object.kind}, not a dataset`, { path: object.path });
  }
  return object;
}

function incompatible<T extends HdfObject>(object: HdfObject, wanted: new (...given: never[]) => T): T {
  if (object instanceof wanted) {
    return object;
  }
  const name = object.kind === "group" ? "Group" : object.kind === "dataset" ? "Dataset" : "Datatype";
  throw new HdfiveError("WRONG_KIND", `Incompatible object (${name}) already exists`, { path: object.path });
}

function checkRequired(dataset: Dataset, { dataspace, datatype }: DatasetPlan, exact: boolean): void {
  if (!shapesEqual(dataset.shape, dataspace.dimensions)) {
    const shapes = `existing ${shapeText(dataset.shape)} vs new ${shapeText(dataspace.dimensions)}`;
    throw new HdfiveError("SHAPE_MISMATCH", `Shapes do not match (${shapes})`, { path: dataset.path });
  }
  const types = `existing ${dataset.dtype} vs new ${dtypeName(datatype)}`;
  if (exact && !datatypesEqual(dataset.datatype, datatype)) {
    throw new HdfiveError("WRONG_KIND", `Datatypes do not exactly match (${types})`, { path: dataset.path });
  }
  if (!exact && !canCast(datatype, dataset.datatype)) {
    throw new HdfiveError("WRONG_KIND", `Datatypes cannot be safely cast (${types})`, { path: dataset.path });
  }
}
