import {
  FormatError,
  type Link,
  type LinkInfo,
  type LinkNameRecord,
  linkMessage,
  linkName,
  linkNameRecords,
  linkOrderRecords,
  lookup3,
  Reader,
} from "@hdfive/format";
import { countRecords } from "../btree-v2/btree.js";
import { createBtree, freeBtree } from "../btree-v2/edit.js";
import { findRecord } from "../btree-v2/find.js";
import { upsertRecord } from "../btree-v2/insert.js";
import { listRecords } from "../btree-v2/list.js";
import { removeRecord } from "../btree-v2/remove.js";
import { openFractalHeap } from "../heaps/fractal-heap.js";
import { createHeap, insertHeapObject, removeHeapObject } from "../heaps/fractal-heap-edit.js";
import { deleteHeap } from "../heaps/fractal-heap-shrink.js";
import { compareBytes } from "../heaps/local-heap.js";
import { encodeMessage, loadHeader } from "../object-header/object-header.js";
import type { Tx } from "../transaction/tx.js";
import { linkInfoOf, linkPhaseChange, MAX_MESSAGE, putCompact, putLinkInfo, takeCompact } from "./compact-links.js";
import { nameIndex } from "./dense-links.js";
import { type DenseGroup, linkOf, type NewLink } from "./group-link.js";

/** Bytes of a node of the indexes of links, as libhdf5 makes them. */
const NODE_SIZE = 512;

/**
 * Moves the links of a group from its header into a fractal heap with an index of their names, and one of their creation
 * order where the group is to keep it. File Format Specification, section IV.A.2.c.
 */
export function makeDense(tx: Tx, headerAddress: number): DenseGroup {
  const links = takeCompact(tx, headerAddress);
  const before = linkInfoOf(tx, headerAddress);
  const heapAddress = createHeap(tx, "links");
  const nameIndexAddress = createBtree(tx, linkNameRecords, { nodeSize: NODE_SIZE });
  const creationIndexAddress = before.indexCreationOrder
    ? createBtree(tx, linkOrderRecords, { nodeSize: NODE_SIZE })
    : null;
  const linkInfo: LinkInfo = { ...before, heapAddress, nameIndexAddress, creationIndexAddress };
  putLinkInfo(tx, headerAddress, linkInfo);
  const group: DenseGroup = { style: "dense", headerAddress, linkInfo };
  for (const bytes of links) {
    insertEncoded(tx, group, decode(tx, bytes), bytes);
  }
  return group;
}

/** Adds a link to a dense group; the name must be free. File Format Specification, section IV.A.2.c. */
export function insertDense(tx: Tx, group: DenseGroup, link: NewLink): void {
  const { headerAddress, linkInfo } = group;
  const creationOrder = linkInfo.trackCreationOrder ? (linkInfo.maxCreationIndex ?? 0) : null;
  const message = linkOf(link, creationOrder);
  insertEncoded(tx, group, message, encodeMessage(tx, linkMessage, message));
  if (creationOrder !== null) {
    putLinkInfo(tx, headerAddress, { ...linkInfo, maxCreationIndex: creationOrder + 1 });
  }
}

function insertEncoded(tx: Tx, group: DenseGroup, link: Link, bytes: Uint8Array): void {
  const heapId = insertHeapObject(tx, heapAddressOf(group), bytes);
  const name = linkName(new Reader(bytes, linkMessage.name));
  const hash = lookup3(name);
  upsertRecord(tx, nameIndex(group), { hash, heapId }, comparison(tx, group, hash, name));
  const { creationIndexAddress } = group.linkInfo;
  if (creationIndexAddress !== null) {
    const creationOrder = link.creationOrder ?? 0;
    const tree = { address: creationIndexAddress, records: linkOrderRecords };
    upsertRecord(tx, tree, { creationOrder, heapId }, (record) => creationOrder - record.creationOrder);
  }
}

/**
 * Takes the link with a name of these bytes out of a dense group, which becomes compact again when few are left; `false`
 * when there is none. Creation orders are not given out again, until the group has no link at all.
 */
export function removeDense(tx: Tx, group: DenseGroup, name: Uint8Array): boolean {
  const hash = lookup3(name);
  const compare = comparison(tx, group, hash, name);
  const record = findRecord(tx, nameIndex(group), compare);
  if (record === null) {
    return false;
  }
  const heapAddress = heapAddressOf(group);
  const { creationOrder } = decode(tx, openFractalHeap(tx, heapAddress).read(record.heapId));
  removeRecord(tx, nameIndex(group), compare);
  const { creationIndexAddress } = group.linkInfo;
  if (creationIndexAddress !== null) {
    const order = creationOrder ?? 0;
    const tree = { address: creationIndexAddress, records: linkOrderRecords };
    if (removeRecord(tx, tree, (other) => order - other.creationOrder) === null) {
      throw new FormatError("link-info", `the index of creation order has no link number ${order}`, {
        address: group.headerAddress,
      });
    }
  }
  removeHeapObject(tx, heapAddress, record.heapId);
  const count = countRecords(tx, nameIndex(group));
  if (count < linkPhaseChange(tx, loadHeader(tx, group.headerAddress)).minDense || count === 0) {
    makeCompact(tx, group, count);
  }
  return true;
}

/** Moves the links of a dense group into its header, when every one of them fits a message. */
function makeCompact(tx: Tx, group: DenseGroup, count: number): void {
  const records = listRecords(tx, nameIndex(group), 0, count);
  const heap = openFractalHeap(tx, heapAddressOf(group));
  const links = heap.readAll(records.map(({ heapId }) => heapId)).map((bytes) => bytes.slice());
  if (links.some(({ length }) => length > MAX_MESSAGE)) {
    return;
  }
  freeDenseLinks(tx, group);
  const { headerAddress, linkInfo } = group;
  putLinkInfo(tx, headerAddress, {
    ...linkInfo,
    maxCreationIndex: linkInfo.trackCreationOrder && count === 0 ? 0 : linkInfo.maxCreationIndex,
    heapAddress: null,
    nameIndexAddress: null,
    creationIndexAddress: null,
  });
  const order = (bytes: Uint8Array): number => decode(tx, bytes).creationOrder ?? 0;
  putCompact(tx, headerAddress, linkInfo.trackCreationOrder ? links.sort((a, b) => order(a) - order(b)) : links);
}

/** Gives back the heap and the indexes of a dense group; what its links lead to is the caller's. Section IV.A.2.c. */
export function freeDenseLinks(tx: Tx, group: DenseGroup): void {
  const { creationIndexAddress } = group.linkInfo;
  freeBtree(tx, nameIndex(group));
  if (creationIndexAddress !== null) {
    freeBtree(tx, { address: creationIndexAddress, records: linkOrderRecords });
  }
  deleteHeap(tx, heapAddressOf(group));
}

function comparison(tx: Tx, group: DenseGroup, hash: number, name: Uint8Array): (record: LinkNameRecord) => number {
  return (record) => hash - record.hash || compareBytes(name, nameOf(tx, group, record));
}

function nameOf(tx: Tx, group: DenseGroup, { heapId }: LinkNameRecord): Uint8Array {
  return linkName(new Reader(openFractalHeap(tx, heapAddressOf(group)).read(heapId), linkMessage.name));
}

function heapAddressOf({ linkInfo, headerAddress }: DenseGroup): number {
  if (linkInfo.heapAddress === null) {
    throw new FormatError("link-info", "a dense group has no heap", { address: headerAddress });
  }
  return linkInfo.heapAddress;
}

function decode(tx: Tx, bytes: Uint8Array): Link {
  return linkMessage.decode(new Reader(bytes, linkMessage.name), tx.context);
}
