import {
  FormatError,
  type GroupNode,
  groupNode,
  type SymbolTable,
  type SymbolTableCache,
  type SymbolTableEntry,
  symbolNode,
  symbolNodeCapacity,
} from "@hdfive/format";
import { heapInsert, heapRemove, textBytes } from "../heaps/local-heap.js";
import type { Tx } from "../transaction/tx.js";
import { descend, type Leaf, openTable, type Step } from "./group-tree.js";

/** What a new link of an old-style group leads to; a soft link's path as bytes. File Format Specification, section III.C. */
export type NewEntryTarget =
  | {
      readonly kind: "hard";
      readonly address: number;
      /** What the entry repeats of the object when it is an old-style group; `null` otherwise. */
      readonly symbolTable: SymbolTable | null;
    }
  | { readonly kind: "soft"; readonly target: Uint8Array };

/** Shares of a full node's children that stay: at the left end of a level, inside it, at the right end, as in libhdf5. */
const SPLIT_RATIOS = { left: 0.1, middle: 0.5, right: 0.9 };

/** Adds a link; `false` when the name is taken. File Format Specification, sections III.A.1, III.B and III.D. */
export function insertEntry(tx: Tx, table: SymbolTable, name: Uint8Array, target: NewEntryTarget): boolean {
  const leaf = descend(tx, table, openTable(tx, table), name);
  if (leaf?.found === true) {
    return false;
  }
  const nameOffset = heapInsert(tx, table.heapAddress, name);
  const entry: SymbolTableEntry = {
    nameOffset,
    headerAddress: target.kind === "hard" ? target.address : null,
    cache: cacheOf(tx, table, target),
  };
  if (leaf === null) {
    const address = tx.alloc(symbolNode.prefixSize(tx.context));
    tx.put(symbolNode, address, { entries: [entry] });
    const root = { level: 0, leftSibling: null, rightSibling: null, keys: [0, nameOffset], children: [address] };
    tx.put(groupNode, table.btreeAddress, root);
  } else {
    insertIntoLeaf(tx, leaf, entry);
  }
  return true;
}

function cacheOf(tx: Tx, { heapAddress }: SymbolTable, target: NewEntryTarget): SymbolTableCache {
  if (target.kind === "soft") {
    return { type: "soft-link", targetOffset: heapInsert(tx, heapAddress, target.target) };
  }
  const { symbolTable } = target;
  return symbolTable === null
    ? { type: "none" }
    : { type: "group", btreeAddress: symbolTable.btreeAddress, heapAddress: symbolTable.heapAddress };
}

/** A full symbol table node gives its upper half to a new one. Keys are the last names of the nodes. Section III.B. */
function insertIntoLeaf(tx: Tx, leaf: Leaf, entry: SymbolTableEntry): void {
  const { path, address, node, position } = leaf;
  const depth = path.length - 1;
  const entries = node.entries.toSpliced(position, 0, entry);
  const capacity = symbolNodeCapacity(tx.context);
  if (position === node.entries.length) {
    setRightKey(tx, path, depth, entry.nameOffset);
  }
  if (entries.length <= capacity) {
    tx.put(symbolNode, address, { entries });
    return;
  }
  const half = capacity >>> 1;
  const kept = half + (position <= half ? 1 : 0);
  const newAddress = tx.alloc(symbolNode.prefixSize(tx.context));
  tx.put(symbolNode, address, { entries: entries.slice(0, kept) });
  tx.put(symbolNode, newAddress, { entries: entries.slice(kept) });
  insertChild(tx, path, depth, newAddress, (entries[kept - 1] as SymbolTableEntry).nameOffset);
}

/** Puts a child to the right of the one the path takes, `key` between the two, splitting nodes that are full. */
function insertChild(tx: Tx, path: readonly Step[], depth: number, child: number, key: number): void {
  const { address, index } = path[depth] as Step;
  const node = tx.node(groupNode, address);
  const capacity = 2 * tx.context.groupInternalK;
  if (node.children.length < capacity) {
    tx.put(groupNode, address, withChild(node, index, child, key));
    return;
  }
  if (capacity < 2) {
    throw new FormatError(groupNode.name, `nodes of ${capacity} children cannot be split`, { address });
  }
  const count = splitPoint(node, index);
  const newAddress = tx.alloc(groupNode.prefixSize(tx.context));
  // The root's address stands in the group's header: its content moves away, so that the address can stay.
  const leftAddress = depth === 0 ? tx.alloc(groupNode.prefixSize(tx.context)) : address;
  const whole = { keys: node.keys, children: node.children };
  const { level, leftSibling, rightSibling } = node;
  let left: GroupNode = {
    level,
    leftSibling,
    rightSibling: newAddress,
    keys: whole.keys.slice(0, count + 1),
    children: whole.children.slice(0, count),
  };
  let right: GroupNode = {
    level,
    leftSibling: leftAddress,
    rightSibling,
    keys: whole.keys.slice(count),
    children: whole.children.slice(count),
  };
  if (index < count) {
    left = withChild(left, index, child, key);
  } else {
    right = withChild(right, index - count, child, key);
  }
  tx.put(groupNode, leftAddress, left);
  tx.put(groupNode, newAddress, right);
  if (rightSibling !== null) {
    editSibling(tx, rightSibling, address, level, (sibling) => ({ ...sibling, leftSibling: newAddress }));
  }
  const between = right.keys[0] as number;
  if (depth > 0) {
    insertChild(tx, path, depth - 1, newAddress, between);
    return;
  }
  const keys = [left.keys[0] as number, between, right.keys.at(-1) as number];
  tx.put(groupNode, address, {
    level: level + 1,
    leftSibling: null,
    rightSibling: null,
    keys,
    children: [leftAddress, newAddress],
  });
}

function withChild(node: GroupNode, index: number, child: number, key: number): GroupNode {
  return {
    ...node,
    keys: node.keys.toSpliced(index + 1, 0, key),
    children: node.children.toSpliced(index + 1, 0, child),
  };
}

/** How many children stay: most of them at the right end, where names that come in order are added. */
function splitPoint(node: GroupNode, index: number): number {
  const total = node.children.length;
  const ratio =
    node.rightSibling === null
      ? SPLIT_RATIOS.right
      : node.leftSibling === null
        ? SPLIT_RATIOS.left
        : SPLIT_RATIOS.middle;
  const count = Math.floor(total * ratio);
  return index >= count && count === 0 ? 1 : count;
}

/** Takes a link out; `false` when there is none of that name. What it led to is not touched. */
export function removeEntry(tx: Tx, table: SymbolTable, name: Uint8Array): boolean {
  const segment = openTable(tx, table);
  const leaf = descend(tx, table, segment, name);
  if (leaf === null || !leaf.found) {
    return false;
  }
  const { path, address, node, position } = leaf;
  const { cache, nameOffset } = node.entries[position] as SymbolTableEntry;
  if (cache.type === "soft-link") {
    heapRemove(tx, table.heapAddress, cache.targetOffset, textBytes(segment, cache.targetOffset).length);
  }
  heapRemove(tx, table.heapAddress, nameOffset, name.length);
  const depth = path.length - 1;
  const entries = node.entries.toSpliced(position, 1);
  const last = entries.at(-1);
  if (last === undefined) {
    tx.free(address, symbolNode.prefixSize(tx.context));
    removeChild(tx, path, depth);
    return true;
  }
  tx.put(symbolNode, address, { entries });
  if (position === entries.length) {
    setRightKey(tx, path, depth, last.nameOffset);
  }
  return true;
}

/** Takes out the child that the path takes; a node left without children goes as well, except the root. */
function removeChild(tx: Tx, path: readonly Step[], depth: number): void {
  const { address, index } = path[depth] as Step;
  const node = tx.node(groupNode, address);
  const count = node.children.length;
  if (count > 1) {
    const children = node.children.toSpliced(index, 1);
    // The names of the child that goes now belong to the one to its right, or to nobody when it was the last.
    const keys = node.keys.toSpliced(index + 1, 1);
    tx.put(groupNode, address, { ...node, children, keys });
    if (index === count - 1) {
      passRightKey(tx, path, depth, keys.at(-1) as number);
    }
    return;
  }
  if (depth === 0) {
    tx.put(groupNode, address, { level: 0, leftSibling: null, rightSibling: null, keys: [], children: [] });
    return;
  }
  const { leftSibling, rightSibling, level, keys } = node;
  if (leftSibling !== null) {
    editSibling(tx, leftSibling, address, level, (left) => ({ ...left, rightSibling }));
  }
  if (rightSibling !== null) {
    editSibling(tx, rightSibling, address, level, (right) => ({
      ...right,
      leftSibling,
      keys: right.keys.with(0, keys[0] as number),
    }));
  }
  tx.free(address, groupNode.prefixSize(tx.context));
  removeChild(tx, path, depth - 1);
}

/** Sets the key to the right of the child that the path takes, in every node where it stands. */
function setRightKey(tx: Tx, path: readonly Step[], depth: number, key: number): void {
  const { address, index } = path[depth] as Step;
  const node = tx.node(groupNode, address);
  tx.put(groupNode, address, { ...node, keys: node.keys.with(index + 1, key) });
  if (index + 1 === node.children.length) {
    passRightKey(tx, path, depth, key);
  }
}

/** The last key of a node is also the first one of the node to its right, and one of its parent. */
function passRightKey(tx: Tx, path: readonly Step[], depth: number, key: number): void {
  const { address } = path[depth] as Step;
  const { rightSibling, level } = tx.node(groupNode, address);
  if (rightSibling !== null) {
    editSibling(tx, rightSibling, address, level, (right) => ({ ...right, keys: right.keys.with(0, key) }));
  }
  if (depth > 0) {
    setRightKey(tx, path, depth - 1, key);
  }
}

function editSibling(
  tx: Tx,
  address: number,
  neighbour: number,
  level: number,
  edit: (sibling: GroupNode) => GroupNode,
): void {
  const sibling = tx.node(groupNode, address);
  if (address === neighbour || sibling.level !== level || sibling.children.length === 0) {
    throw new FormatError(groupNode.name, `it is no sibling of the node at address ${neighbour}`, { address });
  }
  tx.put(groupNode, address, edit(sibling));
}
