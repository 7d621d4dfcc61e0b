import {
  type Attribute,
  attributeMessage,
  FormatError,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  objectHeader,
  Reader,
  sharedMessage,
} from "@hdfive/format";
import { freeDatasetStorage } from "../datasets/dataset-storage.js";
import { freeAttributeStorage } from "../object-header/attribute-storage.js";
import { denseInfo } from "../object-header/attributes.js";
import { listDenseMessages } from "../object-header/dense-attributes.js";
import { freeHeader, setReferenceCount } from "../object-header/header-edit.js";
import { decodeMessage, findMessage, type Header, loadHeader } from "../object-header/object-header.js";
import type { Tx } from "../transaction/tx.js";
import { freeDenseLinks } from "./dense-links-edit.js";
import { groupStyle, listLinks } from "./links.js";
import { freeSymbolTable } from "./symbol-table.js";

/** Counts one more hard link to an object. A new object starts with a count of 1. Section IV.A.1.a. */
export function linkObject(tx: Tx, address: number): void {
  setReferenceCount(tx, address, loadHeader(tx, address).referenceCount + 1);
}

/**
 * Counts one hard link less to an object, and deletes it with what only it led to when that was the last.
 *
 * Objects that lead to each other in a circle keep each other, as in libhdf5. What attributes and elements hold in global
 * heaps is the caller's to give back.
 *
 * @returns addresses of the objects that are deleted
 */
export function unlinkObject(tx: Tx, address: number): ReadonlySet<number> {
  const deleted = new Set<number>();
  release(tx, [address], deleted);
  return deleted;
}

/**
 * Deletes an object whatever its count of links: its header, what it holds, and one link to each of its children.
 *
 * What its attributes and elements hold in global heaps is the caller's to give back.
 */
export function deleteObject(tx: Tx, address: number): void {
  const deleted = new Set([address]);
  release(tx, freeObject(tx, loadHeader(tx, address), deleted), deleted);
}

/** The objects that `unlinkObject` would delete, of which nothing is changed. */
export function objectsToDelete(tx: Tx, address: number): ReadonlySet<number> {
  const doomed = new Set<number>();
  const counts = new Map<number, number>();
  const { rootAddress } = tx.state.superblock;
  const pending = [address];
  for (let object = pending.pop(); object !== undefined; object = pending.pop()) {
    tx.work("object");
    if (doomed.has(object) || object === rootAddress) {
      continue;
    }
    const header = loadHeader(tx, object);
    const left = (counts.get(object) ?? header.referenceCount) - 1;
    counts.set(object, left);
    if (left <= 0) {
      doomed.add(object);
      const children = childrenOf(tx, header, groupStyle(tx, object));
      tx.wantNodes(objectHeader, children);
      for (const child of children) {
        pending.push(child);
      }
    }
  }
  return doomed;
}

/** Takes one link from each of these objects, and goes on with what those that lose their last one led to. */
function release(tx: Tx, addresses: readonly number[], deleted: Set<number>): void {
  const { rootAddress } = tx.state.superblock;
  const pending = [...addresses];
  tx.wantNodes(objectHeader, pending);
  for (let address = pending.pop(); address !== undefined; address = pending.pop()) {
    tx.work("object");
    // A wrong count must not make us delete what is gone already, and the superblock leads to the root group.
    if (deleted.has(address)) {
      continue;
    }
    const header = loadHeader(tx, address);
    if (header.referenceCount > 1) {
      setReferenceCount(tx, address, header.referenceCount - 1);
    } else if (address !== rootAddress) {
      deleted.add(address);
      const children = freeObject(tx, header, deleted);
      tx.wantNodes(objectHeader, children);
      for (const child of children) {
        pending.push(child);
      }
    }
  }
}

/** Gives the space of an object back and returns what it led to: linked objects and committed datatypes in use. */
function freeObject(tx: Tx, header: Header, deleted: Set<number>): number[] {
  const group = groupStyle(tx, header.address);
  const children = childrenOf(tx, header, group);
  if (group?.style === "symbol-table") {
    if (deleted.has(group.btreeAddress)) {
      throw new FormatError("symbol-table", "two groups share it", { address: group.btreeAddress });
    }
    deleted.add(group.btreeAddress);
    freeSymbolTable(tx, group);
  }
  if (group?.style === "dense") {
    freeDenseLinks(tx, group);
  }
  if (findMessage(header, MESSAGE_IDS.layout) !== undefined) {
    freeDatasetStorage(tx, header);
  }
  freeAttributeStorage(tx, header);
  freeHeader(tx, header.address);
  return children;
}

/** What an object leads to: linked objects and committed datatypes in use. */
function childrenOf(tx: Tx, header: Header, group: ReturnType<typeof groupStyle>): number[] {
  const children = committedDatatypes(tx, header);
  if (group !== null) {
    for (const link of listLinks(tx, group, null, Number.MAX_SAFE_INTEGER - 1).links) {
      if (link.kind === "hard") {
        children.push(link.address);
      }
    }
  }
  return children;
}

/** Committed datatypes that a dataset or its attributes use: each use counts as a link to the type. */
function committedDatatypes(tx: Tx, header: Header): number[] {
  const addresses: number[] = [];
  const note = ({ datatype }: Attribute): void => {
    if ("shared" in datatype && datatype.shared.kind === "committed") {
      addresses.push(datatype.shared.address);
    }
  };
  for (const message of header.messages) {
    if ((message.flags & MESSAGE_FLAGS.shared) !== 0) {
      const shared = sharedMessage.decode(new Reader(message.data, sharedMessage.name, header.address), tx.context);
      if (shared.kind === "committed") {
        addresses.push(shared.address);
      }
    } else if (message.type === MESSAGE_IDS.attribute) {
      note(decodeMessage(tx, attributeMessage, message));
    }
  }
  const dense = denseInfo(tx, header);
  if (dense !== null) {
    for (const attribute of listDenseMessages(tx, header.address, dense)) {
      note(attribute);
    }
  }
  return addresses;
}
