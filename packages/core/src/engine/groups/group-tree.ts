import { FormatError, type GroupNode, groupNode, type SymbolNode, type SymbolTable, symbolNode } from "@hdfive/format";
import { compareText, heapSegment } from "../heaps/local-heap.js";
import type { Tx } from "../transaction/tx.js";

/** One node on the way from the root of a group's B-tree down to a symbol table node. */
export interface Step {
  readonly address: number;
  /** The node as it was when the way was found. */
  readonly node: GroupNode;
  /** Which child the way takes. */
  readonly index: number;
}

/** The way to the symbol table node that holds a name, or must hold it. */
export interface Leaf {
  /** From the root down to level 0. */
  readonly path: readonly Step[];
  readonly address: number;
  readonly node: SymbolNode;
  /** Index of the name in the node, or where it belongs. */
  readonly position: number;
  readonly found: boolean;
}

/** What goes through the symbol table nodes of a group in the order of names. */
export interface Scan {
  /** Only nodes that may hold names after this one are visited; `null` for all. */
  readonly after: Uint8Array | null;
  /** Takes one symbol table node and returns how many entries are still wanted; the scan ends at 0. */
  take(node: SymbolNode, address: number): number;
  /** Is told the address of every B-tree node on the way. */
  pass?(address: number): void;
}

/** Most nodes asked of the storage at once, so that a scan of everything does not hold everything. */
const MAX_BATCH = 1024;

/** The node of a group's B-tree at an address, which must be one level below its parent. Section III.A.1. */
export function treeNode(tx: Tx, address: number, parent: GroupNode | null): GroupNode {
  const node = tx.node(groupNode, address);
  if (parent !== null && node.level !== parent.level - 1) {
    throw new FormatError(groupNode.name, `level ${node.level} below level ${parent.level}`, { address });
  }
  return node;
}

/** Makes the root of the tree, the heap's header and then its data resident, in as few waits as there are steps. */
export function openTable(tx: Tx, { btreeAddress, heapAddress }: SymbolTable): Uint8Array {
  tx.want([
    { address: btreeAddress, length: groupNode.prefixSize(tx.context) },
    { address: heapAddress, length: 8 + 2 * tx.context.lengthSize + tx.context.offsetSize },
  ]);
  return heapSegment(tx, heapAddress);
}

/** Goes down to where a name is or belongs; `null` in a tree without a node. File Format Specification, section III.A.1. */
export function descend(tx: Tx, { btreeAddress }: SymbolTable, segment: Uint8Array, name: Uint8Array): Leaf | null {
  const path: Step[] = [];
  let address = btreeAddress;
  let parent: GroupNode | null = null;
  do {
    const node = treeNode(tx, address, parent);
    const count = node.children.length;
    if (count === 0) {
      if (parent === null) {
        return null;
      }
      throw new FormatError(groupNode.name, "an empty node below the root", { address });
    }
    // Names past the last key belong to the last child.
    const index = Math.min(
      lowerBound(count, (i) => compareText(name, segment, node.keys[i + 1] as number)),
      count - 1,
    );
    path.push({ address, node, index });
    address = node.children[index] as number;
    parent = node;
  } while (parent.level > 0);
  const node = tx.node(symbolNode, address);
  const { entries } = node;
  const compare = (i: number): number => compareText(name, segment, entries[i]?.nameOffset as number);
  const position = lowerBound(entries.length, compare);
  return { path, address, node, position, found: position < entries.length && compare(position) === 0 };
}

/**
 * Visits the symbol table nodes of a group in the order of names.
 *
 * Nodes of a level are asked of the storage together, as many as the entries still wanted can need.
 */
export function scanTable(
  tx: Tx,
  { btreeAddress }: SymbolTable,
  segment: Uint8Array,
  wanted: number,
  scan: Scan,
): void {
  const seen = new Set<number>();
  let missing = wanted;

  const visitOnce = (address: number): void => {
    if (seen.has(address)) {
      throw new FormatError(groupNode.name, "the tree leads twice to the same node", { address });
    }
    seen.add(address);
  };

  const visitLeaves = (addresses: readonly number[]): void => {
    tx.wantNodes(symbolNode, addresses);
    for (const address of addresses) {
      visitOnce(address);
      missing = scan.take(tx.node(symbolNode, address), address);
      if (missing <= 0) {
        return;
      }
    }
  };

  /** Children of nodes at `parent.level`, in order. */
  const visit = (children: readonly number[], parent: GroupNode): void => {
    const { groupLeafK, groupInternalK } = tx.context;
    const perChild = Math.min(Math.max(1, groupLeafK * groupInternalK ** parent.level), Number.MAX_SAFE_INTEGER);
    for (let at = 0; at < children.length && missing > 0; ) {
      const batch = children.slice(at, at + Math.min(MAX_BATCH, Math.ceil(missing / perChild) + 1));
      at += batch.length;
      if (parent.level === 0) {
        visitLeaves(batch);
      } else {
        visitNodes(batch, parent);
      }
    }
  };

  const visitNodes = (addresses: readonly number[], parent: GroupNode | null): void => {
    tx.wantNodes(groupNode, addresses);
    const children: number[] = [];
    let node: GroupNode | null = null;
    for (const address of addresses) {
      visitOnce(address);
      scan.pass?.(address);
      node = treeNode(tx, address, parent);
      const { keys } = node;
      const { after } = scan;
      const first =
        after === null
          ? 0
          : lowerBound(node.children.length, (i) => compareText(after, segment, keys[i + 1] as number) || 1);
      for (let i = first; i < node.children.length; i++) {
        children.push(node.children[i] as number);
      }
    }
    if (node !== null) {
      visit(children, node);
    }
  };

  visitNodes([btreeAddress], null);
}

/** The first index below `count` for which `compare` is not above 0; `count` when there is none. */
export function lowerBound(count: number, compare: (index: number) => number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(middle) > 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
