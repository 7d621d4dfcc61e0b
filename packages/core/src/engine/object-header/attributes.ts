import { type Attribute, attributeInfoMessage, attributeMessage, MESSAGE_IDS } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { type AttributeRecord, attributeRecord } from "./attribute-record.js";
import { type DenseAttributes, findDense, listDense } from "./dense-attributes.js";
import { decodeMessage, findMessage, findMessages, type Header, loadHeader, type MessageRef } from "./object-header.js";

export type { AttributeRecord } from "./attribute-record.js";

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
  const message = findAttributeMessage(tx, header, name);
  return message === null ? null : read(tx, header, message);
}

function decode(tx: Tx, message: MessageRef): Attribute {
  return decodeMessage(tx, attributeMessage, message);
}

/** The message of an attribute in a header, or `null`. File Format Specification, section IV.A.2.m. */
export function findAttributeMessage(tx: Tx, header: Header, name: string): MessageRef | null {
  return findMessages(header, MESSAGE_IDS.attribute).find((message) => decode(tx, message).name === name) ?? null;
}

function read(tx: Tx, header: Header, message: MessageRef): AttributeRecord {
  return attributeRecord(tx, decode(tx, message), message.creationOrder, header.address);
}

/** Where an object's attributes are, when they are in a heap; `null` when they are in its header. Section IV.A.2.v. */
export function denseInfo(tx: Tx, header: Header): DenseAttributes | null {
  const message = findMessage(header, MESSAGE_IDS.attributeInfo);
  const info = message === undefined ? null : decodeMessage(tx, attributeInfoMessage, message);
  return info === null || info.heapAddress === null ? null : { ...info, heapAddress: info.heapAddress };
}
