import { FormatError, type VariableLengthType } from "@hdfive/format";
import { type AddressFields, readAddress, readUint } from "./stored-address.js";

/** An element of variable-length data as stored: how many elements, and the global heap object that holds them (IV.A.2.d). */
export interface HeapId {
  readonly count: number;
  readonly collectionAddress: number;
  readonly index: number;
}

/** Reads one; `count` is 0 for null and empty elements, whatever the rest says. */
export function readHeapId(bytes: Uint8Array, at: number, fields: AddressFields, datatype: VariableLengthType): HeapId {
  const { offsetSize } = fields;
  if (datatype.size !== 8 + offsetSize) {
    throw new FormatError(
      "variable-length data",
      `elements of ${datatype.size} bytes in a file with addresses of ${offsetSize}`,
    );
  }
  if (at + datatype.size > bytes.length) {
    throw new FormatError("variable-length data", `an element at byte ${at} of ${bytes.length} is cut off`);
  }
  const count = readUint(bytes, at, 4);
  const collectionAddress = count === 0 ? 0 : readAddress(bytes, at + 4, fields);
  if (!Number.isSafeInteger(collectionAddress)) {
    throw new FormatError("variable-length data", `the heap address of the element at byte ${at} is past 2^53`);
  }
  return { count, collectionAddress, index: readUint(bytes, at + 4 + offsetSize, 4) };
}

/** Writes one into bytes that may hold an older one. */
export function writeHeapId(id: HeapId, bytes: Uint8Array, at: number, offsetSize: number): void {
  writeUint(bytes, at, 4, id.count);
  writeUint(bytes, at + 4, offsetSize, id.collectionAddress);
  writeUint(bytes, at + 4 + offsetSize, 4, id.index);
}

/** Writes a little-endian unsigned number of up to 8 bytes. */
export function writeUint(bytes: Uint8Array, at: number, size: number, value: number): void {
  let rest = value;
  for (let i = 0; i < size; i++) {
    bytes[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
