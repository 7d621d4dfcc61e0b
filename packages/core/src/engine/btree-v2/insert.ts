import type { BtreeV2Child, BtreeV2Node } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { type BtreeV2, type OpenBtree, openBtree, readBtreeNode } from "./btree.js";
import { atDepth, evenPair, evenThree, putNode, putRoot, regroup, splitCount } from "./edit.js";
import { type CompareTo, findRecord, positionIn } from "./find.js";

/** How often neighbours may take records of a full node before it is split. */
const RETRIES = 2;

/**
 * Adds a record, or replaces the one for which `compare` gives 0, and answers that one, `null` when it is new.
 *
 * Nodes fill, share with their neighbours and split as libhdf5 lets them. File Format Specification, section III.A.2.
 */
export function upsertRecord<R>(tx: Tx, tree: BtreeV2<R>, record: R, compare: CompareTo<R>): R | null {
  const previous = findRecord(tx, tree, compare);
  if (previous === null) {
    insertRecord(tx, tree, record, compare);
  } else {
    replaceRecord(tx, tree, record, compare);
  }
  return previous;
}

/** Puts a record in place of the one for which `compare` gives 0, which must be there. */
function replaceRecord<R>(tx: Tx, tree: BtreeV2<R>, record: R, compare: CompareTo<R>): void {
  const open = openBtree(tx, tree);
  let child = open.root;
  for (let level = open.header.depth; child !== null; level--) {
    const node: BtreeV2Node<R> = readBtreeNode(tx, open, child, level);
    const at = positionIn(node.records, compare);
    const found = node.records[at];
    if (found !== undefined && compare(found) === 0) {
      putNode(tx, open, child.address, { ...node, records: node.records.with(at, record) });
      return;
    }
    child = level === 0 ? null : (node.children[at] ?? null);
  }
}

/** Adds a record; `compare`, which says where it belongs, must give 0 for none of the tree's. */
export function insertRecord<R>(tx: Tx, tree: BtreeV2<R>, record: R, compare: CompareTo<R>): void {
  const open = openBtree(tx, tree);
  const { header, geometry } = open;
  if (open.root === null) {
    const address = header.rootAddress ?? tx.alloc(geometry.nodeSize);
    const leaf: BtreeV2Node<R> = { level: 0, recordSize: geometry.recordSize, records: [record], children: [] };
    const flat = atDepth(tx, open, 0);
    putRoot(tx, flat, putNode(tx, flat, address, leaf), 0);
    return;
  }
  if (open.root.recordCount < splitCount(open, header.depth)) {
    putRoot(tx, open, insertBelow(tx, open, open.root, header.depth, record, compare), header.depth);
    return;
  }
  // A new root above the full one, which then has a parent to split into.
  const depth = header.depth + 1;
  const taller = atDepth(tx, open, depth);
  const above: BtreeV2Node<R> = { level: depth, recordSize: geometry.recordSize, records: [], children: [open.root] };
  const root = putNode(tx, taller, tx.alloc(geometry.nodeSize), split(tx, taller, above, 0));
  putRoot(tx, taller, insertBelow(tx, taller, root, depth, record, compare), depth);
}

function insertBelow<R>(
  tx: Tx,
  tree: OpenBtree<R>,
  child: BtreeV2Child,
  level: number,
  record: R,
  compare: CompareTo<R>,
): BtreeV2Child {
  let node: BtreeV2Node<R> = readBtreeNode(tx, tree, child, level);
  if (level === 0) {
    const records = node.records.toSpliced(positionIn(node.records, compare), 0, record);
    return putNode(tx, tree, child.address, { ...node, records });
  }
  let at = positionIn(node.records, compare);
  const full = splitCount(tree, level - 1);
  for (let retries = RETRIES; (node.children[at] as BtreeV2Child).recordCount >= full; retries--) {
    node = makeRoom(tx, tree, node, at, retries > 0 ? full : 0);
    at = positionIn(node.records, compare);
  }
  const below = insertBelow(tx, tree, node.children[at] as BtreeV2Child, level - 1, record, compare);
  return putNode(tx, tree, child.address, { ...node, children: node.children.with(at, below) });
}

/** Lets a neighbour with fewer than `full` records take some of a full child, or splits that child when none has. */
function makeRoom<R>(tx: Tx, tree: OpenBtree<R>, parent: BtreeV2Node<R>, at: number, full: number): BtreeV2Node<R> {
  const countAt = (index: number): number => parent.children[index]?.recordCount ?? Number.POSITIVE_INFINITY;
  const hasLeft = countAt(at - 1) < full;
  const hasRight = countAt(at + 1) < full;
  if (!hasLeft && !hasRight) {
    return split(tx, tree, parent, at);
  }
  if (at > 0 && at < parent.children.length - 1) {
    const sizes = evenThree(countAt(at - 1), countAt(at), countAt(at + 1));
    return regroup(tx, tree, parent, { from: at - 1, count: 3 }, sizes);
  }
  const from = hasLeft ? at - 1 : at;
  return regroup(tx, tree, parent, { from, count: 2 }, evenPair(countAt(from), countAt(from + 1)));
}

/** Splits a child in two; the record in its middle goes up between them. */
function split<R>(tx: Tx, tree: OpenBtree<R>, parent: BtreeV2Node<R>, at: number): BtreeV2Node<R> {
  const { recordCount } = parent.children[at] as BtreeV2Child;
  const left = Math.floor(recordCount / 2);
  return regroup(tx, tree, parent, { from: at, count: 1 }, [left, recordCount - left - 1]);
}
