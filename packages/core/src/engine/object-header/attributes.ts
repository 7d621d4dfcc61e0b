import {
  type Attribute,
  attributeInfoMessage,
  attributeMessage,
  type Dataspace,
  type Datatype,
  encodeText,
  HdfiveError,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  UnsupportedError,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { type AttributeRecord, attributeRecord } from "./attribute-record.js";
import { type DenseAttributes, findDense, listDense } from "./dense-attributes.js";
import { appendMessage, removeMessage, replaceMessage } from "./header-edit.js";
import {
  decodeMessage,
  encodeMessage,
  findMessage,
  findMessages,
  type Header,
  loadHeader,
  type MessageRef,
} from "./object-header.js";

/** What makes a new attribute. */
export interface NewAttribute {
  readonly name: string;
  readonly datatype: Datatype;
  /** Address of the committed datatype that it uses, whose links are the caller's to count. */
  readonly committedAddress?: number | null | undefined;
  readonly dataspace: Dataspace;
  readonly data: Uint8Array;
}

export type { AttributeRecord } from "./attribute-record.js";

/** Attributes a version 2 header holds before they go to a heap, unless the header says otherwise. */
const DEFAULT_MAX_COMPACT = 8;
const V2_INDEX_ATTRIBUTE_ORDER = 0x08;

/** All attributes of an object, in the order in which they are stored. */
export function listAttributes(tx: Tx, address: number): AttributeRecord[] {
  const header = loadHeader(tx, address);
  const dense = denseInfo(tx, header);
  if (dense !== null) {
    return listDense(tx, address, dense);
  }
  return findMessages(header, MESSAGE_IDS.attribute).map((message) => read(tx, header, message));
}

/** The attribute of a name, or `null`. */
export function findAttribute(tx: Tx, address: number, name: string): AttributeRecord | null {
  const header = loadHeader(tx, address);
  const dense = denseInfo(tx, header);
  if (dense !== null) {
    return findDense(tx, address, dense, name);
  }
  const message = find(tx, header, name);
  return message === null ? null : read(tx, header, message);
}

/** Makes an attribute or replaces the one of that name. */
export function putAttribute(tx: Tx, address: number, attribute: NewAttribute): void {
  checkName(attribute.name);
  const header = loadHeader(tx, address);
  requireCompact(tx, header);
  const existing = find(tx, header, attribute.name);
  const isAscii = encodeText(attribute.name).length === attribute.name.length;
  const committed = attribute.committedAddress ?? null;
  const data = encodeMessage(tx, attributeMessage, {
    version: header.version === 2 || !isAscii ? 3 : committed === null ? 1 : 2,
    name: attribute.name,
    nameCharset: isAscii ? "ascii" : "utf-8",
    datatype:
      committed === null ? attribute.datatype : { shared: { version: 2, kind: "committed", address: committed } },
    dataspace: attribute.dataspace,
    data: attribute.data,
  });
  if (existing !== null) {
    replaceMessage(tx, address, existing, data);
    return;
  }
  if (header.version === 2) {
    prepareInfo(tx, header);
  }
  appendMessage(tx, address, { type: MESSAGE_IDS.attribute, flags: 0, data });
}

/** Takes an attribute away and returns what it was; `NOT_FOUND` when there is none of that name. */
export function removeAttribute(tx: Tx, address: number, name: string): AttributeRecord {
  const header = loadHeader(tx, address);
  requireCompact(tx, header);
  const message = find(tx, header, name);
  if (message === null) {
    throw new HdfiveError("NOT_FOUND", `Unable to delete attribute (can't locate attribute: '${name}')`);
  }
  const record = read(tx, header, message);
  removeMessage(tx, address, message);
  return record;
}

function checkName(name: string): void {
  if (name === "" || name.includes("\0")) {
    const why = name === "" ? "no attribute name" : "a name cannot hold a NUL character";
    throw new HdfiveError("INVALID_ARGUMENT", `Unable to create attribute (${why})`);
  }
}

function decode(tx: Tx, message: MessageRef): Attribute {
  return decodeMessage(tx, attributeMessage, message);
}

function find(tx: Tx, header: Header, name: string): MessageRef | null {
  return findMessages(header, MESSAGE_IDS.attribute).find((message) => decode(tx, message).name === name) ?? null;
}

function read(tx: Tx, header: Header, message: MessageRef): AttributeRecord {
  return attributeRecord(tx, decode(tx, message), message.creationOrder, header.address);
}

/** Where an object's attributes are, when they are in a heap; `null` when they are in its header. Section IV.A.2.v. */
function denseInfo(tx: Tx, header: Header): DenseAttributes | null {
  const message = findMessage(header, MESSAGE_IDS.attributeInfo);
  const info = message === undefined ? null : decodeMessage(tx, attributeInfoMessage, message);
  return info === null || info.heapAddress === null ? null : { ...info, heapAddress: info.heapAddress };
}

/** Refuses to change objects whose attributes stand in a heap. */
function requireCompact(tx: Tx, header: Header): void {
  if (denseInfo(tx, header) !== null) {
    throw new UnsupportedError("dense attributes", "attributes in a fractal heap are read and not written yet", {
      address: header.address,
    });
  }
}

/** Keeps the attribute info message of a version 2 header true for one more attribute. */
function prepareInfo(tx: Tx, header: Header): void {
  const { prefix, tracked, address } = header;
  if (prefix.version !== 2) {
    return;
  }
  const count = findMessages(header, MESSAGE_IDS.attribute).length;
  if (count >= (prefix.attributePhaseChange?.maxCompact ?? DEFAULT_MAX_COMPACT)) {
    throw new UnsupportedError("dense attributes", `more than ${count} attributes on this object need a fractal heap`, {
      address,
    });
  }
  const message = findMessage(header, MESSAGE_IDS.attributeInfo);
  if (message === undefined) {
    const indexed = (prefix.flags & V2_INDEX_ATTRIBUTE_ORDER) !== 0;
    const data = encodeMessage(tx, attributeInfoMessage, {
      trackCreationOrder: tracked,
      indexCreationOrder: indexed,
      maxCreationIndex: tracked ? 1 : null,
      heapAddress: null,
      nameIndexAddress: null,
      creationIndexAddress: null,
    });
    appendMessage(tx, address, { type: MESSAGE_IDS.attributeInfo, flags: MESSAGE_FLAGS.dontShare, data });
  } else if (tracked) {
    const info = decodeMessage(tx, attributeInfoMessage, message);
    const maxCreationIndex = (info.maxCreationIndex ?? 0) + 1;
    replaceMessage(tx, address, message, encodeMessage(tx, attributeInfoMessage, { ...info, maxCreationIndex }));
  }
}
