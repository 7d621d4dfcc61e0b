import {
  encodeText,
  HdfiveError,
  linkInfoMessage,
  MESSAGE_IDS,
  type SymbolTable,
  symbolTableMessage,
} from "@hdfive/format";
import { nameSpellings } from "../object-header/name-spellings.js";
import { decodeMessage, findMessage, loadHeader } from "../object-header/object-header.js";
import type { Tx } from "../transaction/tx.js";
import { countCompact, findCompact, insertCompact, listCompact, removeCompact } from "./compact-links.js";
import { countDense, findDense, listDense } from "./dense-links.js";
import { insertDense, makeDense, removeDense } from "./dense-links-edit.js";
import type { GroupAccess, GroupLink, LinkPage, LinkPosition, NewLink } from "./group-link.js";
import { convertToNewStyle } from "./new-style.js";
import { countEntries, findEntry, listEntries } from "./symbol-table.js";
import { insertEntry, removeEntry } from "./symbol-table-edit.js";

/** How the object at an address keeps links; `null` when it is not a group. Sections IV.A.2.c and IV.A.2.r. */
export function groupStyle(tx: Tx, headerAddress: number): GroupAccess | null {
  const header = loadHeader(tx, headerAddress);
  // Link info first: a group that was converted may still carry what it had before.
  const info = findMessage(header, MESSAGE_IDS.linkInfo);
  if (info !== undefined) {
    const linkInfo = decodeMessage(tx, linkInfoMessage, info);
    return { style: linkInfo.heapAddress === null ? "compact" : "dense", headerAddress, linkInfo };
  }
  const table = findMessage(header, MESSAGE_IDS.symbolTable);
  if (table === undefined) {
    return null;
  }
  return { style: "symbol-table", headerAddress, ...decodeMessage(tx, symbolTableMessage, table) };
}

/** As `groupStyle`; throws `WRONG_KIND` when the object is not a group. `path` names it in the message. */
export function requireGroup(tx: Tx, headerAddress: number, path = "The object"): GroupAccess {
  const group = groupStyle(tx, headerAddress);
  if (group === null) {
    throw new HdfiveError("WRONG_KIND", `${path} is not a group, so it has no links (message type not found)`, {
      address: headerAddress,
    });
  }
  return group;
}

/** The link of a name, or `null`. */
export function findLink(tx: Tx, group: GroupAccess, name: string): GroupLink | null {
  switch (group.style) {
    case "symbol-table":
      for (const bytes of nameSpellings(name)) {
        const target = findEntry(tx, group, bytes);
        if (target !== null) {
          return { name, creationOrder: null, charset: null, ...target };
        }
      }
      return null;
    case "compact":
      return findCompact(tx, group.headerAddress, name);
    case "dense":
      for (const bytes of nameSpellings(name)) {
        const link = findDense(tx, group, bytes);
        if (link !== null) {
          return link;
        }
      }
      return null;
  }
}

/**
 * Up to `limit` links after a position; `null` starts from the first.
 *
 * In the order of creation where the group tracks it, else in the order of the names' bytes: as h5py lists them.
 */
export function listLinks(tx: Tx, group: GroupAccess, after: LinkPosition | null, limit: number): LinkPage {
  switch (group.style) {
    case "symbol-table": {
      const { entries, next } = listEntries(tx, group, after instanceof Uint8Array ? after : null, limit);
      return {
        links: entries.map(({ name, target }) => ({ name, creationOrder: null, charset: null, ...target })),
        next,
      };
    }
    case "compact":
      return listCompact(tx, group.headerAddress, after, limit);
    case "dense":
      return listDense(tx, group, after, limit);
  }
}

/** Number of links of a group. */
export function countLinks(tx: Tx, group: GroupAccess): number {
  switch (group.style) {
    case "symbol-table":
      return countEntries(tx, group);
    case "compact":
      return countCompact(tx, group.headerAddress);
    case "dense":
      return countDense(tx, group);
  }
}

/**
 * Adds a link. The count of links that the object keeps is the caller's to change, see `linkObject`.
 *
 * @throws HdfiveError `ALREADY_EXISTS` when the name is taken, `INVALID_ARGUMENT` for a name that no link can have,
 *   `UNSUPPORTED` for a group whose links are stored through filters.
 */
export function insertLink(tx: Tx, group: GroupAccess, link: NewLink): void {
  checkName(link.name);
  if (link.kind === "soft" || link.kind === "external") {
    checkText(link.kind === "soft" ? link.target : link.path, "path");
    if (link.kind === "external") {
      checkText(link.file, "file name");
    }
  }
  if (findLink(tx, group, link.name) !== null) {
    throw new HdfiveError("ALREADY_EXISTS", `Unable to create link (name already exists): '${link.name}'`, {
      path: link.name,
    });
  }
  switch (group.style) {
    case "symbol-table":
      insertOldStyle(tx, group, link);
      return;
    case "compact":
      insertNewStyle(tx, group.headerAddress, link);
      return;
    case "dense":
      insertDense(tx, group, link);
  }
}

function insertNewStyle(tx: Tx, headerAddress: number, link: NewLink): void {
  if (!insertCompact(tx, headerAddress, link)) {
    insertDense(tx, makeDense(tx, headerAddress), link);
  }
}

function insertOldStyle(tx: Tx, table: SymbolTable & { readonly headerAddress: number }, link: NewLink): void {
  const name = encodeText(link.name);
  switch (link.kind) {
    case "soft":
      insertEntry(tx, table, name, { kind: "soft", target: encodeText(link.target) });
      return;
    case "hard": {
      const object = groupStyle(tx, link.address);
      const symbolTable = object?.style === "symbol-table" ? object : null;
      insertEntry(tx, table, name, { kind: "hard", address: link.address, symbolTable });
      return;
    }
    default: {
      // A symbol table holds hard and soft links only.
      convertToNewStyle(tx, table.headerAddress);
      insertLink(tx, requireGroup(tx, table.headerAddress), link);
    }
  }
}

/** Takes a link out and returns it. The object it led to keeps its count, see `unlinkObject`. */
export function removeLink(tx: Tx, group: GroupAccess, name: string): GroupLink {
  const link = findLink(tx, group, name);
  if (link === null) {
    throw new HdfiveError("NOT_FOUND", `Couldn't delete link (there is no link '${name}')`);
  }
  switch (group.style) {
    case "symbol-table":
      nameSpellings(name).some((bytes) => removeEntry(tx, group, bytes));
      break;
    case "compact":
      removeCompact(tx, group.headerAddress, name);
      break;
    case "dense":
      nameSpellings(name).some((bytes) => removeDense(tx, group, bytes));
      break;
  }
  return link;
}

/** Throws `INVALID_ARGUMENT` for a name that no link can have. */
export function checkName(name: string): void {
  checkText(name, "name");
  if (name === "." || name.includes("/")) {
    throw new HdfiveError("INVALID_ARGUMENT", `A link cannot be named '${name}': '/' and '.' have a meaning in paths`);
  }
}

function checkText(text: string, what: string): void {
  if (text === "") {
    throw new HdfiveError("INVALID_ARGUMENT", `The ${what} of a link cannot be an empty string`);
  }
  // A NUL ends the text in the file, and half a surrogate pair has no UTF-8. Most texts have no character of either kind.
  if (/[\0\ud800-\udfff]/.test(text) && /\0|\p{Surrogate}/u.test(text)) {
    throw new HdfiveError("INVALID_ARGUMENT", `The ${what} of a link cannot hold NUL or half a surrogate pair`);
  }
}
