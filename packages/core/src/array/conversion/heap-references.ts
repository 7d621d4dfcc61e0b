import { type Datatype, FormatError } from "@hdfive/format";
import { memberType } from "../dtype/datatypes-equal.js";
import { elementCount } from "../shape.js";
import { readHeapId } from "./heap-id.js";
import type { HeapReader } from "./memory-type.js";

/**
 * Finds the heap objects that elements point to, so that they can be fetched before `decode`.
 *
 * Objects inside objects (sequences of strings) are found only with `loaded`, a reader on the objects fetched so far:
 * fetch, then look again, until nothing new is emitted.
 */
export function heapReferences(
  datatype: Datatype,
  bytes: Uint8Array,
  byteOffset: number,
  count: number,
  offsetSize: number,
  emit: (collectionAddress: number, index: number) => void,
  loaded?: HeapReader,
): void {
  if (!hasHeapData(datatype)) {
    return;
  }
  for (let i = 0; i < count; i++) {
    visit(datatype, bytes, byteOffset + i * datatype.size, offsetSize, emit, loaded);
  }
}

/** True when elements keep something in the global heap: variable-length data, at any depth. */
export function hasHeapData(datatype: Datatype): boolean {
  switch (datatype.class) {
    case "variable-length":
      return true;
    case "array":
      return hasHeapData(datatype.base);
    case "compound":
      return datatype.members.some((member) => hasHeapData(member.datatype));
    default:
      return false;
  }
}

function visit(
  datatype: Datatype,
  bytes: Uint8Array,
  at: number,
  offsetSize: number,
  emit: (collectionAddress: number, index: number) => void,
  loaded: HeapReader | undefined,
): void {
  switch (datatype.class) {
    case "array":
      heapReferences(datatype.base, bytes, at, elementCount(datatype.dimensions), offsetSize, emit, loaded);
      return;
    case "compound":
      for (const member of datatype.members) {
        heapReferences(memberType(member), bytes, at + member.byteOffset, 1, offsetSize, emit, loaded);
      }
      return;
    case "variable-length": {
      const id = readHeapId(bytes, at, offsetSize, datatype);
      if (id.count === 0) {
        return;
      }
      emit(id.collectionAddress, id.index);
      if (loaded !== undefined && hasHeapData(datatype.base)) {
        const object = loaded.get(id.collectionAddress, id.index);
        if (id.count * datatype.base.size > object.length) {
          throw new FormatError(
            "variable-length data",
            `${id.count} elements in a heap object of ${object.length} bytes`,
          );
        }
        heapReferences(datatype.base, object, 0, id.count, offsetSize, emit, loaded);
      }
    }
  }
}
