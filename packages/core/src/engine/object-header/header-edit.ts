import {
  continuationChunk,
  continuationMessage,
  FormatError,
  type HeaderMessage,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  messageSize,
  objectHeader,
  referenceCountMessage,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { asStored, type NewMessage, packMessages } from "./message-packing.js";
import {
  encodeMessage,
  findMessage,
  type Header,
  type HeaderChunk,
  loadHeader,
  type MessageRef,
} from "./object-header.js";

/** Room left in a new continuation, so that a header that grows by small steps does not get one block for each. */
const MIN_SPARE = 256;
const MAX_SPARE = 4096;

/** Adds a message: into free space of the header if there is enough, else into a new continuation block. */
export function appendMessage(tx: Tx, address: number, message: NewMessage): void {
  const header = loadHeader(tx, address);
  const order = message.creationOrder ?? nextCreationOrder(header, message);
  const stored = asStored(message, header.version, header.tracked ? order : null);
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
  appendMessage(tx, address, { type: ref.type, flags: ref.flags, data, creationOrder: ref.creationOrder });
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

function putChunk(tx: Tx, header: Header, index: number, messages: readonly HeaderMessage[]): void {
  const { version, tracked, address } = header;
  const chunk = header.chunks[index] as HeaderChunk;
  const packed = packMessages(messages, capacity(header, index), version, tracked);
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
  const packed = packMessages(moved, room, version, tracked);
  const data = encodeMessage(tx, continuationMessage, { address, byteLength });
  const pointer = asStored({ type: MESSAGE_IDS.continuation, flags: 0, data }, version, tracked ? 0 : null);
  putChunk(tx, header, last, [...staying, pointer]);
  tx.put(continuationChunk(version, byteLength, tracked), address, { version, messages: packed, byteLength });
  const prefix = tx.node(objectHeader, header.address);
  if (prefix.version === 1) {
    tx.put(objectHeader, header.address, { ...prefix, messageCount: prefix.messageCount + packed.length });
  }
}
