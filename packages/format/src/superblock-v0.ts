import type { AddressSpace } from "./address-space.js";
import type { FieldSize, FormatContext } from "./context.js";
import { DEFAULT_CONTEXT } from "./context.js";
import type { Reader } from "./reader.js";
import { checkFlags, HDF5_SIGNATURE, readFieldSize, readSignature, type Superblock } from "./superblock-fields.js";
import { symbolTableEntry, symbolTableEntrySize } from "./symbol-table-entry.js";
import type { Writer } from "./writer.js";

const FIXED_SIZE = 24;
const CHUNK_K_SIZE = 4;
const ADDRESS_COUNT = 4;

/** The context in which the fields after the sizes are read. */
function fieldContext(offsetSize: FieldSize, lengthSize: FieldSize, addressSpace?: AddressSpace): FormatContext {
  return { ...DEFAULT_CONTEXT, offsetSize, lengthSize, addressSpace };
}

/** Bytes of a version 0 or 1 superblock. File Format Specification, section II.A. */
export function sizeV0(version: 0 | 1, offsetSize: FieldSize, lengthSize: FieldSize): number {
  const entry = symbolTableEntrySize(fieldContext(offsetSize, lengthSize));
  return FIXED_SIZE + (version === 1 ? CHUNK_K_SIZE : 0) + ADDRESS_COUNT * offsetSize + entry;
}

/** Size of a version 0 or 1 superblock from its first 16 bytes. File Format Specification, section II.A. */
export function totalSizeV0(prefix: Reader): number {
  readSignature(prefix);
  const version = prefix.u8() === 0 ? 0 : 1;
  prefix.skip(4);
  const offsetSize = readFieldSize(prefix, "size of offsets");
  return sizeV0(version, offsetSize, readFieldSize(prefix, "size of lengths"));
}

/** Reads a version 0 or 1 superblock. File Format Specification, section II.A. */
export function decodeV0(reader: Reader, addressSpace?: AddressSpace): Superblock {
  readSignature(reader);
  const version = reader.u8();
  if (version !== 0 && version !== 1) {
    throw reader.corrupt(`version ${version} where 0 or 1 must stand`);
  }
  expectZero(reader, "version of the free-space information");
  expectZero(reader, "version of the root group symbol table entry");
  reader.skip(1);
  expectZero(reader, "version of the shared header message format");
  const offsetSize = readFieldSize(reader, "size of offsets");
  const lengthSize = readFieldSize(reader, "size of lengths");
  const context = fieldContext(offsetSize, lengthSize, addressSpace);
  reader.skip(1);
  const groupLeafK = readK(reader, "group leaf node K");
  const groupInternalK = readK(reader, "group internal node K");
  const flags = checkFlags(reader, reader.u32());
  let chunkK = DEFAULT_CONTEXT.chunkK;
  if (version === 1) {
    chunkK = readK(reader, "indexed storage internal node K");
    reader.skip(2);
  }
  const baseAddress = reader.definedOffset(context, "base address");
  const extensionAddress = reader.offset(context);
  const endOfFile = reader.definedOffset(context, "end of file address");
  const driverInfoAddress = reader.offset(context);
  const rootEntry = symbolTableEntry.decode(reader, context);
  return {
    version,
    offsetSize,
    lengthSize,
    groupLeafK,
    groupInternalK,
    chunkK,
    flags,
    baseAddress,
    extensionAddress,
    endOfFile,
    driverInfoAddress,
    rootAddress: rootEntry.headerAddress,
    rootEntry,
  };
}

function expectZero(reader: Reader, field: string): void {
  const value = reader.u8();
  if (value !== 0) {
    throw reader.corrupt(`${field} is ${value} where 0 must stand`);
  }
}

function readK(reader: Reader, field: string): number {
  const value = reader.u16();
  if (value === 0) {
    throw reader.corrupt(`${field} is 0`);
  }
  return value;
}

/** Writes a version 0 or 1 superblock. File Format Specification, section II.A. */
export function encodeV0(value: Superblock, writer: Writer): void {
  const { version, rootEntry } = value;
  const context = fieldContext(value.offsetSize, value.lengthSize);
  if (rootEntry === null || rootEntry.headerAddress !== value.rootAddress) {
    throw writer.invalid(`version ${version} needs a symbol table entry of the root group`);
  }
  writer.bytes(HDF5_SIGNATURE);
  writer.u8(version);
  writer.zeros(4);
  writer.u8(value.offsetSize);
  writer.u8(value.lengthSize);
  writer.zeros(1);
  writer.u16(value.groupLeafK);
  writer.u16(value.groupInternalK);
  writer.u32(value.flags);
  if (version === 1) {
    writer.u16(value.chunkK);
    writer.zeros(2);
  }
  writer.offset(value.baseAddress, context);
  writer.offset(value.extensionAddress, context);
  writer.offset(value.endOfFile, context);
  writer.offset(value.driverInfoAddress, context);
  symbolTableEntry.encode(rootEntry, writer, context);
}
