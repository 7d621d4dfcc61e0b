import type { Tx } from "../transaction/tx.js";
import { comparePlaces } from "./chunk-bounds.js";
import {
  type ChunkTree,
  childAt,
  readChild,
  readRoot,
  recordAt,
  type ScaledKey,
  type ScaledNode,
} from "./chunk-btree-node.js";
import type { ChunkRecord } from "./chunk-record.js";

/** A node and the places, from `from` up to `to` in the list of those looked for, that belong under it. */
export interface Share {
  readonly node: ScaledNode;
  readonly from: number;
  readonly to: number;
}

/** The record of a chunk, or `null`. */
export function findChunk(tx: Tx, tree: ChunkTree, scaled: readonly number[]): ChunkRecord | null {
  let node = readRoot(tx, tree);
  while (node !== null) {
    const i = childAt(node, scaled);
    if (node.level === 0 || i < 0) {
      return recordOf(node, i, scaled);
    }
    node = readChild(tx, tree, node.children[i] as number, node.level - 1);
  }
  return null;
}

function recordOf(node: ScaledNode, i: number, scaled: readonly number[]): ChunkRecord | null {
  return i >= 0 && comparePlaces((node.keys[i] as ScaledKey).scaled, scaled) === 0 ? recordAt(node, i) : null;
}

/** The records of many chunks, best in ascending order: each level of the tree is fetched at once. */
export function findChunks(tx: Tx, tree: ChunkTree, places: readonly (readonly number[])[]): (ChunkRecord | null)[] {
  const found: (ChunkRecord | null)[] = places.map(() => null);
  for (const { node, from, to } of leavesOf(tx, tree, places)) {
    for (let at = from; at < to; at++) {
      const scaled = places[at] as readonly number[];
      found[at] = recordOf(node, childAt(node, scaled), scaled);
    }
  }
  return found;
}

/** The leaves where places are or would be, each with its share of them; places before the whole tree go to its first leaf. */
export function leavesOf(tx: Tx, tree: ChunkTree, places: readonly (readonly number[])[]): Share[] {
  const root = readRoot(tx, tree);
  let shares: Share[] = root === null ? [] : [{ node: root, from: 0, to: places.length }];
  for (let level = (root?.level ?? 0) - 1; level >= 0; level--) {
    const below = shares.flatMap((share) => divide(share, places));
    tx.wantNodes(
      tree.codec,
      below.map(({ address }) => address),
    );
    shares = below.map(({ address, from, to }) => ({ node: readChild(tx, tree, address, level), from, to }));
  }
  return shares;
}

function divide(
  { node, from, to }: Share,
  places: readonly (readonly number[])[],
): { address: number; from: number; to: number }[] {
  const parts: { address: number; from: number; to: number }[] = [];
  let previous = -1;
  for (let at = from; at < to; at++) {
    const i = Math.max(0, childAt(node, places[at] as readonly number[]));
    const part = parts[parts.length - 1];
    if (part !== undefined && i === previous) {
      part.to = at + 1;
    } else {
      parts.push({ address: node.children[i] as number, from: at, to: at + 1 });
    }
    previous = i;
  }
  return parts;
}
