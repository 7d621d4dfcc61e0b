import { FormatError, HdfiveError, type ReferenceType, UnsupportedError } from "@hdfive/format";
import { describe } from "../describe-value.js";
import { ObjectReference } from "../object-reference.js";
import { readUint, writeUint } from "./heap-id.js";
import type { MemoryType } from "./memory-type.js";

/**
 * Memory of references (IV.A.2.d, class 7): an `ObjectReference` per element.
 *
 * Only references to objects are converted; the others have a layout and throw when it comes to values.
 */
export function referenceMemory(datatype: ReferenceType): MemoryType {
  const { size, kind } = datatype;
  return {
    datatype,
    memoryDatatype: datatype,
    innerShape: [],
    native: false,
    bytesPerElement: 0,
    needsHeap: false,
    asFileBytes: () => null,
    allocate: (count) => new Array<ObjectReference>(count).fill(ObjectReference.NULL),
    decode(bytes, byteOffset, count, into, at) {
      requireObject(datatype);
      const references = into as ObjectReference[];
      for (let i = 0; i < count; i++) {
        references[at + i] = decodeOne(bytes, byteOffset + i * size, size);
      }
    },
    encode(from, at, count, bytes, byteOffset) {
      requireObject(datatype);
      const values = from as ArrayLike<unknown>;
      for (let i = 0; i < count; i++) {
        const value = values[at + i];
        if (!(value instanceof ObjectReference) && value !== null) {
          throw new HdfiveError("INVALID_ARGUMENT", `${describe(value)} is no reference to an ${kind}`);
        }
        writeUint(bytes, byteOffset + i * size, size, value === null ? 0 : value.address);
      }
    },
  };
}

function decodeOne(bytes: Uint8Array, at: number, size: number): ObjectReference {
  const address = readUint(bytes, at, size);
  // A null reference is stored as zeros; some writers store the undefined address, all bits set.
  if (address === 0 || address === 256 ** size - 1 || address === 2 ** 64) {
    return ObjectReference.NULL;
  }
  if (!Number.isSafeInteger(address)) {
    throw new FormatError("object reference", `the address ${address} is past 2^53`);
  }
  return new ObjectReference(address);
}

function requireObject({ kind }: ReferenceType): void {
  if (kind !== "object") {
    throw new UnsupportedError("reference", `references of kind "${kind}" are not converted yet`);
  }
}
