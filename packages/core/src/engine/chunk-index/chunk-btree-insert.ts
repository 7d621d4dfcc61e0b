import { FormatError, HdfiveError } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { comparePlaces } from "./chunk-bounds.js";
import { leavesOf } from "./chunk-btree-find.js";
import {
  type ChunkTree,
  childAt,
  emptyRoot,
  nodeSize,
  putLastKey,
  readChild,
  readNode,
  recordAt,
  type ScaledKey,
  type ScaledNode,
} from "./chunk-btree-node.js";
import type { ChunkChange, ChunkRecord } from "./chunk-record.js";

/**
 * Parts of a full node's children that stay left when it splits, as libhdf5 has them by default: of the leftmost node,
 * of one in the middle, of the rightmost. Data written in order so fills its nodes.
 */
const SPLIT_RATIOS = { leftmost: 0.1, middle: 0.5, rightmost: 0.9 } as const;

/** The records of one call and how far they are stored. */
interface Batch {
  readonly records: readonly ChunkRecord[];
  readonly previous: ChunkRecord[];
  at: number;
}

/** What an insertion under a node means for its parent; `null`: nothing. */
interface Outcome {
  /** The node's first key, when it changed. */
  readonly first: ScaledKey | null;
  /** The last key of the node, or of the one split off, when it changed. */
  readonly last: ScaledKey | null;
  /** The node split off to the right and its first key. */
  readonly split: { readonly address: number; readonly key: ScaledKey } | null;
}

/** A node's arrays on their way to the next version of it. */
interface Draft {
  readonly keys: ScaledKey[];
  readonly children: number[];
}

/** Records chunks, strictly ascending. Makes the tree when there is none; a root that splits keeps its address. */
export function upsertChunks(tx: Tx, tree: ChunkTree, records: readonly ChunkRecord[]): ChunkChange {
  for (let i = 1; i < records.length; i++) {
    const [before, after] = [records[i - 1] as ChunkRecord, records[i] as ChunkRecord];
    if (comparePlaces(before.scaled, after.scaled) >= 0) {
      const places = `${after.scaled.join(", ")} after ${before.scaled.join(", ")}`;
      throw new HdfiveError("INVALID_ARGUMENT", `Chunks must be recorded in ascending order, not ${places}`);
    }
  }
  const indexAddress = tree.address ?? createTree(tx, tree);
  const rooted = { ...tree, address: indexAddress };
  wantPaths(tx, rooted, records);
  const batch: Batch = { records, previous: [], at: 0 };
  while (batch.at < records.length) {
    tx.work(tree.codec.name);
    const { split } = insertUnder(tx, rooted, indexAddress, readNode(tx, rooted, indexAddress), null, batch);
    if (split !== null) {
      growRoot(tx, rooted, indexAddress, split.address);
    }
  }
  return { previous: batch.previous, indexAddress };
}

function createTree(tx: Tx, tree: ChunkTree): number {
  const address = tx.alloc(nodeSize(tx, tree));
  tx.put(tree.codec, address, emptyRoot(tree));
  return address;
}

/** Makes what the insertion will touch resident at once: the leaves, and the neighbours of those that may concern them. */
function wantPaths(tx: Tx, tree: ChunkTree, records: readonly ChunkRecord[]): void {
  if (records.length < 2) {
    return;
  }
  const neighbours: number[] = [];
  for (const { node } of leavesOf(
    tx,
    tree,
    records.map(({ scaled }) => scaled),
  )) {
    for (const sibling of [node.leftSibling, node.rightSibling]) {
      if (sibling !== null) {
        neighbours.push(sibling);
      }
    }
  }
  tx.wantNodes(tree.codec, neighbours);
}

/** Stores as many records of the batch as belong under one leaf and fit. `upper` is the first place right of the node. */
function insertUnder(
  tx: Tx,
  tree: ChunkTree,
  address: number,
  found: ScaledNode,
  upper: readonly number[] | null,
  batch: Batch,
): Outcome {
  const node = found.children.length === 0 ? emptyRoot(tree) : found;
  const draft: Draft = { keys: [...node.keys], children: [...node.children] };
  const at =
    node.level === 0
      ? fillLeaf(tx, tree, address, node, draft, upper, batch)
      : insertBelow(tx, tree, node, draft, upper, batch);
  const splitAt = draft.children.length > 2 * tx.context.chunkK ? splitPoint(node, at) : null;
  return store(tx, tree, address, node, draft, splitAt);
}

/** The answer, here and in `fillLeaf`: the child, by its index before, next to which one was inserted last. */
function insertBelow(
  tx: Tx,
  tree: ChunkTree,
  node: ScaledNode,
  { keys, children }: Draft,
  upper: readonly number[] | null,
  batch: Batch,
): number {
  const i = Math.max(0, childAt(node, (batch.records[batch.at] as ChunkRecord).scaled));
  const address = children[i] as number;
  const end = i + 1 < children.length ? (keys[i + 1] as ScaledKey).scaled : upper;
  const child = readChild(tx, tree, address, node.level - 1);
  const { first, last, split } = insertUnder(tx, tree, address, child, end, batch);
  keys[i] = first ?? (keys[i] as ScaledKey);
  keys[i + 1] = last ?? (keys[i + 1] as ScaledKey);
  if (split !== null) {
    keys.splice(i + 1, 0, split.key);
    children.splice(i + 1, 0, split.address);
  }
  return i;
}

function fillLeaf(
  tx: Tx,
  tree: ChunkTree,
  address: number,
  node: ScaledNode,
  draft: Draft,
  upper: readonly number[] | null,
  batch: Batch,
): number {
  const capacity = 2 * tx.context.chunkK;
  const start = batch.at;
  let i = 0;
  for (; batch.at < batch.records.length && draft.children.length <= capacity; batch.at++) {
    const record = batch.records[batch.at] as ChunkRecord;
    const isElsewhere = upper !== null && comparePlaces(record.scaled, upper) >= 0;
    const before = childAt(draft, record.scaled);
    const key = draft.keys[before];
    const isThere = key !== undefined && comparePlaces(key.scaled, record.scaled) === 0;
    // What fills the leaf stays for the next descent: a leaf splits around one record, as with libhdf5.
    if (batch.at > start && (isElsewhere || (!isThere && draft.children.length === capacity))) {
      return i;
    }
    i = Math.max(0, before);
    if (isThere) {
      replaceChunk(draft, before, record, batch);
    } else {
      insertChunk(tree, address, node, draft, before + 1, record);
    }
  }
  return i;
}

function replaceChunk({ keys, children }: Draft, at: number, record: ChunkRecord, { previous }: Batch): void {
  const { storedSize, filterMask } = keys[at] as ScaledKey;
  previous.push(recordAt({ keys, children }, at));
  children[at] = record.address;
  if (storedSize !== record.storedSize || filterMask !== record.filterMask) {
    keys[at] = keyOf(record);
  }
}

function insertChunk(
  tree: ChunkTree,
  address: number,
  { rightSibling }: ScaledNode,
  { keys, children }: Draft,
  at: number,
  record: ChunkRecord,
): void {
  if (at === children.length && !isBefore(record.scaled, keys[at])) {
    if (rightSibling !== null) {
      throw new FormatError(tree.codec.name, `chunk ${record.scaled.join(", ")} is past its last key`, { address });
    }
    keys[at] = endAfter(record, tree);
  }
  keys.splice(at, 0, keyOf(record));
  children.splice(at, 0, record.address);
}

function isBefore(scaled: readonly number[], key: ScaledKey | undefined): boolean {
  const order = key === undefined ? 1 : comparePlaces(scaled, key.scaled);
  return order < 0 || (order === 0 && (key?.tail ?? 0) > 0);
}

function keyOf({ scaled, storedSize, filterMask }: ChunkRecord): ScaledKey {
  return { scaled: [...scaled], tail: 0, storedSize, filterMask };
}

/** The key that ends a tree with this chunk: one chunk further along every dimension, that of the element's bytes too. */
function endAfter({ scaled }: ChunkRecord, { elementSize }: ChunkTree): ScaledKey {
  return { scaled: scaled.map((at) => at + 1), tail: elementSize, storedSize: 0, filterMask: 0 };
}

/** How many children stay left in a full node that gets one more next to child `at`, on whose side it stays. */
function splitPoint({ children, leftSibling, rightSibling }: ScaledNode, at: number): number {
  const { leftmost, middle, rightmost } = SPLIT_RATIOS;
  const ratio = rightSibling === null ? rightmost : leftSibling === null ? leftmost : middle;
  const left = Math.max(1, Math.floor(children.length * ratio));
  return at < left ? left + 1 : left;
}

function store(
  tx: Tx,
  tree: ChunkTree,
  address: number,
  node: ScaledNode,
  { keys, children }: Draft,
  splitAt: number | null,
): Outcome {
  const first = keys[0] as ScaledKey;
  const last = keys[keys.length - 1] as ScaledKey;
  const changed = {
    first: first === node.keys[0] ? null : first,
    last: last === node.keys[node.keys.length - 1] ? null : last,
  };
  if (changed.first !== null && node.leftSibling !== null) {
    putLastKey(tx, tree, node.leftSibling, node.level, first);
  }
  if (splitAt === null) {
    if (children.some((child, i) => child !== node.children[i]) || keys.some((key, i) => key !== node.keys[i])) {
      tx.put(tree.codec, address, { ...node, keys, children });
    }
    return { ...changed, split: null };
  }
  const right = tx.alloc(nodeSize(tx, tree));
  const { rightSibling } = node;
  if (rightSibling !== null) {
    const neighbour = readChild(tx, tree, rightSibling, node.level);
    tx.put(tree.codec, rightSibling, { ...neighbour, leftSibling: right });
  }
  tx.put(tree.codec, right, {
    ...node,
    leftSibling: address,
    keys: keys.slice(splitAt),
    children: children.slice(splitAt),
  });
  tx.put(tree.codec, address, {
    ...node,
    rightSibling: right,
    keys: keys.slice(0, splitAt + 1),
    children: children.slice(0, splitAt),
  });
  return { ...changed, split: { address: right, key: keys[splitAt] as ScaledKey } };
}

/** The root split: what is left in it moves to a new node, and the root becomes the parent of both, a level higher. */
function growRoot(tx: Tx, tree: ChunkTree, address: number, rightAddress: number): void {
  const left = readNode(tx, tree, address);
  const right = readNode(tx, tree, rightAddress);
  const moved = tx.alloc(nodeSize(tx, tree));
  tx.put(tree.codec, moved, left);
  tx.put(tree.codec, rightAddress, { ...right, leftSibling: moved });
  tx.put(tree.codec, address, {
    ...emptyRoot(tree),
    level: left.level + 1,
    keys: [left.keys[0] as ScaledKey, right.keys[0] as ScaledKey, right.keys[right.keys.length - 1] as ScaledKey],
    children: [moved, rightAddress],
  });
}
