import type { FieldSize } from "./context.js";
import { UnsupportedError } from "./errors.js";
import type { Reader } from "./reader.js";
import type { SymbolTableEntry } from "./symbol-table-entry.js";

/** What the superblock of any version says. File Format Specification, section II.A. */
export interface Superblock {
  readonly version: 0 | 1 | 2 | 3;
  readonly offsetSize: FieldSize;
  readonly lengthSize: FieldSize;
  /** Group leaf node K; versions 2 and 3 do not store it and give the default. */
  readonly groupLeafK: number;
  /** Group internal node K; versions 2 and 3 do not store it and give the default. */
  readonly groupInternalK: number;
  /** Indexed storage internal node K; only version 1 stores it, the others give the default. */
  readonly chunkK: number;
  /** Sum of `SUPERBLOCK_FLAGS`. */
  readonly flags: number;
  /** Base address as stored; where the superblock was found is what counts. */
  readonly baseAddress: number;
  /** Address of the superblock extension; in versions 0 and 1, of the free-space info. */
  readonly extensionAddress: number | null;
  /** End of file as stored, which includes the base address. */
  readonly endOfFile: number;
  /** Address of the driver information block; versions 2 and 3 have none. */
  readonly driverInfoAddress: number | null;
  /** Address of the root group's object header. */
  readonly rootAddress: number | null;
  /** Symbol table entry of the root group, in versions 0 and 1; its cache may be stale. */
  readonly rootEntry: SymbolTableEntry | null;
}

/** File consistency flags. File Format Specification, section II.A. */
export const SUPERBLOCK_FLAGS = {
  /** The file is open for writing. */
  writeAccess: 0x01,
  /** The file was verified; never written now. */
  verified: 0x02,
  /** The file is open for single-writer, multiple-reader access. */
  swmrWrite: 0x04,
} as const;

/** The eight bytes that open a superblock. File Format Specification, section II.A. */
export const HDF5_SIGNATURE: Uint8Array = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);

/** Whether the bytes begin with the signature of HDF5. File Format Specification, section II.A. */
export function isSignature(bytes: Uint8Array): boolean {
  return bytes.length >= HDF5_SIGNATURE.length && HDF5_SIGNATURE.every((byte, at) => bytes[at] === byte);
}

/** Reads the signature, or throws a `FormatError`. */
export function readSignature(reader: Reader): void {
  if (!isSignature(reader.bytes(HDF5_SIGNATURE.length))) {
    throw reader.corrupt("the signature of HDF5 is not there");
  }
}

/** Reads "size of offsets" or "size of lengths"; 16 and 32 are allowed by the format, and libhdf5 itself fails on them. */
export function readFieldSize(reader: Reader, field: string): FieldSize {
  const size = reader.u8();
  if (size === 2 || size === 4 || size === 8) {
    return size;
  }
  if (size === 16 || size === 32) {
    throw new UnsupportedError(reader.structure, `${field} is ${size} bytes, of which 8 are the most handled`);
  }
  throw reader.corrupt(`${field} is ${size} bytes`);
}

/** Throws a `FormatError` for consistency flags that no version defines. */
export function checkFlags(reader: Reader, flags: number): number {
  const known = SUPERBLOCK_FLAGS.writeAccess | SUPERBLOCK_FLAGS.verified | SUPERBLOCK_FLAGS.swmrWrite;
  if ((flags & ~known) !== 0) {
    throw reader.corrupt(`consistency flags 0x${flags.toString(16)} have bits that no version defines`);
  }
  return flags;
}
