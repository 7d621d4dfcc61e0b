import type { Datatype, Libver } from "@hdfive/format";
import type { MemoryArray, UserArray } from "../ndarray.js";
import type { AddressFields } from "./stored-address.js";

/** Where variable-length data comes from: objects of global heap collections that are already in memory. */
export interface HeapReader extends AddressFields {
  /** The bytes of one heap object. */
  get(collectionAddress: number, index: number): Uint8Array;
}

/** Where variable-length data goes: puts an object in the global heap and says where it stands. */
export interface HeapWriter {
  /** Bytes of an address in this file ("size of offsets"). */
  readonly offsetSize: number;
  /** The oldest library that has to understand what is stored; `"earliest"` by default. */
  readonly libver?: Libver | undefined;
  /** Stores the bytes as one heap object. */
  put(bytes: Uint8Array): { readonly collectionAddress: number; readonly index: number };
}

/**
 * How elements of one datatype lie in a file, how they lie in memory, and the way between the two.
 *
 * Counts and positions are elements of the file's datatype: an array datatype of 3 numbers has 3 memory numbers for one
 * element, and `into` and `from` are then three times as long.
 */
export interface MemoryType {
  /** Datatype of the bytes. */
  readonly datatype: Datatype;
  /** Datatype of one value in memory: that of the file or what was asked for, an array datatype's elements for an array. */
  readonly memoryDatatype: Datatype;
  /** Dimensions that an array datatype appends to the shape; empty for every other class. */
  readonly innerShape: readonly number[];
  /** True when the file's bytes are the memory's bytes on this machine, element by element. */
  readonly native: boolean;
  /** Bytes of an element in memory when memory is one typed array, else 0. */
  readonly bytesPerElement: number;
  /** True when decoding or encoding needs the global heap. */
  readonly needsHeap: boolean;
  /** The bytes of `from` when they are the file's bytes already, so that they can be copied as they are; else `null`. */
  asFileBytes(from: UserArray): Uint8Array | null;
  /** Memory for `count` elements: zeros, empty strings, empty sequences, null references. */
  allocate(count: number): MemoryArray;
  /** Converts `count` packed elements from `bytes[byteOffset …]` to `into[at …]`. */
  decode(bytes: Uint8Array, byteOffset: number, count: number, into: MemoryArray, at: number, heap: HeapReader): void;
  /** Converts `count` elements of `from[at …]` to packed elements at `bytes[byteOffset …]`; throws for values that do not fit. */
  encode(from: UserArray, at: number, count: number, bytes: Uint8Array, byteOffset: number, heap: HeapWriter): void;
}

/** Finds the memory type of a datatype; classes that nest are given one, so that no file needs the table of all classes. */
export type ResolveMemoryType = (datatype: Datatype) => MemoryType;
