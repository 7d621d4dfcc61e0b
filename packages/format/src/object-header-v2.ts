import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "./checksum.js";
import { type HeaderMessage, readMessages, writeMessages } from "./header-message.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** Seconds since 1970 of an object's times. File Format Specification, section IV.A.1.b. */
export interface ObjectTimes {
  readonly access: number;
  readonly modification: number;
  readonly change: number;
  readonly birth: number;
}

/** Numbers of links or attributes at which storage changes between compact and dense. */
export interface PhaseChange {
  /** The most that are stored as header messages. */
  readonly maxCompact: number;
  /** Fewer than this go back from dense storage to header messages. */
  readonly minDense: number;
}

/** Bits of a version 2 header's flags. File Format Specification, section IV.A.1.b. */
export const HEADER_FLAGS = {
  /** Width of the chunk size: 0 to 3 for 1, 2, 4 or 8 bytes. */
  chunkSizeWidth: 0x03,
  /** Attribute creation order is tracked: every message stores one. */
  attributeOrderTracked: 0x04,
  /** Attribute creation order is indexed. */
  attributeOrderIndexed: 0x08,
  /** Phase change values of attributes that are not the default are stored. */
  phaseChangeStored: 0x10,
  /** Times are stored. */
  timesStored: 0x20,
} as const;

/** A version 2 object header: its prefix and the messages of its first chunk. File Format Specification, section IV.A.1.b. */
export interface ObjectHeaderV2 {
  readonly version: 2;
  /** Sum of `HEADER_FLAGS`. */
  readonly flags: number;
  /** Stored when `timesStored` is set. */
  readonly times: ObjectTimes | null;
  /** Stored when `phaseChangeStored` is set. */
  readonly attributePhaseChange: PhaseChange | null;
  /** Bytes of the messages in this chunk with the gap after them, without prefix and checksum. */
  readonly chunkSize: number;
  readonly messages: readonly HeaderMessage[];
}

const UNKNOWN_FLAGS = 0xc0;
const SIGNATURE = "OHDR";
const TIMES_SIZE = 16;
const PHASE_CHANGE_SIZE = 4;

/** Most bytes of a version 2 prefix. File Format Specification, section IV.A.1.b. */
export const V2_MAX_PREFIX_SIZE = 34;

/** Size of a version 2 header from its prefix. File Format Specification, section IV.A.1.b. */
export function totalSizeV2(prefix: Reader): number {
  const start = prefix.position;
  const { chunkSize } = readPrefix(prefix);
  return prefix.position - start + chunkSize + CHECKSUM_SIZE;
}

function readPrefix(reader: Reader): Omit<ObjectHeaderV2, "messages"> {
  reader.signature(SIGNATURE);
  const version = reader.u8();
  if (version !== 2) {
    throw reader.corrupt(`version ${version} where 2 must stand`);
  }
  const flags = reader.u8();
  if (flags & UNKNOWN_FLAGS) {
    throw reader.corrupt(`flags 0x${flags.toString(16)} have bits that no version defines`);
  }
  const times = flags & HEADER_FLAGS.timesStored ? readTimes(reader) : null;
  const attributePhaseChange = flags & HEADER_FLAGS.phaseChangeStored ? readPhaseChange(reader) : null;
  const chunkSize = reader.uint(2 ** (flags & HEADER_FLAGS.chunkSizeWidth));
  return { version, flags, times, attributePhaseChange, chunkSize };
}

function readTimes(reader: Reader): ObjectTimes {
  return { access: reader.u32(), modification: reader.u32(), change: reader.u32(), birth: reader.u32() };
}

/** Reads the two phase change numbers of a group or of attributes. File Format Specification, sections IV.A.1.b and IV.A.2.k. */
export function readPhaseChange(reader: Reader): PhaseChange {
  const maxCompact = reader.u16();
  const minDense = reader.u16();
  if (minDense > maxCompact) {
    throw reader.corrupt(`minimum dense ${minDense} is above maximum compact ${maxCompact}`);
  }
  return { maxCompact, minDense };
}

/** Reads a version 2 header and verifies its checksum. File Format Specification, section IV.A.1.b. */
export function decodeV2(reader: Reader): ObjectHeaderV2 {
  const start = reader.position;
  const prefix = readPrefix(reader);
  const tracked = (prefix.flags & HEADER_FLAGS.attributeOrderTracked) !== 0;
  const messages = readMessages(reader, prefix.chunkSize, 2, tracked);
  readChecksum(reader, start);
  return { ...prefix, messages };
}

/** Bytes of a version 2 header. File Format Specification, section IV.A.1.b. */
export function sizeOfV2(header: ObjectHeaderV2): number {
  const times = header.times === null ? 0 : TIMES_SIZE;
  const phaseChange = header.attributePhaseChange === null ? 0 : PHASE_CHANGE_SIZE;
  const width = 2 ** (header.flags & HEADER_FLAGS.chunkSizeWidth);
  return SIGNATURE.length + 2 + times + phaseChange + width + header.chunkSize + CHECKSUM_SIZE;
}

/** Writes a version 2 header with its checksum. File Format Specification, section IV.A.1.b. */
export function encodeV2(header: ObjectHeaderV2, writer: Writer): void {
  const { flags, times, attributePhaseChange } = header;
  const start = writer.position;
  if (
    flags & UNKNOWN_FLAGS ||
    (flags & HEADER_FLAGS.timesStored) !== (times === null ? 0 : HEADER_FLAGS.timesStored) ||
    (flags & HEADER_FLAGS.phaseChangeStored) !== (attributePhaseChange === null ? 0 : HEADER_FLAGS.phaseChangeStored)
  ) {
    throw writer.invalid(`flags 0x${flags.toString(16)} do not say what the header stores`);
  }
  writer.signature(SIGNATURE);
  writer.u8(2);
  writer.u8(flags);
  if (times !== null) {
    writer.u32(times.access);
    writer.u32(times.modification);
    writer.u32(times.change);
    writer.u32(times.birth);
  }
  if (attributePhaseChange !== null) {
    writer.u16(attributePhaseChange.maxCompact);
    writer.u16(attributePhaseChange.minDense);
  }
  writer.uint(header.chunkSize, 2 ** (flags & HEADER_FLAGS.chunkSizeWidth));
  const tracked = (flags & HEADER_FLAGS.attributeOrderTracked) !== 0;
  writeMessages(writer, header.messages, header.chunkSize, 2, tracked);
  writeChecksum(writer, start);
}
