import type { BtreeV2Child, BtreeV2Node } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { type BtreeV2, type OpenBtree, openBtree, readBtreeNode, wantBtreeNodes } from "./btree.js";

/** Where what is sought stands to a record: negative before it, positive after it, 0 when it is the record. */
export type CompareTo<R> = (record: R) => number;

/** As `CompareTo`, for one of many things sought. */
export type Compare<S, R> = (sought: S, record: R) => number;

/** The record for which `compare` gives 0, or `null`. `compare` may read from the transaction. */
export function findRecord<R>(tx: Tx, tree: BtreeV2<R>, compare: CompareTo<R>): R | null {
  const open = openBtree(tx, tree);
  let child = open.root;
  for (let level = open.header.depth; child !== null; level--) {
    const node: BtreeV2Node<R> = readBtreeNode(tx, open, child, level);
    const at = positionIn(node.records, compare);
    const record = node.records[at];
    if (record !== undefined && compare(record) === 0) {
      return record;
    }
    child = level === 0 ? null : (node.children[at] ?? null);
  }
  return null;
}

/** Index of the first record that is not before what is sought. */
export function positionIn<R>(records: readonly R[], compare: CompareTo<R>): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(records[middle] as R) > 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** A child and which of those sought, `from` up to `to` of their list, belong under it. */
interface Share {
  readonly child: BtreeV2Child;
  readonly from: number;
  to: number;
}

/** The records of many things sought, in the order of the tree: each level of the tree is fetched at once. */
export function findRecords<S, R>(
  tx: Tx,
  tree: BtreeV2<R>,
  sought: readonly S[],
  compare: Compare<S, R>,
): (R | null)[] {
  const open = openBtree(tx, tree);
  const found: (R | null)[] = sought.map(() => null);
  let shares: Share[] =
    open.root === null || sought.length === 0 ? [] : [{ child: open.root, from: 0, to: sought.length }];
  for (let level = open.header.depth; shares.length > 0; level--) {
    wantBtreeNodes(
      tx,
      open,
      shares.map(({ child }) => child),
      level,
    );
    shares = shares.flatMap((share) => divide(tx, open, share, level, sought, compare, found));
  }
  return found;
}

function divide<S, R>(
  tx: Tx,
  tree: OpenBtree<R>,
  { child, from, to }: Share,
  level: number,
  sought: readonly S[],
  compare: Compare<S, R>,
  found: (R | null)[],
): Share[] {
  const node = readBtreeNode(tx, tree, child, level);
  const parts: Share[] = [];
  let previous = -1;
  for (let i = from; i < to; i++) {
    const wanted = sought[i] as S;
    const at = positionIn(node.records, (record) => compare(wanted, record));
    const record = node.records[at];
    if (record !== undefined && compare(wanted, record) === 0) {
      found[i] = record;
      continue;
    }
    const below = node.children[at];
    const part = parts[parts.length - 1];
    if (part !== undefined && at === previous) {
      part.to = i + 1;
    } else if (below !== undefined) {
      parts.push({ child: below, from: i, to: i + 1 });
    }
    previous = at;
  }
  return parts;
}
