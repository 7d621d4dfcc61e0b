import type { AddressSpace } from "./address-space.js";

/** Bytes of an address ("size of offsets") or of a length ("size of lengths") in a file. */
export type FieldSize = 2 | 4 | 8;

/** What the superblock says that every other structure depends on. */
export interface FormatContext {
  /** Size of offsets, in bytes. */
  readonly offsetSize: FieldSize;
  /** Size of lengths, in bytes. */
  readonly lengthSize: FieldSize;
  /** Position of the superblock in the storage, in bytes; every address in the file is relative to it. */
  readonly baseAddress: number;
  /** Group leaf node K: a symbol table node holds up to 2K entries. */
  readonly groupLeafK: number;
  /** Group internal node K: a version 1 group B-tree node holds up to 2K children. */
  readonly groupInternalK: number;
  /** Indexed storage internal node K: a version 1 chunk B-tree node holds up to 2K children. */
  readonly chunkK: number;
  /** Datatypes inside datatypes that are read, the outermost counted; 64 when it is not given. */
  readonly datatypeDepth?: number | undefined;
  /** The parts of the address space, where addresses are not counted as they are stored. */
  readonly addressSpace?: AddressSpace | undefined;
}

/** The context of a file as HDF5 creates it by default. */
export const DEFAULT_CONTEXT: FormatContext = {
  offsetSize: 8,
  lengthSize: 8,
  baseAddress: 0,
  groupLeafK: 4,
  groupInternalK: 16,
  chunkK: 32,
};
