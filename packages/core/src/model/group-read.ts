import { FormatError, HdfiveError, MESSAGE_IDS, objectHeader } from "@hdfive/format";
import { type DatasetHeader, isDataset, loadDataset } from "../engine/datasets/dataset-header.js";
import type { GroupLink, LinkPage, LinkPosition } from "../engine/groups/group-link.js";
import { countLinks, groupStyle, listLinks, requireGroup } from "../engine/groups/links.js";
import { type FileExit, type ResolvedLink, type Walk, walkPath } from "../engine/groups/path.js";
import { checkUnknownMessages, findMessage, loadHeader } from "../engine/object-header/object-header.js";
import { type ResolvedDatatype, resolveDatatype } from "../engine/object-header/shared.js";
import type { Tx } from "../engine/transaction/tx.js";
import type { Task } from "../task.js";
import type { FileContext } from "./file-context.js";
import { joinPath } from "./object-handle.js";
import { type ObjectInfo, objectInfo } from "./object-info.js";
import { updateExtent } from "./virtual-extent.js";

/** What is stored about a group besides its members. */
export interface GroupInfo extends ObjectInfo {
  /** Where the links are kept. */
  readonly storage: "symbol-table" | "compact" | "dense";
  /** Number of links. */
  readonly linkCount: number;
  /** Whether the order in which links were made is kept. */
  readonly linkOrderTracked: boolean;
}

/** What an object turned out to be, with what a handle of it needs. */
export type LoadedObject =
  | { readonly kind: "group"; readonly address: number }
  | { readonly kind: "dataset"; readonly address: number; readonly header: DatasetHeader }
  | ({ readonly kind: "datatype"; readonly address: number } & ResolvedDatatype);

/** Finds out what an object is by the messages of its header. */
export function loadObject(tx: Tx, address: number): LoadedObject {
  const header = loadHeader(tx, address);
  checkUnknownMessages(header, tx.state.writable);
  if (isDataset(header)) {
    return { kind: "dataset", address, header: loadDataset(tx, address) };
  }
  if (groupStyle(tx, address) !== null) {
    return { kind: "group", address };
  }
  const datatype = findMessage(header, MESSAGE_IDS.datatype);
  if (datatype === undefined) {
    throw new FormatError("object-header", "the object is neither a group nor a dataset nor a datatype", { address });
  }
  return { kind: "datatype", address, ...resolveDatatype(tx, datatype) };
}

/** Up to `limit` links of a group after a position. */
export function linkBatch(tx: Tx, address: number, after: LinkPosition | null, limit: number): LinkPage {
  return listLinks(tx, requireGroup(tx, address), after, limit);
}

/** As `linkBatch`; the headers of the objects that the links lead to are fetched along. */
export function memberBatch(tx: Tx, address: number, after: LinkPosition | null, limit: number): LinkPage {
  const page = linkBatch(tx, address, after, limit);
  const targets = page.links.flatMap((link) => (link.kind === "hard" ? [link.address] : []));
  tx.wantNodes(objectHeader, targets);
  return page;
}

/** The object at an address. */
export function* loadAddress(context: FileContext, address: number): Task<LoadedObject> {
  const value = yield* context.transact((tx) => loadObject(tx, address));
  return yield* current({ context, value });
}

/** An object that was found by a path, which may lead into another file. */
export interface FoundObject {
  /** The file that the object is in. */
  readonly context: FileContext;
  readonly loaded: LoadedObject;
  /** Path in that file when it is another one than the path began in, else `null`. */
  readonly path: string | null;
}

/** Why a path leads to no object; made only when it is thrown. */
type NotThere = { readonly missing: () => HdfiveError };

/** The object at a path from a group on; external links lead on in other files. */
export function* loadAt(context: FileContext, start: number, path: string): Task<FoundObject> {
  requirePath(path);
  const found = yield* find(context, start, path, loadEnd);
  if ("missing" in found) {
    throw found.missing();
  }
  return { context: found.context, loaded: yield* current(found), path: found.path };
}

/** An object of which a handle is to be made: a virtual dataset has the shape that its sources give it now. */
function* current({
  context,
  value,
}: {
  readonly context: FileContext;
  readonly value: LoadedObject;
}): Task<LoadedObject> {
  if (value.kind === "dataset" && value.header.layout.class === "virtual") {
    yield* updateExtent(context, value.header);
  }
  return value;
}

/** The object that a link of a group leads to, `null` when it leads nowhere. */
export function* loadLinked(context: FileContext, group: number, link: GroupLink): Task<FoundObject | null> {
  if (link.kind === "hard") {
    const { address } = link;
    return { context, loaded: yield* loadAddress(context, address), path: null };
  }
  const found = yield* find(context, group, link.name, loadEnd);
  return "missing" in found ? null : { context: found.context, loaded: yield* current(found), path: found.path };
}

/** An end that was followed is an object. */
function loadEnd(tx: Tx, { address }: ResolvedLink): LoadedObject {
  return loadObject(tx, address as number);
}

/** Follows a path through as many files as it leads, and looks at what is at its end. */
function* find<T>(
  first: FileContext,
  start: number,
  path: string,
  look: (tx: Tx, end: ResolvedLink) => T,
  followLast = true,
): Task<{ readonly context: FileContext; readonly value: T; readonly path: string | null } | NotThere> {
  let context = first;
  let exit: FileExit | null = null;
  for (;;) {
    const from: number = exit === null ? start : context.rootAddress;
    const way: string = exit?.path ?? path;
    const followed: number = exit?.followed ?? 0;
    const step: { value: T } | Exclude<Walk, { kind: "end" }> = yield* context.transact((tx) => {
      const walk = walkPath(tx, from, way, { followLast, followed });
      return walk.kind === "end" ? { value: look(tx, walk.end) } : walk;
    });
    if ("value" in step) {
      return { context, value: step.value, path: exit === null ? null : joinPath("/", exit.path) };
    }
    if (step.kind === "missing") {
      return step;
    }
    exit = step.exit;
    const next: FileContext | null = yield* context.otherFile(exit.file, "external-link");
    if (next === null) {
      const left = exit;
      return { missing: () => fileMissing(left) };
    }
    context = next;
  }
}

function fileMissing({ name, file, path }: FileExit): HdfiveError {
  return new HdfiveError(
    "NOT_FOUND",
    `Unable to open object (unable to open external file: the link '${name}' leads to '${path}' in "${file}", ` +
      "which is not there)",
  );
}

/** Whether the object at an address is a group. */
export function* isGroup(context: FileContext, address: number): Task<boolean> {
  return yield* context.transact((tx) => groupStyle(tx, address) !== null);
}

/** Whether there is a link at a path, even one that leads nowhere. */
export function* isLinked(context: FileContext, start: number, path: string): Task<boolean> {
  if (path === "") {
    return false;
  }
  return !("missing" in (yield* find(context, start, path, () => true, false)));
}

/** Whether a path leads to an object. */
export function* leadsToObject(context: FileContext, start: number, path: string): Task<boolean> {
  requirePath(path);
  return !("missing" in (yield* find(context, start, path, () => true)));
}

/** What is stored about a group. */
export function* groupInfo(context: FileContext, address: number): Task<GroupInfo> {
  return yield* context.transact((tx) => {
    const group = requireGroup(tx, address);
    const linkOrderTracked = group.style !== "symbol-table" && group.linkInfo.trackCreationOrder;
    const common = objectInfo(tx, loadHeader(tx, address));
    return { ...common, storage: group.style, linkCount: countLinks(tx, group), linkOrderTracked };
  });
}

/** Throws for a path that names nothing. */
export function requirePath(path: string): void {
  if (typeof path !== "string" || path === "") {
    throw new HdfiveError("INVALID_ARGUMENT", "name parameter cannot be an empty string");
  }
}
