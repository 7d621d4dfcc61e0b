import { FormatError } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { comparePlaces } from "./chunk-bounds.js";
import { wantFirst } from "./chunk-btree-list.js";
import {
  type ChunkTree,
  childAt,
  emptyRoot,
  nodeSize,
  putLastKey,
  readChild,
  readNode,
  readRoot,
  recordAt,
  type ScaledKey,
  type ScaledNode,
} from "./chunk-btree-node.js";
import type { ChunkRecord, ChunkRemoval } from "./chunk-record.js";

/** What a removal under a node means for its parent. */
interface Outcome {
  readonly record: ChunkRecord;
  /** The node lost its last child and was freed. */
  readonly isGone: boolean;
  /** The node's first key, when it changed. */
  readonly first: ScaledKey | null;
}

/**
 * Forgets a chunk. As in libhdf5 nodes are not merged: one that becomes empty is freed, except the root, which stays as
 * an empty leaf.
 */
export function removeChunk(tx: Tx, tree: ChunkTree, scaled: readonly number[]): ChunkRecord | null {
  const root = readRoot(tx, tree);
  if (root === null || tree.address === null) {
    return null;
  }
  return removeUnder(tx, tree, tree.address, root, true, scaled)?.record ?? null;
}

function removeUnder(
  tx: Tx,
  tree: ChunkTree,
  address: number,
  node: ScaledNode,
  isRoot: boolean,
  scaled: readonly number[],
): Outcome | null {
  const i = childAt(node, scaled);
  if (i < 0) {
    return null;
  }
  if (node.level === 0) {
    if (comparePlaces((node.keys[i] as ScaledKey).scaled, scaled) !== 0) {
      return null;
    }
    return { record: recordAt(node, i), ...dropChild(tx, tree, address, node, isRoot, i) };
  }
  const childAddress = node.children[i] as number;
  const child = readChild(tx, tree, childAddress, node.level - 1);
  const below = removeUnder(tx, tree, childAddress, child, false, scaled);
  if (below === null) {
    return null;
  }
  if (below.isGone) {
    return { record: below.record, ...dropChild(tx, tree, address, node, isRoot, i) };
  }
  if (below.first === null) {
    return below;
  }
  const keys = node.keys.with(i, below.first);
  return { ...below, first: storeKeys(tx, tree, address, node, keys, node.children) };
}

/** Takes a child out. Its key goes with it, so what ends the node stays: the first key of the next one, or the tree's end. */
function dropChild(
  tx: Tx,
  tree: ChunkTree,
  address: number,
  node: ScaledNode,
  isRoot: boolean,
  i: number,
): { isGone: boolean; first: ScaledKey | null } {
  if (node.children.length > 1) {
    const first = storeKeys(tx, tree, address, node, node.keys.toSpliced(i, 1), node.children.toSpliced(i, 1));
    return { isGone: false, first };
  }
  if (isRoot) {
    tx.put(tree.codec, address, emptyRoot(tree));
    return { isGone: false, first: null };
  }
  unlink(tx, tree, node);
  tx.free(address, nodeSize(tx, tree));
  return { isGone: true, first: null };
}

function storeKeys(
  tx: Tx,
  tree: ChunkTree,
  address: number,
  node: ScaledNode,
  keys: readonly ScaledKey[],
  children: readonly number[],
): ScaledKey | null {
  const first = keys[0] as ScaledKey;
  tx.put(tree.codec, address, { ...node, keys, children });
  if (first === node.keys[0]) {
    return null;
  }
  if (node.leftSibling !== null) {
    putLastKey(tx, tree, node.leftSibling, node.level, first);
  }
  return first;
}

/** Makes the neighbours of a node that goes those of each other. */
function unlink(tx: Tx, tree: ChunkTree, { leftSibling, rightSibling, level, keys }: ScaledNode): void {
  if (leftSibling !== null) {
    putLastKey(tx, tree, leftSibling, level, keys[keys.length - 1] as ScaledKey);
    tx.put(tree.codec, leftSibling, { ...readChild(tx, tree, leftSibling, level), rightSibling });
  }
  if (rightSibling !== null) {
    tx.put(tree.codec, rightSibling, { ...readChild(tx, tree, rightSibling, level), leftSibling });
  }
}

/** Deletes about the first `limit` chunks, by whole leaves, and the nodes that held them; at the end the root too. */
export function removeAllChunks(tx: Tx, tree: ChunkTree, limit: number): ChunkRemoval {
  if (tree.address === null) {
    return { removed: [], done: true };
  }
  wantFirst(tx, tree, limit);
  const pruning: Pruning = { tree, limit: Math.max(1, limit), removed: [], freed: new Set() };
  const left = prune(tx, pruning, tree.address, readNode(tx, tree, tree.address));
  return { removed: pruning.removed, done: left === null };
}

interface Pruning {
  readonly tree: ChunkTree;
  readonly limit: number;
  readonly removed: ChunkRecord[];
  /** Nodes freed so far: one freed twice would be given to two owners. */
  readonly freed: Set<number>;
}

/** Prunes a node from the left. The answer is its first key afterwards, `null` when all of it is gone. */
function prune(tx: Tx, pruning: Pruning, address: number, node: ScaledNode): ScaledKey | null {
  const { tree, limit, removed, freed } = pruning;
  if (freed.has(address)) {
    throw new FormatError(tree.codec.name, "the tree comes to it twice", { address });
  }
  let { keys, children } = node;
  if (node.level === 0 && removed.length < limit) {
    removed.push(...children.map((_, i) => recordAt(node, i)));
    children = [];
  }
  // Below the last child that goes, the one that stays is visited as well: nothing is left of it any more.
  while (node.level > 0 && children.length > 0) {
    const child = children[0] as number;
    const first = prune(tx, pruning, child, readChild(tx, tree, child, node.level - 1));
    if (first !== null) {
      keys = keys.with(0, first);
      break;
    }
    keys = keys.slice(1);
    children = children.slice(1);
  }
  if (children.length === 0) {
    freed.add(address);
    tx.free(address, nodeSize(tx, tree));
    return null;
  }
  tx.put(tree.codec, address, { ...node, leftSibling: null, keys, children });
  return keys[0] as ScaledKey;
}
