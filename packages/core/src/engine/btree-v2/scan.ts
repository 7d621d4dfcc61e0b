import type { BtreeV2Child } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { type BtreeV2, openBtree, readBtreeNode, wantBtreeNodes } from "./btree.js";

/** Which part of a tree a scan is for. */
export interface Scope<R> {
  /** Whether something wanted can be between two records; `null` for the ends of the tree. */
  wanted(lower: R | null, upper: R | null): boolean;
  /** About how many records. */
  readonly limit: number;
  /** Whether nearly all that is between two wanted records is wanted: then the counts of the tree tell when to stop. */
  readonly isDense: boolean;
}

/** What a scan met. */
export interface Scanned<R> {
  /** In the order of the tree; those not wanted that stand between are among them. */
  readonly records: readonly R[];
  /** The last record met when there may be more behind it; `null` at the end. */
  readonly reached: R | null;
}

/** Nodes of one level that a scan looks into at once. */
const MOST_NODES = 64;

type Item<R> = { readonly record: R } | { readonly child: BtreeV2Child };

/** The records of those nodes between which something wanted can be, each level of the tree fetched at once. */
export function scanRecords<R>(tx: Tx, tree: BtreeV2<R>, scope: Scope<R>): Scanned<R> {
  const open = openBtree(tx, tree);
  let items: readonly Item<R>[] = open.root === null ? [] : [{ child: open.root }];
  let reached: R | null = null;
  for (let level = open.header.depth; level >= 0; level--) {
    const cut = choose(items, scope);
    reached = cut.reached ?? reached;
    wantBtreeNodes(
      tx,
      open,
      cut.items.flatMap((item) => ("child" in item ? [item.child] : [])),
      level,
    );
    items = cut.items.flatMap((item) =>
      "child" in item ? contents(readBtreeNode(tx, open, item.child, level)) : [item],
    );
  }
  return { records: items.flatMap((item) => ("record" in item ? [item.record] : [])), reached };
}

/** Leaves out the children in which nothing is wanted, and all that is behind enough of the others. */
function choose<R>(
  items: readonly Item<R>[],
  { wanted, limit, isDense }: Scope<R>,
): {
  readonly items: Item<R>[];
  readonly reached: R | null;
} {
  const chosen: Item<R>[] = [];
  let lower: R | null = null;
  let nodes = 0;
  let records = 0;
  for (const [i, item] of items.entries()) {
    if ("record" in item) {
      lower = item.record;
      chosen.push(item);
      const isEnough = nodes >= MOST_NODES || (isDense ? records >= limit : nodes >= limit);
      if (isEnough && i + 1 < items.length) {
        return { items: chosen, reached: item.record };
      }
      continue;
    }
    const next = items[i + 1];
    if (wanted(lower, next !== undefined && "record" in next ? next.record : null)) {
      chosen.push(item);
      nodes++;
      records += item.child.totalRecordCount;
    }
  }
  return { items: chosen, reached: null };
}

function contents<R>(node: { readonly records: readonly R[]; readonly children: readonly BtreeV2Child[] }): Item<R>[] {
  const { records, children } = node;
  if (children.length === 0) {
    return records.map((record) => ({ record }));
  }
  return children.flatMap((child, i): Item<R>[] =>
    i < records.length ? [{ child }, { record: records[i] as R }] : [{ child }],
  );
}
