import { type HeaderMessage, readMessages, writeMessages } from "./header-message.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** A version 1 object header: its prefix and the messages of its first chunk. File Format Specification, section IV.A.1.a. */
export interface ObjectHeaderV1 {
  readonly version: 1;
  /** Messages of all chunks as stored; files whose count is wrong exist, and libhdf5 reads them. */
  readonly messageCount: number;
  /** Hard links to the object. */
  readonly referenceCount: number;
  /** Bytes of the messages in this chunk, without the 16 bytes of the prefix. */
  readonly chunkSize: number;
  readonly messages: readonly HeaderMessage[];
}

/** Bytes of a version 1 prefix, with the 4 that align the first message. File Format Specification, section IV.A.1.a. */
export const V1_PREFIX_SIZE = 16;

/** Size of a version 1 header from its prefix. File Format Specification, section IV.A.1.a. */
export function totalSizeV1(prefix: Reader): number {
  prefix.skip(8);
  return V1_PREFIX_SIZE + prefix.u32();
}

/** Reads a version 1 header. File Format Specification, section IV.A.1.a. */
export function decodeV1(reader: Reader): ObjectHeaderV1 {
  const version = reader.u8();
  if (version !== 1) {
    throw reader.corrupt(`version ${version} where 1 must stand`);
  }
  reader.skip(1);
  const messageCount = reader.u16();
  const referenceCount = reader.u32();
  const chunkSize = reader.u32();
  reader.skip(4);
  const messages = readMessages(reader, chunkSize, 1, false);
  return { version, messageCount, referenceCount, chunkSize, messages };
}

/** Writes a version 1 header; the messages must fill the chunk. File Format Specification, section IV.A.1.a. */
export function encodeV1(header: ObjectHeaderV1, writer: Writer): void {
  writer.u8(1);
  writer.zeros(1);
  writer.u16(header.messageCount);
  writer.u32(header.referenceCount);
  writer.u32(header.chunkSize);
  writer.zeros(4);
  writeMessages(writer, header.messages, header.chunkSize, 1, false);
}
