import type { AddressSpace } from "./address-space.js";
import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "./checksum.js";
import type { FieldSize, FormatContext } from "./context.js";
import { DEFAULT_CONTEXT } from "./context.js";
import type { Reader } from "./reader.js";
import { checkFlags, HDF5_SIGNATURE, readFieldSize, readSignature, type Superblock } from "./superblock-fields.js";
import type { Writer } from "./writer.js";

const FIXED_SIZE = 12;
const ADDRESS_COUNT = 4;

/** Bytes of a version 2 or 3 superblock. File Format Specification, section II.A. */
export function sizeV2(offsetSize: FieldSize): number {
  return FIXED_SIZE + ADDRESS_COUNT * offsetSize + CHECKSUM_SIZE;
}

/** Size of a version 2 or 3 superblock from its first 16 bytes. File Format Specification, section II.A. */
export function totalSizeV2(prefix: Reader): number {
  readSignature(prefix);
  prefix.skip(1);
  return sizeV2(readFieldSize(prefix, "size of offsets"));
}

/** Reads a version 2 or 3 superblock and verifies its checksum. File Format Specification, section II.A. */
export function decodeV2(reader: Reader, addressSpace?: AddressSpace): Superblock {
  const start = reader.position;
  readSignature(reader);
  const version = reader.u8();
  if (version !== 2 && version !== 3) {
    throw reader.corrupt(`version ${version} where 2 or 3 must stand`);
  }
  const offsetSize = readFieldSize(reader, "size of offsets");
  const lengthSize = readFieldSize(reader, "size of lengths");
  const context: FormatContext = { ...DEFAULT_CONTEXT, offsetSize, lengthSize, addressSpace };
  const flags = checkFlags(reader, reader.u8());
  const baseAddress = reader.definedOffset(context, "base address");
  const extensionAddress = reader.offset(context);
  const endOfFile = reader.definedOffset(context, "end of file address");
  const rootAddress = reader.offset(context);
  readChecksum(reader, start);
  return {
    version,
    offsetSize,
    lengthSize,
    groupLeafK: DEFAULT_CONTEXT.groupLeafK,
    groupInternalK: DEFAULT_CONTEXT.groupInternalK,
    chunkK: DEFAULT_CONTEXT.chunkK,
    flags,
    baseAddress,
    extensionAddress,
    endOfFile,
    driverInfoAddress: null,
    rootAddress,
    rootEntry: null,
  };
}

/** Writes a version 2 or 3 superblock with its checksum. File Format Specification, section II.A. */
export function encodeV2(value: Superblock, writer: Writer): void {
  const context: FormatContext = { ...DEFAULT_CONTEXT, offsetSize: value.offsetSize, lengthSize: value.lengthSize };
  const start = writer.position;
  writer.bytes(HDF5_SIGNATURE);
  writer.u8(value.version);
  writer.u8(value.offsetSize);
  writer.u8(value.lengthSize);
  writer.u8(value.flags);
  writer.offset(value.baseAddress, context);
  writer.offset(value.extensionAddress, context);
  writer.offset(value.endOfFile, context);
  writer.offset(value.rootAddress, context);
  writeChecksum(writer, start);
}
