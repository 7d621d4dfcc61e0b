import {
  type Attribute,
  type AttributeNameRecord,
  attributeMessage,
  type Dataspace,
  type Datatype,
  encodeText,
  HdfiveError,
  MESSAGE_IDS,
  structureVersions,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { type AttributeRecord, attributeRecord } from "./attribute-record.js";
import {
  attributeInfoOf,
  attributePhaseChange,
  makeCompact,
  makeDense,
  putAttributeInfo,
  requireOwn,
} from "./attribute-storage.js";
import { denseInfo, findAttribute, findAttributeMessage } from "./attributes.js";
import { type DenseAttributes, denseMessages, findDenseRecord } from "./dense-attributes.js";
import { countDense, insertDense, removeDense, replaceDense } from "./dense-attributes-edit.js";
import { appendMessage, removeMessage, replaceMessage } from "./header-edit.js";
import { MAX_MESSAGE_PAYLOAD } from "./message-packing.js";
import {
  decodeMessage,
  encodeMessage,
  findMessage,
  findMessages,
  type Header,
  loadHeader,
  type MessageRef,
} from "./object-header.js";
import { raisedDataspace } from "./raised-dataspace.js";

/** What makes a new attribute. */
export interface NewAttribute {
  readonly name: string;
  readonly datatype: Datatype;
  /** Address of the committed datatype that it uses, whose links are the caller's to count. */
  readonly committedAddress?: number | null | undefined;
  readonly dataspace: Dataspace;
  readonly data: Uint8Array;
  /** Whether it takes the place of the one that it replaces in the order of creation; else it is the last one. */
  readonly keepsOrder?: boolean | undefined;
}

/** Where an attribute stands. */
type Stored =
  | { readonly kind: "message"; readonly message: MessageRef }
  | { readonly kind: "dense"; readonly dense: DenseAttributes; readonly record: AttributeNameRecord };

/** Creation orders are stored in two bytes, and this one stands for none. Section IV.A.2.v. */
const MOST_ORDERS = 0xffff;

/**
 * Makes an attribute or replaces the one of that name.
 *
 * @throws HdfiveError `INVALID_ARGUMENT` for a name that no attribute can have, `LIMIT` for a value that the object's
 *   header cannot hold: only headers of version 2 hold 64 KiB and more.
 */
export function putAttribute(tx: Tx, address: number, attribute: NewAttribute): void {
  checkName(attribute.name, "create");
  const header = loadHeader(tx, address);
  const existing = locate(tx, header, attribute.name);
  const data = encodeMessage(tx, attributeMessage, messageOf(tx, attribute));
  if (existing !== null && (attribute.keepsOrder === true || !header.tracked)) {
    replaceStored(tx, header, existing, data, attribute.name);
    return;
  }
  if (existing !== null) {
    removeStored(tx, header, existing, attribute.name);
  }
  insertStored(tx, loadHeader(tx, address), data);
}

/** Takes an attribute away and returns what it was; `NOT_FOUND` when there is none of that name. */
export function removeAttribute(tx: Tx, address: number, name: string): AttributeRecord {
  const header = loadHeader(tx, address);
  const stored = locate(tx, header, name);
  if (stored === null) {
    throw new HdfiveError("NOT_FOUND", `Unable to delete attribute (can't locate attribute: '${name}')`);
  }
  const record = attributeRecord(tx, decodeStored(tx, stored), null, address);
  const removed = { ...record, data: record.data.slice() };
  removeStored(tx, header, stored, name);
  return removed;
}

/**
 * Gives an attribute another name; it keeps its value and its place in the order of creation.
 *
 * @throws HdfiveError `NOT_FOUND`, `ALREADY_EXISTS`, `INVALID_ARGUMENT` for a name that no attribute can have.
 */
export function renameAttribute(tx: Tx, address: number, from: string, to: string): void {
  checkName(to, "rename");
  const header = loadHeader(tx, address);
  const stored = locate(tx, header, from);
  if (stored === null) {
    throw new HdfiveError("NOT_FOUND", `Unable to rename attribute (can't locate attribute: '${from}')`);
  }
  if (from === to) {
    return;
  }
  if (findAttribute(tx, address, to) !== null) {
    throw new HdfiveError("ALREADY_EXISTS", `Unable to rename attribute (attribute already exists): '${to}'`);
  }
  const before = decodeStored(tx, stored);
  const isAscii = isAsciiText(to);
  const data = encodeMessage(tx, attributeMessage, {
    ...before,
    version: isAscii ? before.version : 3,
    name: to,
    nameCharset: isAscii ? "ascii" : "utf-8",
  });
  if (stored.kind === "message") {
    replaceStored(tx, header, stored, data, from);
    return;
  }
  const { dense, record } = stored;
  removeDense(tx, address, dense, from, record);
  const creationOrder = dense.trackCreationOrder ? record.creationOrder : null;
  insertDense(tx, address, dense, { bytes: data, creationOrder });
}

function checkName(name: string, verb: string): void {
  if (name === "" || name.includes("\0")) {
    const why = name === "" ? "no attribute name" : "a name cannot hold a NUL character";
    throw new HdfiveError("INVALID_ARGUMENT", `Unable to ${verb} attribute (${why})`);
  }
}

function isAsciiText(text: string): boolean {
  return encodeText(text).length === text.length;
}

/** The message of a new attribute, of the version that libhdf5 would write. Section IV.A.2.m. */
function messageOf(tx: Tx, { name, datatype, committedAddress = null, dataspace, data }: NewAttribute): Attribute {
  const isAscii = isAsciiText(name);
  const isShared = committedAddress !== null;
  const least = isAscii ? (isShared ? 2 : 1) : 3;
  const lowest = structureVersions(tx.state.libver).attribute;
  return {
    version: Math.max(lowest, least) as Attribute["version"],
    name,
    nameCharset: isAscii ? "ascii" : "utf-8",
    datatype: isShared ? { shared: { version: 2, kind: "committed", address: committedAddress } } : datatype,
    dataspace: raisedDataspace(tx, dataspace),
    data,
  };
}

function locate(tx: Tx, header: Header, name: string): Stored | null {
  const dense = denseInfo(tx, header);
  if (dense !== null) {
    const record = findDenseRecord(tx, header.address, dense, name);
    return record === null ? null : { kind: "dense", dense, record };
  }
  const message = findAttributeMessage(tx, header, name);
  return message === null ? null : { kind: "message", message };
}

function decodeStored(tx: Tx, stored: Stored): Attribute {
  return stored.kind === "message"
    ? decodeMessage(tx, attributeMessage, stored.message)
    : (denseMessages(tx, stored.dense, [stored.record])[0] as Attribute);
}

/** Puts another message in the place of an attribute's, `name` the one that it had. */
function replaceStored(tx: Tx, header: Header, stored: Stored, data: Uint8Array, name: string): void {
  const { address } = header;
  if (stored.kind === "dense") {
    replaceDense(tx, address, stored.dense, stored.record, data);
    return;
  }
  requireOwn(stored.message, address);
  if (header.version === 1 || data.length <= MAX_MESSAGE_PAYLOAD) {
    replaceMessage(tx, address, stored.message, data);
    return;
  }
  const { creationOrder } = stored.message;
  const dense = makeDense(tx, header);
  const record = findDenseRecord(tx, address, dense, name);
  if (record !== null) {
    removeDense(tx, address, dense, name, record);
  }
  insertDense(tx, address, dense, { bytes: data, creationOrder });
}

function insertStored(tx: Tx, header: Header, data: Uint8Array): void {
  const { address, prefix, tracked } = header;
  if (prefix.version === 1) {
    appendMessage(tx, address, { type: MESSAGE_IDS.attribute, flags: 0, data });
    return;
  }
  const info = attributeInfoOf(tx, header);
  const creationOrder = tracked ? (info.maxCreationIndex ?? 0) : null;
  if (creationOrder !== null && creationOrder >= MOST_ORDERS) {
    throw new HdfiveError(
      "LIMIT",
      `Unable to create attribute (the object has had ${MOST_ORDERS} of them, and keeps their order in two bytes)`,
    );
  }
  putAttributeInfo(tx, header, { ...info, maxCreationIndex: creationOrder === null ? null : creationOrder + 1 });
  const { maxCompact } = attributePhaseChange(header);
  const current = loadHeader(tx, address);
  let dense = denseInfo(tx, current);
  const count = findMessages(current, MESSAGE_IDS.attribute).length;
  if (dense === null && (count >= maxCompact || data.length > MAX_MESSAGE_PAYLOAD)) {
    dense = makeDense(tx, current);
  }
  if (dense === null) {
    appendMessage(tx, address, { type: MESSAGE_IDS.attribute, flags: 0, data, creationOrder });
  } else {
    insertDense(tx, address, dense, { bytes: data, creationOrder });
  }
}

/** Takes an attribute out; few that are left go back to the header, and the info message goes with the last one. */
function removeStored(tx: Tx, header: Header, stored: Stored, name: string): void {
  const { address } = header;
  if (stored.kind === "message") {
    requireOwn(stored.message, address);
    removeMessage(tx, address, stored.message);
    const rest = loadHeader(tx, address);
    const info = findMessage(rest, MESSAGE_IDS.attributeInfo);
    if (info !== undefined && findMessage(rest, MESSAGE_IDS.attribute) === undefined) {
      removeMessage(tx, address, info);
    }
    return;
  }
  const { dense, record } = stored;
  removeDense(tx, address, dense, name, record);
  const count = countDense(tx, address, dense);
  if (count < attributePhaseChange(header).minDense || count === 0) {
    makeCompact(tx, header, dense);
  }
}
