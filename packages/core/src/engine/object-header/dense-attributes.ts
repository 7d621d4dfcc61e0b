import {
  type Attribute,
  type AttributeInfo,
  type AttributeNameRecord,
  attributeMessage,
  attributeNameRecords,
  encodeText,
  FormatError,
  lookup3,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  Reader,
} from "@hdfive/format";
import { type BtreeV2, countRecords } from "../btree-v2/btree.js";
import { findRecord } from "../btree-v2/find.js";
import { listRecords } from "../btree-v2/list.js";
import { openFractalHeap } from "../heaps/fractal-heap.js";
import { compareBytes } from "../heaps/local-heap.js";
import type { Tx } from "../transaction/tx.js";
import { type AttributeRecord, attributeRecord } from "./attribute-record.js";
import { nameSpellings } from "./name-spellings.js";
import { readSharedMessages } from "./shared-heap.js";

/** Where the attributes of an object are that its header has no room for. File Format Specification, section IV.A.2.v. */
export interface DenseAttributes extends AttributeInfo {
  readonly heapAddress: number;
}

/** The attribute of a name, or `null`. File Format Specification, section IV.A.2.v. */
export function findDense(tx: Tx, address: number, dense: DenseAttributes, name: string): AttributeRecord | null {
  const found = findDenseRecord(tx, address, dense, name);
  const [attribute] = found === null ? [] : denseMessages(tx, dense, [found]);
  return found === null || attribute === undefined
    ? null
    : attributeRecord(tx, attribute, creationOrder(dense, found), address);
}

/**
 * What the index of names has of an attribute, or `null`: the hash of the name leads to it, and names are compared where
 * hashes are equal. File Format Specification, section III.A.2, type 8.
 */
export function findDenseRecord(
  tx: Tx,
  address: number,
  dense: DenseAttributes,
  name: string,
): AttributeNameRecord | null {
  for (const sought of nameSpellings(name)) {
    const found = findRecord(tx, nameIndex(dense, address), compareByName(tx, dense, name, lookup3(sought)));
    if (found !== null) {
      return found;
    }
  }
  return null;
}

/** Where the attribute of a name stands to others: by the hash of the name, and by the name where hashes are equal. */
export function compareByName(
  tx: Tx,
  dense: DenseAttributes,
  name: string,
  hash: number,
): (record: AttributeNameRecord) => number {
  return (record) =>
    hash - record.hash || compareNames(name, (denseMessages(tx, dense, [record])[0] as Attribute).name);
}

/** All attributes, in the order of the hashes of their names. File Format Specification, section IV.A.2.v. */
export function listDense(tx: Tx, address: number, dense: DenseAttributes): AttributeRecord[] {
  const index = nameIndex(dense, address);
  const records = listRecords(tx, index, 0, countRecords(tx, index));
  return denseMessages(tx, dense, records).map((attribute, i) =>
    attributeRecord(tx, attribute, creationOrder(dense, records[i] as AttributeNameRecord), address),
  );
}

/** The messages of all attributes. File Format Specification, section IV.A.2.v. */
export function listDenseMessages(tx: Tx, address: number, dense: DenseAttributes): Attribute[] {
  const index = nameIndex(dense, address);
  return denseMessages(tx, dense, listRecords(tx, index, 0, countRecords(tx, index)));
}

function compareNames(a: string, b: string): number {
  return a === b ? 0 : compareBytes(encodeText(a), encodeText(b));
}

/** The index of the names of attributes. File Format Specification, section IV.A.2.v. */
export function nameIndex({ nameIndexAddress }: DenseAttributes, address: number): BtreeV2<AttributeNameRecord> {
  if (nameIndexAddress === null) {
    throw new FormatError("attribute-info", "attributes are in a heap and no B-tree finds them", { address });
  }
  return { address: nameIndexAddress, records: attributeNameRecords };
}

function creationOrder({ trackCreationOrder }: DenseAttributes, record: AttributeNameRecord): number | null {
  return trackCreationOrder ? record.creationOrder : null;
}

/**
 * The messages that records lead to, each in the object's own heap or in that of shared messages.
 * File Format Specification, section IV.A.2.v.
 */
export function denseMessages(tx: Tx, dense: DenseAttributes, records: readonly AttributeNameRecord[]): Attribute[] {
  const own = records.filter((record) => !isShared(record)).map(({ heapId }) => heapId);
  const shared = records.filter(isShared).map(({ heapId }) => heapId);
  const here = openFractalHeap(tx, dense.heapAddress).readAll(own).values();
  const elsewhere = readSharedMessages(tx, MESSAGE_IDS.attribute, shared).values();
  return records.map((record) => {
    const bytes = (isShared(record) ? elsewhere : here).next().value as Uint8Array;
    return attributeMessage.decode(new Reader(bytes, attributeMessage.name), tx.context);
  });
}

/** Whether an attribute stands in the heap of shared messages. File Format Specification, section III.A.2, type 8. */
export function isShared({ messageFlags }: AttributeNameRecord): boolean {
  return (messageFlags & MESSAGE_FLAGS.shared) !== 0;
}
