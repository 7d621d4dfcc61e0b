import {
  type AttributeNameRecord,
  attributeMessage,
  attributeNameRecords,
  attributeOrderRecords,
  encodeText,
  FormatError,
  lookup3,
  Reader,
  UnsupportedError,
} from "@hdfive/format";
import { countRecords } from "../btree-v2/btree.js";
import { createBtree, freeBtree } from "../btree-v2/edit.js";
import { upsertRecord } from "../btree-v2/insert.js";
import { listRecords } from "../btree-v2/list.js";
import { removeRecord } from "../btree-v2/remove.js";
import { openFractalHeap } from "../heaps/fractal-heap.js";
import { createHeap, insertHeapObject, removeHeapObject, replaceHeapObject } from "../heaps/fractal-heap-edit.js";
import { deleteHeap } from "../heaps/fractal-heap-shrink.js";
import type { Tx } from "../transaction/tx.js";
import { compareByName, type DenseAttributes, isShared, nameIndex } from "./dense-attributes.js";

/** An attribute message as it stands in a heap, and its creation order, `null` where the object does not keep it. */
export interface EncodedAttribute {
  readonly bytes: Uint8Array;
  readonly creationOrder: number | null;
}

/** Bytes of a node of the indexes of attributes, as libhdf5 makes them. */
const NODE_SIZE = 512;
/** What the indexes have for the creation order of an attribute of an object that does not keep it. */
const NO_ORDER = 0xffff;

/** Makes a heap for attributes with an index of names, and one of creation order where it is to be. Section IV.A.2.v. */
export function createDense(
  tx: Tx,
  isIndexed: boolean,
): Pick<DenseAttributes, "heapAddress" | "nameIndexAddress" | "creationIndexAddress"> {
  return {
    heapAddress: createHeap(tx, "attributes"),
    nameIndexAddress: createBtree(tx, attributeNameRecords, { nodeSize: NODE_SIZE }),
    creationIndexAddress: isIndexed ? createBtree(tx, attributeOrderRecords, { nodeSize: NODE_SIZE }) : null,
  };
}

/** Adds an attribute; its name must be free. File Format Specification, section IV.A.2.v. */
export function insertDense(tx: Tx, address: number, dense: DenseAttributes, attribute: EncodedAttribute): void {
  const heapId = insertHeapObject(tx, dense.heapAddress, attribute.bytes);
  const { name } = attributeMessage.decode(new Reader(attribute.bytes, attributeMessage.name), tx.context);
  const hash = lookup3(encodeText(name));
  const creationOrder = attribute.creationOrder ?? NO_ORDER;
  putRecord(tx, address, dense, name, { heapId, messageFlags: 0, creationOrder, hash });
}

function putRecord(tx: Tx, address: number, dense: DenseAttributes, name: string, record: AttributeNameRecord): void {
  upsertRecord(tx, nameIndex(dense, address), record, compareByName(tx, dense, name, record.hash));
  if (dense.creationIndexAddress !== null) {
    const { hash: _, ...ordered } = record;
    const tree = { address: dense.creationIndexAddress, records: attributeOrderRecords };
    upsertRecord(tx, tree, ordered, (other) => record.creationOrder - other.creationOrder);
  }
}

/** Puts another message of the same name in the place of an attribute's. File Format Specification, section IV.A.2.v. */
export function replaceDense(
  tx: Tx,
  address: number,
  dense: DenseAttributes,
  record: AttributeNameRecord,
  bytes: Uint8Array,
): void {
  requireOwn(record, address);
  const { name } = attributeMessage.decode(new Reader(bytes, attributeMessage.name), tx.context);
  const heapId = replaceHeapObject(tx, dense.heapAddress, record.heapId, bytes);
  if (heapId !== record.heapId) {
    // The index has the object where it was, and names are compared there no more: records are told apart by their ids.
    replaceRecord(tx, address, dense, name, record, heapId);
  }
}

function replaceRecord(
  tx: Tx,
  address: number,
  dense: DenseAttributes,
  name: string,
  record: AttributeNameRecord,
  heapId: Uint8Array,
): void {
  const after = { ...record, heapId };
  const byName = compareByName(tx, dense, name, record.hash);
  const same = (other: AttributeNameRecord): boolean => other.heapId.every((byte, i) => byte === record.heapId[i]);
  upsertRecord(tx, nameIndex(dense, address), after, (other) =>
    record.hash === other.hash && same(other) ? 0 : byName(other),
  );
  if (dense.creationIndexAddress !== null) {
    const { hash: _, ...ordered } = after;
    const tree = { address: dense.creationIndexAddress, records: attributeOrderRecords };
    upsertRecord(tx, tree, ordered, (other) => record.creationOrder - other.creationOrder);
  }
}

/** Takes an attribute out. File Format Specification, section IV.A.2.v. */
export function removeDense(
  tx: Tx,
  address: number,
  dense: DenseAttributes,
  name: string,
  record: AttributeNameRecord,
): void {
  requireOwn(record, address);
  const removed = removeRecord(tx, nameIndex(dense, address), compareByName(tx, dense, name, record.hash));
  if (dense.creationIndexAddress !== null && removed !== null) {
    const tree = { address: dense.creationIndexAddress, records: attributeOrderRecords };
    if (removeRecord(tx, tree, (other) => record.creationOrder - other.creationOrder) === null) {
      throw new FormatError("attribute-info", `the index of creation order has no attribute '${name}'`, { address });
    }
  }
  removeHeapObject(tx, dense.heapAddress, record.heapId);
}

/** How many attributes there are. File Format Specification, section IV.A.2.v. */
export function countDense(tx: Tx, address: number, dense: DenseAttributes): number {
  return countRecords(tx, nameIndex(dense, address));
}

/** All attributes as they are encoded, in the order of their creation where the object keeps it. Section IV.A.2.v. */
export function encodedAttributes(tx: Tx, address: number, dense: DenseAttributes): EncodedAttribute[] {
  const index = nameIndex(dense, address);
  const records = listRecords(tx, index, 0, countRecords(tx, index));
  for (const record of records) {
    requireOwn(record, address);
  }
  const bytes = openFractalHeap(tx, dense.heapAddress).readAll(records.map(({ heapId }) => heapId));
  const attributes = records.map(({ creationOrder }, i) => ({
    bytes: (bytes[i] as Uint8Array).slice(),
    creationOrder: dense.trackCreationOrder ? creationOrder : null,
  }));
  return attributes.sort((a, b) => (a.creationOrder ?? 0) - (b.creationOrder ?? 0));
}

/** Gives back the heap and the indexes of attributes. File Format Specification, section IV.A.2.v. */
export function freeDense(tx: Tx, address: number, dense: DenseAttributes): void {
  freeBtree(tx, nameIndex(dense, address));
  if (dense.creationIndexAddress !== null) {
    freeBtree(tx, { address: dense.creationIndexAddress, records: attributeOrderRecords });
  }
  deleteHeap(tx, dense.heapAddress);
}

/** Refuses attributes that stand in the heap of shared messages, whose users are counted there. */
function requireOwn(record: AttributeNameRecord, address: number): void {
  if (isShared(record)) {
    throw new UnsupportedError("shared attribute", "attributes in the heap of shared messages are read only", {
      address,
    });
  }
}
