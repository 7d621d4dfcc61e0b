import type { BtreeV2Child } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { type BtreeV2, type OpenBtree, openBtree, readBtreeNode, wantBtreeNodes } from "./btree.js";

/** What stands between two others in the order of the tree: a record, or a child that has not been looked into. */
type Item<R> = { readonly record: R; readonly child?: never } | { readonly child: BtreeV2Child };

/**
 * Up to `limit` records in the order of the tree, from the one at position `from` (0 is the first) on; what comes before is
 * not read. Fewer than `limit` only at the end.
 */
export function listRecords<R>(tx: Tx, tree: BtreeV2<R>, from: number, limit: number): R[] {
  const open = openBtree(tx, tree);
  let items: Item<R>[] = open.root === null ? [] : [{ child: open.root }];
  let skip = from;
  for (let level = open.header.depth; level >= 0; level--) {
    ({ items, skip } = window(items, skip, limit));
    items = lookInto(tx, open, items, level);
  }
  return window(items, skip, limit).items.flatMap(({ child, ...item }) => ("record" in item ? [item.record] : []));
}

/** The items that hold records `skip` up to `skip + limit`, and how many records of the first item are still to skip. */
function window<R>(items: readonly Item<R>[], skip: number, limit: number): { items: Item<R>[]; skip: number } {
  const kept: Item<R>[] = [];
  let position = 0;
  let start = 0;
  for (const item of items) {
    const end = position + (item.child?.totalRecordCount ?? 1);
    if (end > skip && position < skip + limit) {
      if (kept.length === 0) {
        start = position;
      }
      kept.push(item);
    }
    position = end;
  }
  return { items: kept, skip: kept.length === 0 ? 0 : Math.max(0, skip - start) };
}

function lookInto<R>(tx: Tx, tree: OpenBtree<R>, items: readonly Item<R>[], level: number): Item<R>[] {
  const children = items.flatMap(({ child }) => (child === undefined ? [] : [child]));
  wantBtreeNodes(tx, tree, children, level);
  return items.flatMap((item) => (item.child === undefined ? [item] : contents(tx, tree, item.child, level)));
}

function contents<R>(tx: Tx, tree: OpenBtree<R>, child: BtreeV2Child, level: number): Item<R>[] {
  const { records, children } = readBtreeNode(tx, tree, child, level);
  if (level === 0) {
    return records.map((record) => ({ record }));
  }
  return children.flatMap((inner, i) => {
    const record = records[i];
    return record === undefined ? [{ child: inner }] : [{ child: inner }, { record }];
  });
}
