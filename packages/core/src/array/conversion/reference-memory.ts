import { FormatError, HdfiveError, type ReferenceType } from "@hdfive/format";
import { describe } from "../describe-value.js";
import { ObjectReference } from "../object-reference.js";
import { writeUint } from "./heap-id.js";
import type { MemoryType } from "./memory-type.js";
import { regionMemory } from "./region-memory.js";
import { revisedMemory } from "./revised-reference-memory.js";
import { type AddressFields, readAddress } from "./stored-address.js";

/** Memory of references (IV.A.2.d, class 7): an `ObjectReference`, `RegionReference` or `AttributeReference` per element. */
export function referenceMemory(datatype: ReferenceType): MemoryType {
  switch (datatype.kind) {
    case "object":
      return objectMemory(datatype);
    case "region":
      return regionMemory(datatype);
    default:
      return revisedMemory(datatype);
  }
}

/** Memory of references to objects of before HDF5 1.12 (X.C): the address is the element. */
function objectMemory(datatype: ReferenceType): MemoryType {
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
    decode(bytes, byteOffset, count, into, at, { addressSpace }) {
      const references = into as ObjectReference[];
      const fields = { offsetSize: size, addressSpace };
      for (let i = 0; i < count; i++) {
        references[at + i] = decodeOne(bytes, byteOffset + i * size, fields);
      }
    },
    encode(from, at, count, bytes, byteOffset) {
      const values = from as ArrayLike<unknown>;
      for (let i = 0; i < count; i++) {
        const value = values[at + i];
        if (!(value instanceof ObjectReference) && value !== null) {
          throw new HdfiveError("INVALID_ARGUMENT", `${describe(value)} is no reference to an ${kind}`);
        }
        requireSameFile(value);
        writeUint(bytes, byteOffset + i * size, size, value === null ? 0 : value.address);
      }
    },
  };
}

function isUndefined(bytes: Uint8Array, at: number, size: number): boolean {
  for (let i = 0; i < size; i++) {
    if (bytes[at + i] !== 0xff) {
      return false;
    }
  }
  return true;
}

function decodeOne(bytes: Uint8Array, at: number, fields: AddressFields): ObjectReference {
  const address = isUndefined(bytes, at, fields.offsetSize) ? 0 : readAddress(bytes, at, fields);
  // A null reference is stored as zeros; some writers store the undefined address, all bits set.
  if (address === 0) {
    return ObjectReference.NULL;
  }
  if (!Number.isSafeInteger(address)) {
    throw new FormatError("object reference", `the address ${address} is past 2^53`);
  }
  return new ObjectReference(address);
}

function requireSameFile(reference: ObjectReference | null): void {
  if (reference !== null && reference.fileName !== null) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `A reference into ${reference.fileName} does not fit here: only references of HDF5 1.12 lead to other files`,
    );
  }
}
