import {
  btreeV2Header,
  FormatError,
  type Link,
  type LinkNameRecord,
  linkMessage,
  linkName,
  linkNameRecords,
  linkOrderRecords,
  lookup3,
  Reader,
} from "@hdfive/format";
import { type BtreeV2, countRecords } from "../btree-v2/btree.js";
import { findRecord } from "../btree-v2/find.js";
import { listRecords } from "../btree-v2/list.js";
import { countBefore } from "../btree-v2/rank.js";
import { type HeapReader, openFractalHeap } from "../heaps/fractal-heap.js";
import { compareBytes } from "../heaps/local-heap.js";
import type { Tx } from "../transaction/tx.js";
import { type DenseGroup, type GroupLink, groupLinkOf, type LinkPage, type LinkPosition } from "./group-link.js";
import { type LinkOrder, linksAfter, sortLinks } from "./link-order.js";

/**
 * The link with a name of these bytes, or `null`: the hash of the name leads to it, and names are compared where hashes are
 * equal. File Format Specification, section IV.A.2.c.
 */
export function findDense(tx: Tx, group: DenseGroup, name: Uint8Array): GroupLink | null {
  const hash = lookup3(name);
  const heap = heapOf(tx, group);
  const compare = (record: LinkNameRecord): number =>
    hash - record.hash || compareBytes(name, linkName(new Reader(heap.read(record.heapId), linkMessage.name)));
  const found = findRecord(tx, nameIndex(group), compare);
  return found === null ? null : groupLinkOf(decodeLink(tx, heap.read(found.heapId)));
}

/** Number of links, as the index of their names counts them. */
export function countDense(tx: Tx, group: DenseGroup): number {
  return countRecords(tx, nameIndex(group));
}

/**
 * Links after a position: by creation order where it is tracked, else by name.
 *
 * Their names are indexed by hash: to list them in order, all have to be read and sorted. That is done once, and kept for
 * as long as the header of the index stays the same value. An index of the creation order serves its order as it is.
 */
export function listDense(tx: Tx, group: DenseGroup, after: LinkPosition | null, limit: number): LinkPage {
  const { trackCreationOrder, creationIndexAddress } = group.linkInfo;
  if (trackCreationOrder && creationIndexAddress !== null) {
    return listByIndex(tx, group, creationIndexAddress, typeof after === "number" ? after : null, limit);
  }
  const order = orderOf(tx, group);
  const { page, next } = linksAfter(order, after, limit);
  return { links: page.map((bytes) => groupLinkOf(decodeLink(tx, bytes))), next };
}

function listByIndex(tx: Tx, group: DenseGroup, address: number, after: number | null, limit: number): LinkPage {
  const tree = { address, records: linkOrderRecords };
  const from = after === null ? 0 : countBefore(tx, tree, ({ creationOrder }) => (after < creationOrder ? -1 : 1));
  const records = listRecords(tx, tree, from, limit);
  const heap = heapOf(tx, group);
  const encoded = heap.readAll(records.map(({ heapId }) => heapId));
  const links = encoded.map((bytes) => groupLinkOf(decodeLink(tx, bytes)));
  const hasMore = records.length > 0 && from + records.length < countRecords(tx, tree);
  // The greatest and not the last: records out of order must not make listing go back, and on without end.
  const next = records.reduce((most, { creationOrder }) => Math.max(most, creationOrder), after ?? 0);
  return { links, next: hasMore ? next : null };
}

/** All links of a group in the order in which they are listed. */
function orderOf(tx: Tx, group: DenseGroup): LinkOrder {
  const index = nameIndex(group);
  const header = tx.node(btreeV2Header, index.address);
  const known = tx.state.linkOrders.get(index.address, header) as LinkOrder | undefined;
  if (known !== undefined) {
    return known;
  }
  const heap = heapOf(tx, group);
  const order = sortLinks(tx, group.linkInfo.trackCreationOrder, header.totalRecordCount, (from, limit) =>
    heap.readAll(listRecords(tx, index, from, limit).map(({ heapId }) => heapId)),
  );
  tx.state.linkOrders.set(index.address, header, order, order.byteLength);
  return order;
}

/** The index of the names of a dense group. File Format Specification, section IV.A.2.c. */
export function nameIndex({ linkInfo, headerAddress }: DenseGroup): BtreeV2<LinkNameRecord> {
  if (linkInfo.nameIndexAddress === null) {
    throw new FormatError("link-info", "links are in a heap and no B-tree finds them", { address: headerAddress });
  }
  return { address: linkInfo.nameIndexAddress, records: linkNameRecords };
}

function heapOf(tx: Tx, { linkInfo, headerAddress }: DenseGroup): HeapReader {
  if (linkInfo.heapAddress === null) {
    throw new FormatError("link-info", "a dense group has no heap", { address: headerAddress });
  }
  return openFractalHeap(tx, linkInfo.heapAddress);
}

function decodeLink(tx: Tx, bytes: Uint8Array): Link {
  return linkMessage.decode(new Reader(bytes, linkMessage.name), tx.context);
}
