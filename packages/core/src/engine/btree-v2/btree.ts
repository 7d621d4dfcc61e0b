import {
  type BtreeV2Child,
  type BtreeV2Geometry,
  type BtreeV2Header,
  type BtreeV2Node,
  type BtreeV2Records,
  btreeV2Geometry,
  btreeV2Header,
  btreeV2Node,
  FormatError,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";

/** A version 2 B-tree: where its header is and what its records are. File Format Specification, section III.A.2. */
export interface BtreeV2<R> {
  readonly address: number;
  readonly records: BtreeV2Records<R>;
}

/** A tree whose header has been read. */
export interface OpenBtree<R> extends BtreeV2<R> {
  readonly header: BtreeV2Header;
  readonly geometry: BtreeV2Geometry;
  /** The root as if it were somebody's child; `null` when there is no record. */
  readonly root: BtreeV2Child | null;
}

/** Reads the header of a tree; a `FormatError` unless its records are of the kind and size that the caller knows. */
export function openBtree<R>(tx: Tx, { address, records }: BtreeV2<R>): OpenBtree<R> {
  const header = tx.node(btreeV2Header, address);
  const recordSize = records.recordSize(tx.context);
  if (header.type !== records.type || header.recordSize !== recordSize) {
    const found = `${header.recordSize} bytes of type ${header.type}`;
    throw new FormatError(
      btreeV2Header.name,
      `records of ${found} where ${recordSize} of type ${records.type} must stand`,
      { address },
    );
  }
  // Without this a few nodes that point to each other again and again could pose as a tree without an end.
  const { storage, allocator } = tx.state;
  if (header.totalRecordCount * recordSize > Math.max(storage.size, allocator.endOfFile)) {
    throw new FormatError(btreeV2Header.name, `${header.totalRecordCount} records do not fit the file`, { address });
  }
  const geometry = btreeV2Geometry(header, tx.context, address);
  const { rootAddress, rootRecordCount, totalRecordCount, depth } = header;
  if (rootAddress === null) {
    if (totalRecordCount > 0) {
      throw new FormatError(btreeV2Header.name, `${totalRecordCount} records and no root`, { address });
    }
    return { address, records, header, geometry, root: null };
  }
  if (depth === 0 && totalRecordCount !== rootRecordCount) {
    const counts = `${totalRecordCount} records in all and ${rootRecordCount} in the one leaf`;
    throw new FormatError(btreeV2Header.name, counts, { address });
  }
  const root = { address: rootAddress, recordCount: rootRecordCount, totalRecordCount };
  // libhdf5 gives back the root of a tree that has become empty; one that stays is no harm.
  return { address, records, header, geometry, root: totalRecordCount === 0 ? null : root };
}

/** A node at a level, which must hold what its parent says: so counts can be relied on, and no descent goes in a circle. */
export function readBtreeNode<R>(tx: Tx, tree: OpenBtree<R>, child: BtreeV2Child, level: number): BtreeV2Node<R> {
  const { address, recordCount, totalRecordCount } = child;
  if (recordCount === 0) {
    throw new FormatError(btreeV2Header.name, "a node has no records", { address });
  }
  const codec = btreeV2Node(tree.records, tree.geometry, { level, recordCount });
  const node = tx.node(codec, address);
  // It may have been decoded for another parent, or another tree.
  if (
    node.level !== level ||
    node.recordSize !== tree.geometry.recordSize ||
    node.records.length !== recordCount ||
    (level > 0 && node.children.length !== recordCount + 1)
  ) {
    throw new FormatError(codec.name, "it belongs in another place than the one that points to it", { address });
  }
  const below = node.children.reduce((sum, inner) => sum + inner.totalRecordCount, recordCount);
  if (below !== totalRecordCount) {
    throw new FormatError(codec.name, `${below} records where its parent counts ${totalRecordCount}`, { address });
  }
  return node;
}

/** Makes nodes of one level resident at once. */
export function wantBtreeNodes<R>(tx: Tx, tree: OpenBtree<R>, children: readonly BtreeV2Child[], level: number): void {
  if (children.length < 2) {
    return;
  }
  const most = tree.geometry.levels[level]?.maxRecords ?? 0;
  const recordCount = Math.min(
    most,
    children.reduce((largest, child) => Math.max(largest, child.recordCount), 0),
  );
  tx.wantNodes(
    btreeV2Node(tree.records, tree.geometry, { level, recordCount }),
    children.map(({ address }) => address),
  );
}

/** How many records the tree holds, as its header says. */
export function countRecords<R>(tx: Tx, tree: BtreeV2<R>): number {
  return openBtree(tx, tree).header.totalRecordCount;
}
