import type { BtreeV2Child, BtreeV2Node } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { type BtreeV2, type OpenBtree, openBtree, readBtreeNode } from "./btree.js";
import { atDepth, evenPair, evenThree, mergeCount, putNode, putRoot, regroup } from "./edit.js";
import { type CompareTo, findRecord, positionIn } from "./find.js";

/** How often neighbours may give records to a thin node before it is merged with them. */
const RETRIES = 2;

/** What is taken out: the record for which a comparison gives 0, or the first of a subtree. */
type Target<R> = CompareTo<R> | "first";

interface Removal<R> {
  /** What is left of the subtree; `null` for nothing. */
  readonly child: BtreeV2Child | null;
  readonly removed: R;
}

/**
 * Takes out the record for which `compare` gives 0, and answers it; `null` when there is none.
 *
 * Nodes that grow thin are filled from their neighbours or merged with them, as libhdf5 does. Section III.A.2.
 */
export function removeRecord<R>(tx: Tx, tree: BtreeV2<R>, compare: CompareTo<R>): R | null {
  if (findRecord(tx, tree, compare) === null) {
    return null;
  }
  const open = collapseRoot(tx, openBtree(tx, tree));
  const { child, removed } = removeBelow(tx, open, open.root as BtreeV2Child, open.header.depth, compare);
  putRoot(tx, open, child, child === null ? 0 : open.header.depth);
  return removed;
}

/** The tree without a root of one record whose two children fit one node: that node is the root then. */
function collapseRoot<R>(tx: Tx, tree: OpenBtree<R>): OpenBtree<R> {
  const { depth } = tree.header;
  if (tree.root === null || depth === 0 || tree.root.recordCount > 1) {
    return tree;
  }
  const node = readBtreeNode(tx, tree, tree.root, depth);
  const [left, right] = node.children as [BtreeV2Child, BtreeV2Child];
  const merged = left.recordCount + right.recordCount + 1;
  if (merged > 2 * mergeCount(tree, depth - 1) + 2) {
    return tree;
  }
  const [child] = regroup(tx, tree, node, { from: 0, count: 2 }, [merged]).children;
  tx.free(tree.root.address, tree.geometry.nodeSize);
  return { ...atDepth(tx, tree, depth - 1), root: child as BtreeV2Child };
}

function removeBelow<R>(tx: Tx, tree: OpenBtree<R>, child: BtreeV2Child, level: number, target: Target<R>): Removal<R> {
  let node: BtreeV2Node<R> = readBtreeNode(tx, tree, child, level);
  if (level === 0) {
    const at = target === "first" ? 0 : positionIn(node.records, target);
    const removed = node.records[at] as R;
    if (node.records.length === 1) {
      tx.free(child.address, tree.geometry.nodeSize);
      return { child: null, removed };
    }
    return { child: putNode(tx, tree, child.address, { ...node, records: node.records.toSpliced(at, 1) }), removed };
  }
  let way = wayDown(node, target);
  const thin = mergeCount(tree, level - 1);
  for (let retries = RETRIES; childAt(node, way.at).recordCount <= thin && node.children.length > 1; retries--) {
    node = thicken(tx, tree, node, way.at, retries > 0 ? thin : Number.POSITIVE_INFINITY);
    way = wayDown(node, target);
  }
  const { at, found } = way;
  const below = removeBelow(tx, tree, childAt(node, at), level - 1, found === null ? target : "first");
  // In an internal node the next record, the first of the subtree to its right, takes the place of the one that goes.
  const records = found === null ? node.records : node.records.with(at - 1, below.removed);
  const children = node.children.with(at, below.child as BtreeV2Child);
  return { child: putNode(tx, tree, child.address, { ...node, records, children }), removed: found ?? below.removed };
}

/** Which child the target is below, and the record itself when it stands in this node: then it is the one to its left. */
function wayDown<R>({ records }: BtreeV2Node<R>, target: Target<R>): { readonly at: number; readonly found: R | null } {
  if (target === "first") {
    return { at: 0, found: null };
  }
  const at = positionIn(records, target);
  const record = records[at];
  return record !== undefined && target(record) === 0 ? { at: at + 1, found: record } : { at, found: null };
}

function childAt<R>(node: BtreeV2Node<R>, at: number): BtreeV2Child {
  return node.children[at] as BtreeV2Child;
}

/** Lets neighbours with more than `thin` records give some to a child, or merges it with them when none has. */
function thicken<R>(tx: Tx, tree: OpenBtree<R>, parent: BtreeV2Node<R>, at: number, thin: number): BtreeV2Node<R> {
  const countAt = (index: number): number => parent.children[index]?.recordCount ?? 0;
  const isMiddle = at > 0 && at < parent.children.length - 1;
  const from = at === 0 ? 0 : at - 1;
  const [left, middle, right] = [countAt(from), countAt(from + 1), countAt(from + 2)];
  const canGive = (at > 0 && countAt(at - 1) > thin) || countAt(at + 1) > thin;
  if (isMiddle) {
    const total = left + middle + right;
    const sizes = canGive ? evenThree(left, middle, right) : halves(total + 1);
    return regroup(tx, tree, parent, { from, count: 3 }, sizes);
  }
  const sizes = canGive ? evenPair(left, middle) : [left + middle + 1];
  return regroup(tx, tree, parent, { from, count: 2 }, sizes);
}

/** Two nodes of `total` records, without the one that goes up between them. */
function halves(total: number): [number, number] {
  const left = Math.floor(total / 2);
  return [left, total - left];
}
