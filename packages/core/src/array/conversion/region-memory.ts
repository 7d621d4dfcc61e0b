import {
  FormatError,
  type GlobalHeapId,
  globalHeapId,
  HdfiveError,
  Reader,
  type ReferenceType,
  selectionForm,
  storedRegion,
  Writer,
} from "@hdfive/format";
import { describe } from "../describe-value.js";
import { RegionReference } from "../region-reference.js";
import { writeUint } from "./heap-id.js";
import type { HeapReader, MemoryType } from "./memory-type.js";
import { referenceContext } from "./reference-context.js";
import type { AddressFields } from "./stored-address.js";

/** Memory of references to regions of before HDF5 1.12 (X.C): elements are IDs of objects in the global heap. */
export function regionMemory(datatype: ReferenceType): MemoryType {
  return {
    datatype,
    memoryDatatype: datatype,
    innerShape: [],
    native: false,
    bytesPerElement: 0,
    needsHeap: true,
    asFileBytes: () => null,
    allocate: (count) => new Array<RegionReference>(count).fill(RegionReference.NULL),
    decode(bytes, byteOffset, count, into, at, heap) {
      const references = into as RegionReference[];
      for (let i = 0; i < count; i++) {
        references[at + i] = decodeRegion(datatype, bytes, byteOffset + i * datatype.size, heap);
      }
    },
    encode(from, at, count, bytes, byteOffset, heap) {
      const values = from as ArrayLike<unknown>;
      for (let i = 0; i < count; i++) {
        const value = values[at + i];
        if (!(value instanceof RegionReference) && value !== null) {
          throw new HdfiveError("INVALID_ARGUMENT", `${describe(value)} is no reference to a region`);
        }
        if (value !== null && value.fileName !== null) {
          throw new HdfiveError("INVALID_ARGUMENT", `A reference into ${value.fileName} does not fit here`);
        }
        const start = byteOffset + i * datatype.size;
        bytes.fill(0, start, start + datatype.size);
        if (value !== null && !value.isNull) {
          const context = referenceContext(heap);
          const region = { address: value.address, stored: selectionForm(value.selection, heap.libver ?? "earliest") };
          const writer = new Writer(storedRegion.sizeOf(region, context), storedRegion.name);
          storedRegion.encode(region, writer, context);
          const { collectionAddress, index } = heap.put(writer.finish());
          writeUint(bytes, start, heap.offsetSize, collectionAddress);
          writeUint(bytes, start + heap.offsetSize, 4, index);
        }
      }
    },
  };
}

/** Where the global heap has the region of an element; `null` for a reference to nothing. */
export function regionHeapId(
  { size }: ReferenceType,
  bytes: Uint8Array,
  at: number,
  fields: AddressFields,
): GlobalHeapId | null {
  const { offsetSize } = fields;
  if (size < offsetSize + 4) {
    throw new FormatError("region reference", `elements of ${size} bytes in a file with addresses of ${offsetSize}`);
  }
  const id = globalHeapId.decode(
    new Reader(bytes.subarray(at, at + size), storedRegion.name),
    referenceContext(fields),
  );
  return id.collectionAddress === 0 ? null : id;
}

function decodeRegion(datatype: ReferenceType, bytes: Uint8Array, at: number, heap: HeapReader): RegionReference {
  const id = regionHeapId(datatype, bytes, at, heap);
  if (id === null) {
    return RegionReference.NULL;
  }
  const object = heap.get(id.collectionAddress, id.index);
  const context = referenceContext(heap);
  const { address, stored } = storedRegion.decode(new Reader(object, storedRegion.name), context);
  return address === null || address === 0 ? RegionReference.NULL : new RegionReference(address, stored.selection);
}
