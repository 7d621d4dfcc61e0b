import { HdfiveError } from "@hdfive/format";
import type { GroupLink } from "../engine/groups/group-link.js";
import type { Task } from "../task.js";
import { Dataset } from "./dataset.js";
import type { FileContext } from "./file-context.js";
import { GroupContents } from "./group-contents.js";
import { addGroup, type GroupOptions, removeAt } from "./group-edit.js";
import {
  type GroupInfo,
  groupInfo,
  isLinked,
  type LoadedObject,
  leadsToObject,
  loadAddress,
  loadAt,
} from "./group-read.js";
import { linksBelow, members, objectsBelow, stepwise, stepwiseSync } from "./iteration.js";
import { allLinks } from "./member-cursor.js";
import { NamedDatatype } from "./named-datatype.js";
import { joinPath } from "./object-handle.js";
import type { UnreadableObject } from "./unreadable-object.js";

/** An object of a file. `kind` tells which. */
export type HdfObject = Group | Dataset | NamedDatatype;

/** What iteration meets: an object, or one that cannot be opened. */
export type IteratedObject = HdfObject | UnreadableObject;

/**
 * A collection of named objects.
 *
 * Paths are relative to the group, or to the root group when they start with "/". Every method that touches the file has
 * a twin that does not wait, with `Sync` at the end of its name.
 */
export class Group extends GroupContents {
  override readonly kind = "group" as const;

  /**
   * The object at a path. Soft links are followed, and external ones into other files, which are opened for reading and
   * closed with this one: `filename` and `path` of the object say where it is.
   *
   * @throws HdfiveError `NOT_FOUND`, `WRONG_KIND` when the way leads through what is not a group, `FORBIDDEN` when it
   *   leads to a file outside the folder of this one, `LIMIT` when it leads over too many links or files.
   */
  get(path: string): Promise<HdfObject> {
    return this.run(() => this.#get(path), undefined, path);
  }
  /** As `get`, without waiting. */
  getSync(path: string): HdfObject {
    return this.runSync(() => this.#get(path), path);
  }

  /** The group at a path; `WRONG_KIND` when the object there is another. */
  getGroup(path: string): Promise<Group> {
    return this.run(() => this.#expect(path, Group), undefined, path);
  }
  /** As `getGroup`, without waiting. */
  getGroupSync(path: string): Group {
    return this.runSync(() => this.#expect(path, Group), path);
  }

  /** The dataset at a path; `WRONG_KIND` when the object there is another. */
  getDataset(path: string): Promise<Dataset> {
    return this.run(() => this.#expect(path, Dataset), undefined, path);
  }
  /** As `getDataset`, without waiting. */
  getDatasetSync(path: string): Dataset {
    return this.runSync(() => this.#expect(path, Dataset), path);
  }

  /** Whether there is a link at a path, even one that leads nowhere. */
  has(path: string): Promise<boolean> {
    return this.run(() => isLinked(this.context, this.address, path), undefined, path);
  }
  /** As `has`, without waiting. */
  hasSync(path: string): boolean {
    return this.runSync(() => isLinked(this.context, this.address, path), path);
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
    return this.run(() => allLinks(this.context, this.address));
  }
  /** As `links`, without waiting. */
  linksSync(): GroupLink[] {
    return this.runSync(() => allLinks(this.context, this.address));
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
  entries(): AsyncGenerator<[string, IteratedObject | null], void, undefined> {
    return stepwise(this, members(this, handleOf));
  }
  /** As `entries`, without waiting. */
  entriesSync(): Generator<[string, IteratedObject | null], void, undefined> {
    return stepwiseSync(this, members(this, handleOf));
  }

  /**
   * Everything below the group, each object once, with its path from here: `["run/1", group]`.
   *
   * A group comes before its members. Hard links are followed, soft ones and those to other files are not.
   */
  walk(): AsyncGenerator<[string, IteratedObject], void, undefined> {
    return stepwise(this, objectsBelow(this, handleOf));
  }
  /** As `walk`, without waiting. */
  walkSync(): Generator<[string, IteratedObject], void, undefined> {
    return stepwiseSync(this, objectsBelow(this, handleOf));
  }

  /** Every link below the group, whatever it leads to, with its path from here. Each group is gone into once. */
  walkLinks(): AsyncGenerator<[string, GroupLink], void, undefined> {
    return stepwise(this, linksBelow(this));
  }
  /** As `walkLinks`, without waiting. */
  walkLinksSync(): Generator<[string, GroupLink], void, undefined> {
    return stepwiseSync(this, linksBelow(this));
  }

  /**
   * Makes a group at a path, and the groups on the way.
   *
   * @throws HdfiveError `ALREADY_EXISTS`, `WRONG_KIND`, `READ_ONLY`.
   */
  createGroup(path: string, options: GroupOptions = {}): Promise<Group> {
    return this.run(() => this.#createGroup(path, options), undefined, path);
  }
  /** As `createGroup`, without waiting. */
  createGroupSync(path: string, options: GroupOptions = {}): Group {
    return this.runSync(() => this.#createGroup(path, options), path);
  }

  /** The group at a path, made with these options if it is not there. */
  requireGroup(path: string, options: GroupOptions = {}): Promise<Group> {
    return this.run(() => this.#requireGroup(path, options), undefined, path);
  }
  /** As `requireGroup`, without waiting. */
  requireGroupSync(path: string, options: GroupOptions = {}): Group {
    return this.runSync(() => this.#requireGroup(path, options), path);
  }

  /** Takes the link at a path away; the object goes with its last link, and its space is used again. */
  delete(path: string): Promise<void> {
    return this.run(() => removeAt(this.context, this.address, path), undefined, path);
  }
  /** As `delete`, without waiting. */
  deleteSync(path: string): void {
    this.runSync(() => removeAt(this.context, this.address, path), path);
  }

  /** What is stored about the group. */
  info(): Promise<GroupInfo> {
    return this.run(() => groupInfo(this.context, this.address));
  }
  /** As `info`, without waiting. */
  infoSync(): GroupInfo {
    return this.runSync(() => groupInfo(this.context, this.address));
  }

  *#get(path: string): Task<HdfObject> {
    const found = yield* loadAt(this.context, this.address, path);
    return handleOf(found.context, found.loaded, found.path ?? joinPath(this.path, path));
  }

  *#expect<T extends HdfObject>(path: string, wanted: HandleClass<T>): Task<T> {
    const object = yield* this.#get(path);
    if (object instanceof wanted) {
      return object;
    }
    throw new HdfiveError(
      "WRONG_KIND",
      `Incompatible object: ${object.path} is a ${object.kind}, not a ${wanted.name}`,
      {
        path: object.path,
      },
    );
  }

  *#keys(): Task<string[]> {
    return (yield* allLinks(this.context, this.address)).map(({ name }) => name);
  }

  *#createGroup(path: string, options: GroupOptions): Task<Group> {
    const address = yield* addGroup(this.context, this.address, path, options);
    return new Group(this.context, address, joinPath(this.path, path));
  }

  *#requireGroup(path: string, options: GroupOptions): Task<Group> {
    return (yield* leadsToObject(this.context, this.address, path))
      ? yield* this.#expect(path, Group)
      : yield* this.#createGroup(path, options);
  }
}

/** A class of handles, to ask whether an object is one of them. */
interface HandleClass<T extends HdfObject> {
  readonly name: string;
  new (...given: never[]): T;
}

/** A handle of the object at an address. */
export function* openAt(context: FileContext, address: number, path: string): Task<HdfObject> {
  return handleOf(context, yield* loadAddress(context, address), path);
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
