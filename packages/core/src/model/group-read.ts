import { FormatError, HdfiveError, MESSAGE_IDS, objectHeader } from "@hdfive/format";
import { type DatasetHeader, isDataset, loadDataset } from "../engine/datasets/dataset-header.js";
import type { GroupLink, LinkPage, LinkPosition } from "../engine/groups/group-link.js";
import { countLinks, groupStyle, listLinks, requireGroup } from "../engine/groups/links.js";
import { resolvePath, tryResolve } from "../engine/groups/path.js";
import { checkUnknownMessages, findMessage, loadHeader } from "../engine/object-header/object-header.js";
import { type ResolvedDatatype, resolveDatatype } from "../engine/object-header/shared.js";
import type { Tx } from "../engine/transaction/tx.js";
import type { Task } from "../task.js";
import type { FileContext } from "./file-context.js";
import { type ObjectInfo, objectInfo } from "./object-handle.js";

/** What is stored about a group besides its members. */
export interface GroupInfo extends ObjectInfo {
  /** Where the links are kept. */
  readonly storage: "symbol-table" | "compact" | "dense";
  /** Number of links; `null` where they cannot be counted yet. */
  readonly linkCount: number | null;
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
  return yield* context.transact((tx) => loadObject(tx, address));
}

/** The object at a path from a group on. */
export function* loadAt(context: FileContext, start: number, path: string): Task<LoadedObject> {
  requirePath(path);
  return yield* context.transact((tx) => loadObject(tx, resolvePath(tx, start, path).address));
}

/** The object that a link of a group leads to, `null` when it leads nowhere. */
export function* loadLinked(context: FileContext, group: number, link: GroupLink): Task<LoadedObject | null> {
  return yield* context.transact((tx) => {
    const address = link.kind === "hard" ? link.address : (tryResolve(tx, group, link.name)?.address ?? null);
    return address === null ? null : loadObject(tx, address);
  });
}

/** Whether there is a link at a path, even one that leads nowhere. */
export function* isLinked(context: FileContext, start: number, path: string): Task<boolean> {
  if (path === "") {
    return false;
  }
  return yield* context.transact((tx) => tryResolve(tx, start, path, { followLast: false }) !== null);
}

/** Whether a path leads to an object. */
export function* leadsToObject(context: FileContext, start: number, path: string): Task<boolean> {
  requirePath(path);
  return yield* context.transact((tx) => tryResolve(tx, start, path) !== null);
}

/** What is stored about a group. */
export function* groupInfo(context: FileContext, address: number): Task<GroupInfo> {
  return yield* context.transact((tx) => {
    const group = requireGroup(tx, address);
    const linkOrderTracked = group.style !== "symbol-table" && group.linkInfo.trackCreationOrder;
    const linkCount = group.style === "dense" ? null : countLinks(tx, group);
    return { ...objectInfo(tx, loadHeader(tx, address)), storage: group.style, linkCount, linkOrderTracked };
  });
}

/** Throws for a path that names nothing. */
export function requirePath(path: string): void {
  if (typeof path !== "string" || path === "") {
    throw new HdfiveError("INVALID_ARGUMENT", "name parameter cannot be an empty string");
  }
}
