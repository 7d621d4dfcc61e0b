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

/** The attribute of a name: the hash of the name leads to it, and names are compared where hashes are equal. */
export function findDense(tx: Tx, address: number, dense: DenseAttributes, name: string): AttributeRecord | null {
  const met = new Map<AttributeNameRecord, Attribute>();
  const read = (record: AttributeNameRecord): Attribute => {
    const attribute = met.get(record) ?? (messages(tx, dense, [record])[0] as Attribute);
    met.set(record, attribute);
    return attribute;
  };
  for (const sought of nameSpellings(name)) {
    const hash = lookup3(sought);
    const compare = (record: AttributeNameRecord): number =>
      hash - record.hash || compareNames(name, read(record).name);
    const found = findRecord(tx, nameIndex(dense, address), compare);
    if (found !== null) {
      return attributeRecord(tx, read(found), creationOrder(dense, found), address);
    }
  }
  return null;
}

/** All attributes, in the order of the hashes of their names. File Format Specification, section IV.A.2.v. */
export function listDense(tx: Tx, address: number, dense: DenseAttributes): AttributeRecord[] {
  const index = nameIndex(dense, address);
  const records = listRecords(tx, index, 0, countRecords(tx, index));
  return messages(tx, dense, records).map((attribute, i) =>
    attributeRecord(tx, attribute, creationOrder(dense, records[i] as AttributeNameRecord), address),
  );
}

function compareNames(a: string, b: string): number {
  return a === b ? 0 : compareBytes(encodeText(a), encodeText(b));
}

function nameIndex({ nameIndexAddress }: DenseAttributes, address: number): BtreeV2<AttributeNameRecord> {
  if (nameIndexAddress === null) {
    throw new FormatError("attribute-info", "attributes are in a heap and no B-tree finds them", { address });
  }
  return { address: nameIndexAddress, records: attributeNameRecords };
}

function creationOrder({ trackCreationOrder }: DenseAttributes, record: AttributeNameRecord): number | null {
  return trackCreationOrder ? record.creationOrder : null;
}

/** The messages that records lead to, each in the object's own heap or in that of shared messages. */
function messages(tx: Tx, dense: DenseAttributes, records: readonly AttributeNameRecord[]): Attribute[] {
  const own = records.filter((record) => !isShared(record)).map(({ heapId }) => heapId);
  const shared = records.filter(isShared).map(({ heapId }) => heapId);
  const here = openFractalHeap(tx, dense.heapAddress).readAll(own).values();
  const elsewhere = readSharedMessages(tx, MESSAGE_IDS.attribute, shared).values();
  return records.map((record) => {
    const bytes = (isShared(record) ? elsewhere : here).next().value as Uint8Array;
    return attributeMessage.decode(new Reader(bytes, attributeMessage.name), tx.context);
  });
}

function isShared({ messageFlags }: AttributeNameRecord): boolean {
  return (messageFlags & MESSAGE_FLAGS.shared) !== 0;
}
