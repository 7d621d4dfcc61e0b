import {
  FormatError,
  HdfiveError,
  Reader,
  type ReferenceBody,
  type ReferenceElement,
  type ReferenceType,
  referenceBody,
  referenceElement,
  selectionForm,
  selectionRank,
  Writer,
} from "@hdfive/format";
import { AttributeReference } from "../attribute-reference.js";
import { describe } from "../describe-value.js";
import { ObjectReference } from "../object-reference.js";
import { RegionReference } from "../region-reference.js";
import type { HeapReader, HeapWriter, MemoryType } from "./memory-type.js";
import { referenceContext } from "./reference-context.js";
import type { AddressFields } from "./stored-address.js";

/** Any reference that HDF5 1.12 knows; every element says which it is. */
type AnyReference = ObjectReference | RegionReference | AttributeReference;

/** Memory of references of HDF5 1.12 (X.B): objects of the same file in place, all else in the global heap. */
export function revisedMemory(datatype: ReferenceType): MemoryType {
  return {
    datatype,
    memoryDatatype: datatype,
    innerShape: [],
    native: false,
    bytesPerElement: 0,
    needsHeap: true,
    asFileBytes: () => null,
    allocate: (count) => new Array<AnyReference>(count).fill(ObjectReference.NULL),
    decode(bytes, byteOffset, count, into, at, heap) {
      const references = into as AnyReference[];
      for (let i = 0; i < count; i++) {
        const element = referenceElementAt(datatype, bytes, byteOffset + i * datatype.size, heap);
        references[at + i] = decodeElement(element, heap);
      }
    },
    encode(from, at, count, bytes, byteOffset, heap) {
      const values = from as ArrayLike<unknown>;
      const context = referenceContext(heap);
      for (let i = 0; i < count; i++) {
        const element = encodeElement(values[at + i], heap);
        const writer = new Writer(referenceElement.sizeOf(element, context), referenceElement.name);
        referenceElement.encode(element, writer, context);
        bytes.set(writer.finish(), byteOffset + i * datatype.size);
      }
    },
  };
}

/** An element as stored. */
export function referenceElementAt(
  { size }: ReferenceType,
  bytes: Uint8Array,
  at: number,
  fields: AddressFields,
): ReferenceElement {
  return referenceElement.decode(
    new Reader(bytes.subarray(at, at + size), referenceElement.name),
    referenceContext(fields),
  );
}

function decodeElement(element: ReferenceElement, heap: HeapReader): AnyReference {
  if (element.storage === "null") {
    return ObjectReference.NULL;
  }
  if (element.storage === "inline") {
    return element.address === 0 ? ObjectReference.NULL : new ObjectReference(element.address);
  }
  const { head, id, byteLength } = element;
  const object = heap.get(id.collectionAddress, id.index);
  const codec = referenceBody(head);
  if (byteLength > object.length) {
    throw new FormatError(codec.name, `${byteLength} bytes in a heap object of ${object.length}`, {
      address: id.collectionAddress,
    });
  }
  const reader = new Reader(object.subarray(0, byteLength), codec.name, id.collectionAddress);
  const { token, file, region, attribute } = codec.decode(reader, referenceContext(heap));
  if (token.address === 0) {
    return ObjectReference.NULL;
  }
  if (region !== null) {
    return new RegionReference(token.address, region.stored.selection, file);
  }
  return attribute === null
    ? new ObjectReference(token.address, file)
    : new AttributeReference(token.address, attribute, file);
}

function encodeElement(value: unknown, heap: HeapWriter): ReferenceElement {
  const isReference =
    value instanceof ObjectReference || value instanceof RegionReference || value instanceof AttributeReference;
  if (value === null || (isReference && value.isNull)) {
    return { storage: "null" };
  }
  if (!isReference) {
    throw new HdfiveError("INVALID_ARGUMENT", `${describe(value)} is no reference`);
  }
  const isExternal = value.fileName !== null;
  if (value instanceof ObjectReference && !isExternal) {
    return { storage: "inline", head: { target: "object", isExternal }, address: value.address };
  }
  const target =
    value instanceof RegionReference ? "region" : value instanceof AttributeReference ? "attribute" : "object";
  const codec = referenceBody({ target, isExternal });
  const context = referenceContext(heap);
  const body: ReferenceBody = {
    token: { address: value.address, size: heap.offsetSize },
    file: value.fileName,
    region: value instanceof RegionReference ? storedRegionOf(value, heap) : null,
    attribute: value instanceof AttributeReference ? value.attribute : null,
  };
  const writer = new Writer(codec.sizeOf(body, context), codec.name);
  codec.encode(body, writer, context);
  const bytes = writer.finish();
  return { storage: "heap", head: { target, isExternal }, byteLength: bytes.length, id: heap.put(bytes) };
}

function storedRegionOf({ selection }: RegionReference, { libver }: HeapWriter): NonNullable<ReferenceBody["region"]> {
  const rank = selectionRank(selection);
  if (rank === null) {
    throw new HdfiveError("INVALID_ARGUMENT", `A reference to ${selection.kind} of a dataset needs the dataset's rank`);
  }
  return { rank, stored: selectionForm(selection, libver ?? "earliest") };
}
