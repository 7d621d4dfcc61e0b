import { type ChunkKey, type ChunkNode, chunkNode, FormatError, type NodeCodec, type Reader } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { comparePlaces } from "./chunk-bounds.js";
import type { ChunkRecord } from "./chunk-record.js";

/** A key of the tree with its place counted in chunks. */
export interface ScaledKey {
  readonly scaled: readonly number[];
  /** Entry of the dimension of the element's bytes, as stored: 0 except in a node's last key. */
  readonly tail: number;
  readonly storedSize: number;
  readonly filterMask: number;
}

/** What a node holds: one key more than children, or none; `children[i]` is from `keys[i]` on and before `keys[i + 1]`. */
export interface ScaledEntries {
  readonly keys: readonly ScaledKey[];
  readonly children: readonly number[];
}

/** Entries of a full node of the usual size, and bytes that a key takes in memory besides its coordinates. */
const USUAL_ENTRIES = 64;
const KEY_BYTES = 128;

/** A node of the tree with its keys counted in chunks: what section III.A.1 stores in elements. */
export interface ScaledNode extends ScaledEntries {
  /** What the keys were divided by: two datasets that claim one tree must not read each other's places. */
  readonly chunkShape: readonly number[];
  readonly level: number;
  readonly leftSibling: number | null;
  readonly rightSibling: number | null;
}

/** The B-tree of one dataset. */
export interface ChunkTree {
  /** Address of the root, which it keeps; `null` while there is none. */
  readonly address: number | null;
  readonly chunkShape: readonly number[];
  readonly elementSize: number;
  readonly codec: NodeCodec<ScaledNode>;
}

/** Codec of the tree's nodes; section III.A.1. Throws a `FormatError` for a chunk that is off the grid of chunks. */
export function scaledNode(chunkShape: readonly number[]): NodeCodec<ScaledNode> {
  const stored = chunkNode(chunkShape.length);
  return {
    ...stored,
    memorySize: USUAL_ENTRIES * (KEY_BYTES + 8 * chunkShape.length),
    decode(reader, context) {
      const node = stored.decode(reader, context);
      const keys = node.keys.map((key, i) => scaledKey(key, chunkShape, i === node.children.length, reader));
      return { ...node, chunkShape, keys };
    },
    encode(node, writer, context) {
      stored.encode(elementNode(node), writer, context);
    },
    sizeOf(_node, context) {
      return stored.prefixSize(context);
    },
  };
}

function scaledKey(key: ChunkKey, chunkShape: readonly number[], isLast: boolean, reader: Reader): ScaledKey {
  const { storedSize, filterMask, offset } = key;
  const scaled = offset.map((start, i) => start / (chunkShape[i] as number));
  if (isLast) {
    // A bound, not a chunk: libhdf5 before 2.0 rounds it down as well.
    return { scaled: scaled.map(Math.floor), tail: key.tail, storedSize, filterMask };
  }
  if (!scaled.every(Number.isInteger)) {
    throw reader.corrupt(
      `chunk at element ${offset.join(", ")} is not on the grid of ${chunkShape.join(" x ")} chunks`,
    );
  }
  return { scaled, tail: 0, storedSize, filterMask };
}

function elementNode({ chunkShape, keys, ...node }: ScaledNode): ChunkNode {
  return {
    ...node,
    keys: keys.map(({ scaled, ...key }) => ({ ...key, offset: scaled.map((at, i) => at * (chunkShape[i] as number)) })),
  };
}

/** Index of the child that holds a place; -1 when the place is before all of them. */
export function childAt({ keys, children }: ScaledEntries, scaled: readonly number[]): number {
  let low = 0;
  let high = children.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparePlaces((keys[middle] as ScaledKey).scaled, scaled) <= 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

/** The chunk at index `i` of a leaf. */
export function recordAt({ keys, children }: ScaledEntries, i: number): ChunkRecord {
  const { scaled, storedSize, filterMask } = keys[i] as ScaledKey;
  return { scaled, address: children[i] as number, storedSize, filterMask };
}

/** Bytes of every node of a tree. */
export function nodeSize(tx: Tx, tree: ChunkTree): number {
  return tree.codec.prefixSize(tx.context);
}

/** A node wherever it stands in the tree. */
export function readNode(tx: Tx, tree: ChunkTree, address: number): ScaledNode {
  const node = tx.node(tree.codec, address);
  const { chunkShape } = node;
  if (
    chunkShape !== tree.chunkShape &&
    (chunkShape.length !== tree.chunkShape.length || comparePlaces(chunkShape, tree.chunkShape) !== 0)
  ) {
    const shapes = `${chunkShape.join(" x ")} and ${tree.chunkShape.join(" x ")}`;
    throw new FormatError(tree.codec.name, `datasets with chunks of ${shapes} share it`, { address });
  }
  return node;
}

/** The root; `null` when there is no tree or nothing in it. */
export function readRoot(tx: Tx, tree: ChunkTree): ScaledNode | null {
  if (tree.address === null) {
    return null;
  }
  const root = readNode(tx, tree, tree.address);
  return root.children.length === 0 ? null : root;
}

/** A node below the root. Levels that fall by one are what keeps a descent from going round in a circle. */
export function readChild(tx: Tx, tree: ChunkTree, address: number, level: number): ScaledNode {
  const node = readNode(tx, tree, address);
  if (node.level !== level) {
    throw new FormatError(tree.codec.name, `level ${node.level} where ${level} must stand`, { address });
  }
  if (node.children.length === 0) {
    throw new FormatError(tree.codec.name, "a node below the root has no children", { address });
  }
  return node;
}

/** A root with nothing in it; section III.A.1. */
export function emptyRoot({ chunkShape }: ChunkTree): ScaledNode {
  return { chunkShape, level: 0, leftSibling: null, rightSibling: null, keys: [], children: [] };
}

/** Makes the last key of a node that of the neighbour to its right, whose first chunk has changed. */
export function putLastKey(tx: Tx, tree: ChunkTree, address: number, level: number, key: ScaledKey): void {
  const node = readChild(tx, tree, address, level);
  tx.put(tree.codec, address, { ...node, keys: [...node.keys.slice(0, -1), key] });
}
