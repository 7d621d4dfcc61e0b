import {
  type BtreeV2Child,
  type BtreeV2Level,
  type BtreeV2Node,
  type BtreeV2Records,
  btreeV2Geometry,
  btreeV2Header,
  btreeV2Node,
  FormatError,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { type BtreeV2, type OpenBtree, openBtree, readBtreeNode, wantBtreeNodes } from "./btree.js";

/** What a new tree is like. */
export interface BtreeSettings {
  /** Bytes of every node. */
  readonly nodeSize: number;
  /** A node splits when it is this full, in percent; 100 by default, as libhdf5 makes all its trees. */
  readonly splitPercent?: number | undefined;
  /** A node is merged when it is no more than this full, in percent; 40 by default. */
  readonly mergePercent?: number | undefined;
}

/** Makes a tree without records and answers the address of its header. File Format Specification, section III.A.2. */
export function createBtree<R>(tx: Tx, records: BtreeV2Records<R>, settings: BtreeSettings): number {
  const { nodeSize, splitPercent = 100, mergePercent = 40 } = settings;
  const address = tx.alloc(btreeV2Header.prefixSize(tx.context));
  tx.put(btreeV2Header, address, {
    type: records.type,
    nodeSize,
    recordSize: records.recordSize(tx.context),
    depth: 0,
    splitPercent,
    mergePercent,
    rootAddress: null,
    rootRecordCount: 0,
    totalRecordCount: 0,
  });
  return address;
}

/** Gives back the header and every node of a tree; what its records point to is the caller's. */
export function freeBtree<R>(tx: Tx, tree: BtreeV2<R>): void {
  const open = openBtree(tx, tree);
  let children: readonly BtreeV2Child[] = open.root === null ? [] : [open.root];
  for (let level = open.header.depth; level >= 0 && children.length > 0; level--) {
    wantBtreeNodes(tx, open, children, level);
    const below = level === 0 ? [] : children.flatMap((child) => readBtreeNode(tx, open, child, level).children);
    for (const { address } of children) {
      tx.free(address, open.geometry.nodeSize);
    }
    children = below;
  }
  if (open.header.rootAddress !== null && open.root === null) {
    tx.free(open.header.rootAddress, open.geometry.nodeSize);
  }
  tx.free(tree.address, btreeV2Header.prefixSize(tx.context));
}

/** Stores a node and says what its parent keeps of it. */
export function putNode<R>(tx: Tx, tree: OpenBtree<R>, address: number, node: BtreeV2Node<R>): BtreeV2Child {
  const recordCount = node.records.length;
  tx.put(btreeV2Node(tree.records, tree.geometry, { level: node.level, recordCount }), address, node);
  const totalRecordCount = node.children.reduce((sum, child) => sum + child.totalRecordCount, recordCount);
  return { address, recordCount, totalRecordCount };
}

/** Stores the header of a tree with another root, at another height. */
export function putRoot<R>(tx: Tx, tree: OpenBtree<R>, root: BtreeV2Child | null, depth: number): void {
  tx.put(btreeV2Header, tree.address, {
    ...tree.header,
    depth,
    rootAddress: root?.address ?? null,
    rootRecordCount: root?.recordCount ?? 0,
    totalRecordCount: root?.totalRecordCount ?? 0,
  });
}

/** The tree as if it were of that depth: what is known of the levels reaches up to it. */
export function atDepth<R>(tx: Tx, tree: OpenBtree<R>, depth: number): OpenBtree<R> {
  const header = { ...tree.header, depth };
  return { ...tree, header, geometry: btreeV2Geometry(header, tx.context, tree.address) };
}

/** Records at which a node of a level is full. */
export function splitCount<R>({ header, geometry }: OpenBtree<R>, level: number): number {
  return Math.floor(((geometry.levels[level] as BtreeV2Level).maxRecords * header.splitPercent) / 100);
}

/** Records at which a node of a level is to be merged before one is taken out; at least 1, so that none becomes empty. */
export function mergeCount<R>({ header, geometry }: OpenBtree<R>, level: number): number {
  return Math.max(1, Math.floor(((geometry.levels[level] as BtreeV2Level).maxRecords * header.mergePercent) / 100));
}

/**
 * Deals the records of some neighbouring children, and those between them, out anew.
 *
 * The children from index `from` on, `count` of them, become nodes of `sizes` records each: as many as before to even them
 * out, more to split, fewer to merge. The first keep their places in the file.
 *
 * @returns the parent with other children, not stored yet
 */
export function regroup<R>(
  tx: Tx,
  tree: OpenBtree<R>,
  parent: BtreeV2Node<R>,
  { from, count }: { readonly from: number; readonly count: number },
  sizes: readonly number[],
): BtreeV2Node<R> {
  const level = parent.level - 1;
  const { maxRecords } = tree.geometry.levels[level] as BtreeV2Level;
  const old = parent.children.slice(from, from + count);
  const records: R[] = [];
  const grandchildren: BtreeV2Child[] = [];
  for (const [i, child] of old.entries()) {
    const node = readBtreeNode(tx, tree, child, level);
    records.push(...node.records);
    grandchildren.push(...node.children);
    if (i < count - 1) {
      records.push(parent.records[from + i] as R);
    }
  }
  const children: BtreeV2Child[] = [];
  const between: R[] = [];
  let at = 0;
  for (const [i, size] of sizes.entries()) {
    if (size < 1 || size > maxRecords) {
      throw new FormatError(
        btreeV2Header.name,
        `nodes of ${maxRecords} records cannot split at ${tree.header.splitPercent} and merge at ${tree.header.mergePercent} percent`,
        { address: tree.address },
      );
    }
    const address = old[i]?.address ?? tx.alloc(tree.geometry.nodeSize);
    const node: BtreeV2Node<R> = {
      level,
      recordSize: parent.recordSize,
      records: records.slice(at, at + size),
      children: level === 0 ? [] : grandchildren.slice(at, at + size + 1),
    };
    children.push(putNode(tx, tree, address, node));
    at += size;
    if (i < sizes.length - 1) {
      between.push(records[at] as R);
      at++;
    }
  }
  for (const { address } of old.slice(sizes.length)) {
    tx.free(address, tree.geometry.nodeSize);
  }
  return {
    ...parent,
    records: [...parent.records.slice(0, from), ...between, ...parent.records.slice(from + count - 1)],
    children: [...parent.children.slice(0, from), ...children, ...parent.children.slice(from + count)],
  };
}

/** Records for two neighbours that share theirs as evenly as they can: the one that had fewer gets the smaller part. */
export function evenPair(left: number, right: number): [number, number] {
  const total = left + right;
  const half = Math.floor(total / 2);
  return left < right ? [total - half, half] : [half, total - half];
}

/** Records for three neighbours that share theirs evenly. */
export function evenThree(left: number, middle: number, right: number): [number, number, number] {
  const total = left + middle + right;
  const newMiddle = Math.floor(total / 3);
  const newLeft = Math.floor((total - newMiddle) / 2);
  return [newLeft, newMiddle, total - newLeft - newMiddle];
}
