import { HdfiveError, type OpaqueType, type TimeType } from "@hdfive/format";
import { describe } from "../describe-value.js";
import type { MemoryType } from "./memory-type.js";

/** Memory of elements of any datatype whose bytes are asked for: nothing is interpreted, heap IDs and addresses neither. */
export function rawMemory(bytes: OpaqueType): MemoryType {
  return opaqueMemory(bytes);
}

/**
 * Memory of opaque bytes and of times (IV.A.2.d, classes 5 and 2): a `Uint8Array` per element, its bytes as stored.
 *
 * A write also takes one `Uint8Array` with the bytes of all elements.
 */
export function opaqueMemory(datatype: OpaqueType | TimeType): MemoryType {
  const { size } = datatype;
  return {
    datatype,
    memoryDatatype: datatype,
    innerShape: [],
    native: false,
    bytesPerElement: 0,
    needsHeap: false,
    asFileBytes: (from) => (from instanceof Uint8Array ? from : null),
    allocate: (count) => Array.from({ length: count }, () => new Uint8Array(size)),
    decode(bytes, byteOffset, count, into, at) {
      const values = into as Uint8Array[];
      for (let i = 0; i < count; i++) {
        values[at + i] = bytes.slice(byteOffset + i * size, byteOffset + (i + 1) * size);
      }
    },
    encode(from, at, count, bytes, byteOffset) {
      if (from instanceof Uint8Array) {
        bytes.set(from.subarray(at * size, (at + count) * size), byteOffset);
        return;
      }
      const values = from as ArrayLike<unknown>;
      for (let i = 0; i < count; i++) {
        const value = values[at + i];
        if (!(value instanceof Uint8Array)) {
          throw new HdfiveError(
            "INVALID_ARGUMENT",
            `${describe(value)} is no value of ${datatype.class}; give a Uint8Array`,
          );
        }
        if (value.length !== size) {
          throw new HdfiveError("OUT_OF_RANGE", `${value.length} bytes for an element of ${size} bytes`);
        }
        bytes.set(value, byteOffset + i * size);
      }
    },
  };
}
