import {
  type DtypeLike,
  elementCount,
  type FieldNames,
  hasHeapData,
  memoryType,
  NdArray,
  type Scalar,
} from "../array/index.js";
import { type AttributeRecord, listAttributes } from "../engine/object-header/attributes.js";
import type { Tx } from "../engine/transaction/tx.js";
import { ownedObjects } from "../pipeline/heap-objects.js";
import { heapReader, prefetchHeap } from "../pipeline/sink.js";
import { freeHeapObjects } from "../pipeline/write-source.js";

/** A value of an attribute: one value for a scalar, an array otherwise, `null` for a null dataspace. */
export type AttributeValue = Scalar | NdArray | null;

/** As h5py lists them: by creation where it is kept, else by the names' code units. */
export function sortedAttributes(tx: Tx, address: number): AttributeRecord[] {
  const byName = (a: AttributeRecord, b: AttributeRecord): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const byCreation = (a: AttributeRecord, b: AttributeRecord): number =>
    (a.creationOrder ?? 0) - (b.creationOrder ?? 0);
  const records = listAttributes(tx, address);
  return records.sort(records.every(({ creationOrder }) => creationOrder !== null) ? byCreation : byName);
}

/** The value of an attribute: one JavaScript value for a scalar, an array otherwise, `null` for a null dataspace. */
export function attributeValue(tx: Tx, record: AttributeRecord): AttributeValue {
  const values = attributeArray(tx, record);
  return values !== null && values.shape.length === 0 ? values.item() : values;
}

/** The value of an attribute as an array, `null` for a null dataspace. */
export function attributeArray(tx: Tx, record: AttributeRecord, as?: DtypeLike, fields?: FieldNames): NdArray | null {
  const { datatype, dataspace, data } = record;
  if (dataspace.type === "null") {
    return null;
  }
  const memory = memoryType(datatype, as, fields);
  const count = elementCount(dataspace.dimensions);
  const into = memory.allocate(count);
  prefetchHeap(tx, memory, data, 0, count);
  memory.decode(data, 0, count, into, 0, heapReader(tx));
  return new NdArray(into, [...dataspace.dimensions, ...memory.innerShape], memory.memoryDatatype);
}

/** Gives back what an attribute holds in global heaps. */
export function freeHeapData(tx: Tx, { datatype, data }: AttributeRecord): void {
  if (!hasHeapData(datatype)) {
    return;
  }
  freeHeapObjects(tx, ownedObjects(tx, datatype, data, 0, data.length / datatype.size));
}
