import {
  type AttributeInfo,
  attributeInfoMessage,
  HEADER_FLAGS,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  type PhaseChange,
  UnsupportedError,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { denseInfo } from "./attributes.js";
import type { DenseAttributes } from "./dense-attributes.js";
import { createDense, encodedAttributes, freeDense, insertDense } from "./dense-attributes-edit.js";
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

/** When attributes change their storage where the header does not say. File Format Specification, section IV.A.1.b. */
const DEFAULT_PHASE_CHANGE: PhaseChange = { maxCompact: 8, minDense: 6 };

/** When the attributes of an object change between its header and a heap. File Format Specification, section IV.A.1.b. */
export function attributePhaseChange({ prefix }: Header): PhaseChange {
  return (prefix.version === 2 ? prefix.attributePhaseChange : null) ?? DEFAULT_PHASE_CHANGE;
}

/** Gives back the heap and the indexes of an object's attributes, where it has any. Section IV.A.2.v. */
export function freeAttributeStorage(tx: Tx, header: Header): void {
  const dense = denseInfo(tx, header);
  if (dense !== null) {
    freeDense(tx, header.address, dense);
  }
}

/** Moves the attributes of an object from its header to a heap. Section IV.A.2.v. */
export function makeDense(tx: Tx, header: Header): DenseAttributes {
  const { address } = header;
  const info = attributeInfoOf(tx, header);
  const dense: DenseAttributes = { ...info, ...createDense(tx, info.indexCreationOrder) };
  for (;;) {
    const message = findMessage(loadHeader(tx, address), MESSAGE_IDS.attribute);
    if (message === undefined) {
      break;
    }
    requireOwn(message, address);
    insertDense(tx, address, dense, { bytes: message.data.slice(), creationOrder: message.creationOrder });
    removeMessage(tx, address, message);
  }
  putAttributeInfo(tx, loadHeader(tx, address), dense);
  return dense;
}

/** Moves the attributes of an object from their heap to its header, when every one of them fits a message. Section IV.A.2.v. */
export function makeCompact(tx: Tx, header: Header, dense: DenseAttributes): void {
  const { address } = header;
  const attributes = encodedAttributes(tx, address, dense);
  if (attributes.some(({ bytes }) => bytes.length > MAX_MESSAGE_PAYLOAD)) {
    return;
  }
  freeDense(tx, address, dense);
  const current = loadHeader(tx, address);
  const info = findMessage(current, MESSAGE_IDS.attributeInfo);
  if (attributes.length === 0 && info !== undefined) {
    removeMessage(tx, address, info);
    return;
  }
  putAttributeInfo(tx, current, { ...dense, heapAddress: null, nameIndexAddress: null, creationIndexAddress: null });
  for (const { bytes: data, creationOrder } of attributes) {
    appendMessage(tx, address, { type: MESSAGE_IDS.attribute, flags: 0, data, creationOrder });
  }
}

/** Where an object's attributes are and what order is next; as for a new object where it does not say. Section IV.A.2.v. */
export function attributeInfoOf(tx: Tx, header: Header): AttributeInfo {
  const message = findMessage(header, MESSAGE_IDS.attributeInfo);
  if (message !== undefined) {
    return decodeMessage(tx, attributeInfoMessage, message);
  }
  const { prefix, tracked } = header;
  const orders = findMessages(header, MESSAGE_IDS.attribute).map(({ creationOrder }) => (creationOrder ?? 0) + 1);
  return {
    trackCreationOrder: tracked,
    indexCreationOrder: prefix.version === 2 && (prefix.flags & HEADER_FLAGS.attributeOrderIndexed) !== 0,
    maxCreationIndex: tracked ? orders.reduce((most, order) => Math.max(most, order), 0) : null,
    heapAddress: null,
    nameIndexAddress: null,
    creationIndexAddress: null,
  };
}

/** Stores where an object's attributes are. File Format Specification, section IV.A.2.v. */
export function putAttributeInfo(tx: Tx, header: Header, info: AttributeInfo): void {
  const { address } = header;
  const message = findMessage(header, MESSAGE_IDS.attributeInfo);
  const data = encodeMessage(tx, attributeInfoMessage, info);
  if (message === undefined) {
    appendMessage(tx, address, { type: MESSAGE_IDS.attributeInfo, flags: MESSAGE_FLAGS.dontShare, data });
  } else {
    replaceMessage(tx, address, message, data);
  }
}

/** Refuses attributes that stand in the heap of shared messages, whose users are counted there. Section IV.A.1.a. */
export function requireOwn({ flags }: MessageRef, address: number): void {
  if ((flags & MESSAGE_FLAGS.shared) !== 0) {
    throw new UnsupportedError("shared attribute", "attributes in the heap of shared messages are read only", {
      address,
    });
  }
}
