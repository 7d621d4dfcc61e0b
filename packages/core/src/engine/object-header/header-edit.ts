import {
  continuationChunk,
  continuationMessage,
  FormatError,
  HdfiveError,
  type HeaderMessage,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  messageSize,
  type ObjectHeaderV1,
  objectHeader,
  referenceCountMessage,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import {
  encodeMessage,
  findMessage,
  type Header,
  type HeaderChunk,
  loadHeader,
  type MessageRef,
} from "./object-header.js";

/** A message to put into a header; the bytes are as encoded, without padding. */
export interface NewMessage {
  readonly type: number;
  readonly flags: number;
  readonly data: Uint8Array;
}

const MAX_MESSAGE_BYTES = 0xffff;
/** Room left in a new continuation, so that a header that grows by small steps does not get one block for each. */
const MIN_SPARE = 256;
const MAX_SPARE = 4096;

/**
 * Makes a version 1 object header with these messages.
 *
 * @param minimumChunkSize bytes of its first chunk, at least; what is not used is free for later messages.
 */
export function createHeader(tx: Tx, messages: readonly NewMessage[], minimumChunkSize = 0): number {
  const header = newHeader(messages, minimumChunkSize);
  const address = tx.alloc(objectHeader.sizeOf(header, tx.context));
  tx.put(objectHeader, address, header);
  return address;
}

/** As `createHeader`, where the header stands before what its messages point to: `fill` makes them, of the same sizes. */
export function createHeaderFirst(tx: Tx, draft: readonly NewMessage[], fill: () => readonly NewMessage[]): number {
  const address = tx.alloc(objectHeader.sizeOf(newHeader(draft, 0), tx.context));
  tx.put(objectHeader, address, newHeader(fill(), 0));
  return address;
}

function newHeader(messages: readonly NewMessage[], minimumChunkSize: number): ObjectHeaderV1 {
  const padded = messages.map((message) => asStored(message, 1, null));
  const used = padded.reduce((sum, message) => sum + messageSize(message, 1, false), 0);
  const chunkSize = Math.max(used, Math.ceil(minimumChunkSize / 8) * 8);
  const packed = pack(padded, chunkSize, 1, false);
  return { version: 1, messageCount: packed.length, referenceCount: 1, chunkSize, messages: packed };
}

/** Adds a message: into free space of the header if there is enough, else into a new continuation block. */
export function appendMessage(tx: Tx, address: number, message: NewMessage): void {
  const header = loadHeader(tx, address);
  const stored = asStored(message, header.version, header.tracked ? nextCreationOrder(header, message) : null);
  const size = messageSize(stored, header.version, header.tracked);
  for (const [index, chunk] of header.chunks.entries()) {
    if (capacity(header, index) - usedBytes(header, chunk.messages) >= size) {
      putChunk(tx, header, index, [...kept(chunk.messages), stored]);
      return;
    }
  }
  appendChunk(tx, header, stored);
}

/** Changes the payload of a message, in place when the size allows, and returns nothing: references to messages go stale. */
export function replaceMessage(tx: Tx, address: number, ref: MessageRef, data: Uint8Array): void {
  const header = loadHeader(tx, address);
  const chunk = header.chunks[ref.chunk] as HeaderChunk;
  const stored = { ...asStored({ ...ref, data }, header.version, ref.creationOrder) };
  const messages = chunk.messages.map((message, index) => (index === ref.index ? stored : message));
  if (usedBytes(header, messages) <= capacity(header, ref.chunk)) {
    putChunk(tx, header, ref.chunk, kept(messages));
    return;
  }
  removeMessage(tx, address, ref);
  appendMessage(tx, address, { type: ref.type, flags: ref.flags, data });
}

/** Takes a message out; its space is free for others. */
export function removeMessage(tx: Tx, address: number, ref: MessageRef): void {
  const header = loadHeader(tx, address);
  const chunk = header.chunks[ref.chunk] as HeaderChunk;
  putChunk(tx, header, ref.chunk, kept(chunk.messages.filter((_, index) => index !== ref.index)));
}

/** Sets how many hard links lead to the object: in the prefix of version 1, in a message of version 2 unless it is 1. */
export function setReferenceCount(tx: Tx, address: number, count: number): void {
  const header = loadHeader(tx, address);
  if (header.prefix.version === 1) {
    tx.put(objectHeader, address, { ...header.prefix, referenceCount: count });
    return;
  }
  const message = findMessage(header, MESSAGE_IDS.referenceCount);
  if (message !== undefined && count === 1) {
    removeMessage(tx, address, message);
  } else if (message !== undefined) {
    replaceMessage(tx, address, message, encodeMessage(tx, referenceCountMessage, { count }));
  } else if (count !== 1) {
    const data = encodeMessage(tx, referenceCountMessage, { count });
    appendMessage(tx, address, { type: MESSAGE_IDS.referenceCount, flags: MESSAGE_FLAGS.dontShare, data });
  }
}

/** Gives the blocks of a header back. */
export function freeHeader(tx: Tx, address: number): void {
  for (const chunk of loadHeader(tx, address).chunks) {
    tx.free(chunk.address, chunk.byteLength);
  }
}

function asStored(message: NewMessage, version: 1 | 2, creationOrder: number | null): HeaderMessage {
  const { type, flags, data } = message;
  if (data.length > MAX_MESSAGE_BYTES - 7) {
    throw new HdfiveError(
      "LIMIT",
      `object header message is too large (${data.length} bytes, ${MAX_MESSAGE_BYTES - 7} fit): store it as a dataset instead`,
    );
  }
  const length = version === 1 ? Math.ceil(data.length / 8) * 8 : data.length;
  if (length === data.length) {
    return { type, flags, creationOrder, data };
  }
  const padded = new Uint8Array(length);
  padded.set(data);
  return { type, flags, creationOrder, data: padded };
}

/** The next creation order of an attribute; other messages have none and carry 0, as libhdf5 writes it. */
function nextCreationOrder(header: Header, message: NewMessage): number {
  if (message.type !== MESSAGE_IDS.attribute) {
    return 0;
  }
  let next = 0;
  for (const { type, creationOrder } of header.messages) {
    if (type === MESSAGE_IDS.attribute && creationOrder !== null) {
      next = Math.max(next, creationOrder + 1);
    }
  }
  return next;
}

/** Bytes for messages in a chunk. Version 2 continuations hold a signature and a checksum besides. */
function capacity(header: Header, index: number): number {
  if (index === 0) {
    return header.prefix.chunkSize;
  }
  return (header.chunks[index] as HeaderChunk).byteLength - (header.version === 2 ? 8 : 0);
}

function kept(messages: readonly HeaderMessage[]): HeaderMessage[] {
  return messages.filter(({ type }) => type !== MESSAGE_IDS.nil);
}

function usedBytes(header: Header, messages: readonly HeaderMessage[]): number {
  const { version, tracked } = header;
  return kept(messages).reduce((sum, message) => sum + messageSize(message, version, tracked), 0);
}

/**
 * The messages of a chunk followed by NIL messages for the space that is left. In version 2 a rest too small for a
 * message stays a gap, which is allowed only where no NIL message is; section IV.A.1.b.
 */
function pack(messages: readonly HeaderMessage[], room: number, version: 1 | 2, tracked: boolean): HeaderMessage[] {
  const packed = [...messages];
  const overhead = messageSize({ type: 0, flags: 0, creationOrder: null, data: new Uint8Array(0) }, version, tracked);
  let rest = room - packed.reduce((sum, message) => sum + messageSize(message, version, tracked), 0);
  if (rest < 0) {
    throw new FormatError("object-header", `${-rest} bytes too many messages for a chunk`);
  }
  while (rest >= overhead) {
    let length = Math.min(rest - overhead, MAX_MESSAGE_BYTES - 7);
    if (rest - overhead - length > 0 && rest - overhead - length < overhead) {
      length -= 8;
    }
    packed.push({ type: MESSAGE_IDS.nil, flags: 0, creationOrder: tracked ? 0 : null, data: new Uint8Array(length) });
    rest -= overhead + length;
  }
  return packed;
}

function putChunk(tx: Tx, header: Header, index: number, messages: readonly HeaderMessage[]): void {
  const { version, tracked, address } = header;
  const chunk = header.chunks[index] as HeaderChunk;
  const packed = pack(messages, capacity(header, index), version, tracked);
  if (index > 0) {
    const codec = continuationChunk(version, chunk.byteLength, tracked);
    tx.put(codec, chunk.address, { version, messages: packed, byteLength: chunk.byteLength });
  }
  const prefix = tx.node(objectHeader, address);
  const own = index === 0 ? packed : prefix.messages;
  if (prefix.version === 1) {
    const messageCount = prefix.messageCount + packed.length - chunk.messages.length;
    tx.put(objectHeader, address, { ...prefix, messages: own, messageCount });
  } else if (index === 0) {
    tx.put(objectHeader, address, { ...prefix, messages: own });
  }
}

/** Adds a continuation block for `message`, moving what must move so that the last chunk can point to it. */
function appendChunk(tx: Tx, header: Header, message: HeaderMessage): void {
  const { version, tracked } = header;
  const last = header.chunks.length - 1;
  const size = (of: HeaderMessage): number => messageSize(of, version, tracked);
  const pointerData = new Uint8Array(tx.context.offsetSize + tx.context.lengthSize);
  const pointerSize = size(asStored({ type: MESSAGE_IDS.continuation, flags: 0, data: pointerData }, version, null));
  const staying = kept((header.chunks[last] as HeaderChunk).messages);
  const moved: HeaderMessage[] = [message];
  let free = capacity(header, last) - staying.reduce((sum, of) => sum + size(of), 0);
  while (free < pointerSize) {
    const moving = staying.pop();
    if (moving === undefined) {
      throw new FormatError("object-header", "its last chunk cannot hold a continuation message", {
        address: header.address,
      });
    }
    moved.unshift(moving);
    free += size(moving);
  }
  const needed = moved.reduce((sum, of) => sum + size(of), 0);
  const total = header.chunks.reduce((sum, chunk) => sum + chunk.byteLength, needed);
  const room = needed + Math.ceil(Math.min(Math.max(total, MIN_SPARE), MAX_SPARE) / 8) * 8;
  const byteLength = room + (version === 2 ? 8 : 0);
  const address = tx.alloc(byteLength);
  const packed = pack(moved, room, version, tracked);
  const data = encodeMessage(tx, continuationMessage, { address, byteLength });
  const pointer = asStored({ type: MESSAGE_IDS.continuation, flags: 0, data }, version, tracked ? 0 : null);
  putChunk(tx, header, last, [...staying, pointer]);
  tx.put(continuationChunk(version, byteLength, tracked), address, { version, messages: packed, byteLength });
  const prefix = tx.node(objectHeader, header.address);
  if (prefix.version === 1) {
    tx.put(objectHeader, header.address, { ...prefix, messageCount: prefix.messageCount + packed.length });
  }
}
