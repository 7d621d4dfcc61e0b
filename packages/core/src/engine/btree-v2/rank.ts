import type { Tx } from "../transaction/tx.js";
import { type BtreeV2, openBtree, readBtreeNode } from "./btree.js";
import type { CompareTo } from "./find.js";

/** How many records of a tree come before what is sought: the position from which listing goes on after it. */
export function countBefore<R>(tx: Tx, tree: BtreeV2<R>, compare: CompareTo<R>): number {
  const open = openBtree(tx, tree);
  let child = open.root;
  let before = 0;
  for (let level = open.header.depth; child !== null; level--) {
    const { records, children } = readBtreeNode(tx, open, child, level);
    const found = records.findIndex((record) => compare(record) <= 0);
    const at = found < 0 ? records.length : found;
    before += at;
    for (let i = 0; i < at; i++) {
      before += children[i]?.totalRecordCount ?? 0;
    }
    child = level === 0 ? null : (children[at] ?? null);
  }
  return before;
}
