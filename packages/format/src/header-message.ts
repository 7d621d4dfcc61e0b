import { MESSAGE_IDS, messageName } from "./message-ids.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** Bits of a header message's flags. File Format Specification, section IV.A.1.a. */
export const MESSAGE_FLAGS = {
  /** The message never changes. */
  constant: 0x01,
  /** The data is a shared message: a pointer to where the message stands. */
  shared: 0x02,
  /** The message must not be shared. */
  dontShare: 0x04,
  /** A program that does not know the type must not open the object for writing. */
  failIfUnknownOnWrite: 0x08,
  /** A program that does not know the type sets `wasUnknown` when it changes the object. */
  markIfUnknown: 0x10,
  /** A program that did not know the type changed the object. */
  wasUnknown: 0x20,
  /** The message may be shared. */
  shareable: 0x40,
  /** A program that does not know the type must not open the object. */
  failIfUnknown: 0x80,
} as const;

/** One message of an object header, its data still as stored. File Format Specification, sections IV.A.1.a and IV.A.1.b. */
export interface HeaderMessage {
  /** Message type number, see `MESSAGE_IDS`. */
  readonly type: number;
  /** Sum of `MESSAGE_FLAGS`. */
  readonly flags: number;
  /** Creation order, stored when a version 2 header tracks attribute creation order; otherwise `null`. */
  readonly creationOrder: number | null;
  /** The data as stored, a view on the bytes that were decoded; version 1 headers pad it to a multiple of 8. */
  readonly data: Uint8Array;
}

const V1_HEADER_SIZE = 8;
const V2_HEADER_SIZE = 4;
const CREATION_ORDER_SIZE = 2;

const SHARABLE_TYPES: readonly number[] = [
  MESSAGE_IDS.dataspace,
  MESSAGE_IDS.datatype,
  MESSAGE_IDS.fillValueOld,
  MESSAGE_IDS.fillValue,
  MESSAGE_IDS.filterPipeline,
  MESSAGE_IDS.attribute,
];

/** Bytes of what precedes a message's data. File Format Specification, sections IV.A.1.a and IV.A.1.b. */
export function messageHeaderSize(version: 1 | 2, creationOrderTracked: boolean): number {
  return version === 1 ? V1_HEADER_SIZE : V2_HEADER_SIZE + (creationOrderTracked ? CREATION_ORDER_SIZE : 0);
}

/** Bytes of a message with its header, in a header of that version. File Format Specification, sections IV.A.1.a and IV.A.1.b. */
export function messageSize(message: HeaderMessage, version: 1 | 2, creationOrderTracked: boolean): number {
  return messageHeaderSize(version, creationOrderTracked) + message.data.length;
}

/**
 * Reads the messages that fill the next `byteLength` bytes, with the gap at the end that version 2 allows.
 * File Format Specification, sections IV.A.1.a and IV.A.1.b.
 */
export function readMessages(
  reader: Reader,
  byteLength: number,
  version: 1 | 2,
  creationOrderTracked: boolean,
): readonly HeaderMessage[] {
  reader.need(byteLength);
  const end = reader.position + byteLength;
  const headerSize = messageHeaderSize(version, creationOrderTracked);
  const messages: HeaderMessage[] = [];
  let hasNil = false;
  while (end - reader.position >= headerSize) {
    const message = version === 1 ? readV1(reader, end) : readV2(reader, end, creationOrderTracked);
    checkFlags(reader, message);
    hasNil ||= message.type === MESSAGE_IDS.nil;
    messages.push(message);
  }
  const gap = end - reader.position;
  if (gap > 0 && version === 1) {
    throw reader.corrupt(`${gap} bytes after the last message, which version 1 does not allow`);
  }
  if (gap > 0 && hasNil) {
    throw reader.corrupt(`a gap of ${gap} bytes beside a NIL message, which could hold it`);
  }
  reader.skip(gap);
  return messages;
}

function readV1(reader: Reader, end: number): HeaderMessage {
  const type = reader.u16();
  const size = reader.u16();
  const flags = reader.u8();
  reader.skip(3);
  if (size % 8 !== 0) {
    throw reader.corrupt(`message of type ${type} has ${size} bytes, not a multiple of 8`);
  }
  return { type, flags, creationOrder: null, data: readData(reader, type, size, end) };
}

function readV2(reader: Reader, end: number, creationOrderTracked: boolean): HeaderMessage {
  const type = reader.u8();
  const size = reader.u16();
  const flags = reader.u8();
  const creationOrder = creationOrderTracked ? reader.u16() : null;
  return { type, flags, creationOrder, data: readData(reader, type, size, end) };
}

function readData(reader: Reader, type: number, size: number, end: number): Uint8Array {
  if (size > end - reader.position) {
    throw reader.corrupt(`message of type ${type} with ${size} bytes runs past its chunk`);
  }
  return reader.bytes(size);
}

/** Refuses the combinations that libhdf5 refuses: shared and never to be shared, shared by a type that cannot be, ... */
function checkFlags(reader: Reader, { type, flags }: HeaderMessage): void {
  if (flags & MESSAGE_FLAGS.shared) {
    if (flags & MESSAGE_FLAGS.dontShare) {
      throw reader.corrupt(`message of type ${type} is marked both as shared and as never to be shared`);
    }
    if (messageName(type) !== "unknown" && !SHARABLE_TYPES.includes(type)) {
      throw reader.corrupt(`message of type ${type} is marked as shared, which its type cannot be`);
    }
  }
  if (
    flags & MESSAGE_FLAGS.wasUnknown &&
    (flags & MESSAGE_FLAGS.failIfUnknownOnWrite || !(flags & MESSAGE_FLAGS.markIfUnknown))
  ) {
    throw reader.corrupt(`message of type ${type} has the impossible flags 0x${flags.toString(16)}`);
  }
}

/** Bytes of the messages with their headers, without a gap. */
export function messagesSize(
  messages: readonly HeaderMessage[],
  version: 1 | 2,
  creationOrderTracked: boolean,
): number {
  const headerSize = messageHeaderSize(version, creationOrderTracked);
  let size = 0;
  for (const message of messages) {
    size += headerSize + message.data.length;
  }
  return size;
}

/** Writes messages into `byteLength` bytes and zeros into the gap; throws when they do not fit or leave a gap not allowed. */
export function writeMessages(
  writer: Writer,
  messages: readonly HeaderMessage[],
  byteLength: number,
  version: 1 | 2,
  creationOrderTracked: boolean,
): void {
  const gap = byteLength - messagesSize(messages, version, creationOrderTracked);
  const gapAllowed = gap === 0 || (version === 2 && gap > 0 && gap < messageHeaderSize(version, creationOrderTracked));
  if (!gapAllowed) {
    throw writer.invalid(`messages leave ${gap} of ${byteLength} bytes`);
  }
  for (const message of messages) {
    if (version === 1) {
      writeV1(writer, message);
    } else {
      writeV2(writer, message, creationOrderTracked);
    }
  }
  writer.zeros(gap);
}

function writeV1(writer: Writer, { type, flags, data }: HeaderMessage): void {
  if (data.length % 8 !== 0) {
    throw writer.invalid(`message of type ${type} has ${data.length} bytes, not a multiple of 8`);
  }
  writer.u16(type);
  writer.u16(data.length);
  writer.u8(flags);
  writer.zeros(3);
  writer.bytes(data);
}

function writeV2(writer: Writer, { type, flags, creationOrder, data }: HeaderMessage, tracked: boolean): void {
  if ((creationOrder !== null) !== tracked) {
    throw writer.invalid(`message of type ${type} ${tracked ? "lacks" : "has"} a creation order`);
  }
  writer.u8(type);
  writer.u16(data.length);
  writer.u8(flags);
  if (creationOrder !== null) {
    writer.u16(creationOrder);
  }
  writer.bytes(data);
}
