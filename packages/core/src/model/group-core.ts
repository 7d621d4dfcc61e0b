import { FormatError, HdfiveError, MESSAGE_IDS, objectHeader } from "@hdfive/format";
import { type DatasetHeader, isDataset, loadDataset } from "../engine/dataset-header.js";
import type { GroupLink, LinkPosition } from "../engine/group-link.js";
import { groupStyle, listLinks, requireGroup } from "../engine/links.js";
import { checkUnknownMessages, findMessage, loadHeader } from "../engine/object-header.js";
import { tryResolve } from "../engine/path.js";
import { type ResolvedDatatype, resolveDatatype } from "../engine/shared.js";
import type { Tx } from "../engine/tx.js";

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

/** Links of a group and where to go on; the headers of the objects they lead to are fetched along. */
export interface LinkBatch {
  readonly links: readonly GroupLink[];
  readonly next: LinkPosition | null;
}

/** Up to `limit` links of a group after a position. */
export function linkBatch(tx: Tx, address: number, after: LinkPosition | null, limit: number): LinkBatch {
  const page = listLinks(tx, requireGroup(tx, address), after, limit);
  const targets = page.links.flatMap((link) => (link.kind === "hard" ? [link.address] : []));
  tx.wantNodes(objectHeader, targets);
  return page;
}

/** Address that a link leads to, `null` when it leads nowhere. */
export function linkTarget(tx: Tx, group: number, link: GroupLink): number | null {
  return link.kind === "hard" ? link.address : (tryResolve(tx, group, link.name)?.address ?? null);
}

/** The path of a member of a group. */
export function joinPath(parent: string, relative: string): string {
  const parts = [...(relative.startsWith("/") ? [] : parent.split("/")), ...relative.split("/")];
  return `/${parts.filter((part) => part !== "" && part !== ".").join("/")}`;
}

/** Refuses a path that names nothing. */
export function requirePath(path: string): void {
  if (typeof path !== "string" || path === "") {
    throw new HdfiveError("INVALID_ARGUMENT", "name parameter cannot be an empty string");
  }
}
