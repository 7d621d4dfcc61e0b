import { type Datatype, FormatError, type ReferenceType } from "@hdfive/format";
import { memberType } from "../dtype/datatypes-equal.js";
import { elementCount } from "../shape.js";
import { readHeapId } from "./heap-id.js";
import type { HeapReader } from "./memory-type.js";
import { regionHeapId } from "./region-memory.js";
import { referenceElementAt } from "./revised-reference-memory.js";
import type { AddressFields } from "./stored-address.js";

/**
 * Called for a heap object that an element points to. `isOwned` when it is the element's alone: libhdf5 copies references
 * to regions of before HDF5 1.12 byte by byte, so that several may point to one object, which goes with none of them.
 */
export type EmitHeapObject = (collectionAddress: number, index: number, isOwned: boolean) => void;

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
  fields: AddressFields,
  emit: EmitHeapObject,
  loaded?: HeapReader,
): void {
  if (!pointsToHeap(datatype)) {
    return;
  }
  for (let i = 0; i < count; i++) {
    visit(datatype, bytes, byteOffset + i * datatype.size, fields, emit, loaded);
  }
}

/** True when elements keep something of their own in the global heap: variable-length data, at any depth. */
export function hasHeapData(datatype: Datatype): boolean {
  switch (datatype.class) {
    case "variable-length":
      return true;
    case "reference":
      return datatype.kind !== "object" && datatype.kind !== "region";
    case "array":
      return hasHeapData(datatype.base);
    case "compound":
      return datatype.members.some((member) => hasHeapData(member.datatype));
    default:
      return false;
  }
}

/** True when elements may point into the global heap, also to what is not theirs alone. */
export function pointsToHeap(datatype: Datatype): boolean {
  switch (datatype.class) {
    case "variable-length":
      return true;
    case "reference":
      return datatype.kind !== "object";
    case "array":
      return pointsToHeap(datatype.base);
    case "compound":
      return datatype.members.some((member) => pointsToHeap(member.datatype));
    default:
      return false;
  }
}

function visit(
  datatype: Datatype,
  bytes: Uint8Array,
  at: number,
  fields: AddressFields,
  emit: EmitHeapObject,
  loaded: HeapReader | undefined,
): void {
  switch (datatype.class) {
    case "array":
      heapReferences(datatype.base, bytes, at, elementCount(datatype.dimensions), fields, emit, loaded);
      return;
    case "compound":
      for (const member of datatype.members) {
        heapReferences(memberType(member), bytes, at + member.byteOffset, 1, fields, emit, loaded);
      }
      return;
    case "reference":
      visitReference(datatype, bytes, at, fields, emit);
      return;
    case "variable-length": {
      const id = readHeapId(bytes, at, fields, datatype);
      if (id.count === 0) {
        return;
      }
      emit(id.collectionAddress, id.index, true);
      if (loaded !== undefined && pointsToHeap(datatype.base)) {
        const object = loaded.get(id.collectionAddress, id.index);
        if (id.count * datatype.base.size > object.length) {
          throw new FormatError(
            "variable-length data",
            `${id.count} elements in a heap object of ${object.length} bytes`,
          );
        }
        heapReferences(datatype.base, object, 0, id.count, fields, emit, loaded);
      }
    }
  }
}

function visitReference(
  datatype: ReferenceType,
  bytes: Uint8Array,
  at: number,
  fields: AddressFields,
  emit: EmitHeapObject,
): void {
  if (datatype.kind === "region") {
    const id = regionHeapId(datatype, bytes, at, fields);
    if (id !== null) {
      emit(id.collectionAddress, id.index, false);
    }
  } else if (datatype.kind !== "object") {
    const element = referenceElementAt(datatype, bytes, at, fields);
    if (element.storage === "heap") {
      emit(element.id.collectionAddress, element.id.index, true);
    }
  }
}
