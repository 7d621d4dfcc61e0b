import type { Dataspace } from "@hdfive/format";
import { elementCount, memoryType, type UserArray } from "../array/index.js";
import { findAttribute } from "../engine/object-header/attributes.js";
import { putAttribute, removeAttribute } from "../engine/object-header/attributes-edit.js";
import type { Tx } from "../engine/transaction/tx.js";
import { heapWriter } from "../pipeline/write-source.js";
import { freeHeapData } from "./attribute-value.js";
import { releaseCommitted, type StoredType, useCommitted } from "./committed-type.js";

/** An attribute as it is to be stored. */
export interface AttributeToStore extends StoredType {
  readonly name: string;
  readonly dataspace: Dataspace;
  /** Its elements, flat; `null` for a null dataspace. */
  readonly values: UserArray | null;
  /** Whether it keeps the place of the one that it replaces in the order of creation. */
  readonly keepsOrder?: boolean | undefined;
}

/** Makes an attribute or replaces the one of that name; answers the addresses of committed datatypes that went. */
export function storeAttribute(tx: Tx, address: number, attribute: AttributeToStore): ReadonlySet<number> {
  tx.requireWritable();
  const { name, datatype, committedAddress, dataspace, values, keepsOrder } = attribute;
  const previous = findAttribute(tx, address, name);
  if (previous !== null) {
    freeHeapData(tx, previous);
  }
  const count = values === null ? 0 : elementCount(dataspace.dimensions);
  const data = new Uint8Array(count * datatype.size);
  if (values !== null) {
    memoryType(datatype).encode(values, 0, count, data, 0, heapWriter(tx));
  }
  useCommitted(tx, committedAddress);
  putAttribute(tx, address, { name, datatype, committedAddress, dataspace, data, keepsOrder });
  return releaseCommitted(tx, previous?.committedAddress ?? null);
}

/** Takes an attribute away; answers the addresses of committed datatypes that went. */
export function dropAttribute(tx: Tx, address: number, name: string): ReadonlySet<number> {
  tx.requireWritable();
  const removed = removeAttribute(tx, address, name);
  freeHeapData(tx, removed);
  return releaseCommitted(tx, removed.committedAddress);
}
