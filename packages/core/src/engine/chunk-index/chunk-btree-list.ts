import { FormatError } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { comparePlaces, firstInside, isInside } from "./chunk-bounds.js";
import { type ChunkTree, readChild, readRoot, recordAt, type ScaledKey, type ScaledNode } from "./chunk-btree-node.js";
import type { ChunkBounds, ChunkPage, ChunkRecord } from "./chunk-record.js";

/** Which part of the tree is wanted. */
interface Scope {
  /** Nothing before this place. */
  readonly from: readonly number[] | null;
  readonly bounds: ChunkBounds | null;
  /** About how many chunks. */
  readonly limit: number;
}

/** A node and the place, `null` when unknown, that nothing under it reaches. */
interface Span {
  readonly node: ScaledNode;
  readonly upper: readonly number[] | null;
}

const EVERYTHING: Scope = { from: null, bounds: null, limit: Number.POSITIVE_INFINITY };

/** Up to `limit` chunks past `after` and in `bounds`, in lexicographic order. */
export function listChunks(
  tx: Tx,
  tree: ChunkTree,
  after: readonly number[] | null,
  atMost: number,
  bounds: ChunkBounds | null = null,
): ChunkPage {
  const limit = Math.max(1, atMost);
  // The next place there can be. Starting from it leaves out the subtree that ends with `after`.
  const from = after?.with(-1, (after.at(-1) as number) + 1) ?? null;
  const { leaves, cut } = leavesIn(tx, tree, { from, bounds, limit });
  const records: ChunkRecord[] = [];
  let seen: readonly number[] | null = null;
  for (const leaf of leaves) {
    for (let i = 0; i < leaf.children.length; i++) {
      const { scaled } = leaf.keys[i] as ScaledKey;
      if (seen !== null && comparePlaces(seen, scaled) >= 0) {
        throw new FormatError(tree.codec.name, `chunk ${scaled.join(", ")} stands after ${seen.join(", ")}`);
      }
      if (from !== null && comparePlaces(scaled, from) < 0) {
        continue;
      }
      if (bounds !== null && !isInside(scaled, bounds)) {
        seen = scaled;
        continue;
      }
      if (records.length >= limit) {
        return { records, next: seen };
      }
      seen = scaled;
      records.push(recordAt(leaf, i));
    }
  }
  if (cut && seen === null) {
    throw new FormatError(tree.codec.name, "its keys promise chunks that are not there", {
      address: tree.address ?? 0,
    });
  }
  return { records, next: cut ? seen : null };
}

/** How many chunks the tree holds. */
export function countChunks(tx: Tx, tree: ChunkTree): number {
  return leavesIn(tx, tree, EVERYTHING).leaves.reduce((sum, { children }) => sum + children.length, 0);
}

/** Makes the nodes of about the first `limit` chunks resident, level by level. */
export function wantFirst(tx: Tx, tree: ChunkTree, limit: number): void {
  leavesIn(tx, tree, { ...EVERYTHING, limit });
}

/** The leaves that can hold what is wanted; `cut` when there are more than `limit` chunks are likely to fill. */
function leavesIn(tx: Tx, tree: ChunkTree, scope: Scope): { leaves: ScaledNode[]; cut: boolean } {
  const root = readRoot(tx, tree);
  if (root === null) {
    return { leaves: [], cut: false };
  }
  const visited = new Set([tree.address]);
  let cut = false;
  let spans: Span[] = [{ node: root, upper: null }];
  for (let level = root.level - 1; level >= 0; level--) {
    const below = spans.flatMap((span) => childrenIn(span, scope));
    // Nodes are half full at least. One more, as the first may end where the page begins.
    const yieldPerNode = tx.context.chunkK ** (scope.bounds === null ? level + 1 : level);
    const most = Math.ceil(scope.limit / yieldPerNode) + 1;
    if (below.length > most) {
      below.length = most;
      cut = true;
    }
    for (const { address } of below) {
      if (visited.has(address)) {
        throw new FormatError(tree.codec.name, "the tree comes to it twice", { address });
      }
      visited.add(address);
    }
    tx.wantNodes(
      tree.codec,
      below.map(({ address }) => address),
    );
    spans = below.map(({ address, upper }) => ({ node: readChild(tx, tree, address, level), upper }));
  }
  return { leaves: spans.map(({ node }) => node), cut };
}

function childrenIn(
  { node: { keys, children }, upper }: Span,
  { from, bounds }: Scope,
): { address: number; upper: readonly number[] | null }[] {
  const wanted: { address: number; upper: readonly number[] | null }[] = [];
  for (const [i, address] of children.entries()) {
    // The last key bounds nothing that the parent's keys do not; other writers are careless with it.
    const end = i + 1 < children.length ? (keys[i + 1] as ScaledKey).scaled : upper;
    const { scaled } = keys[i] as ScaledKey;
    const start = from !== null && comparePlaces(scaled, from) < 0 ? from : scaled;
    const first = bounds === null ? start : firstInside(start, bounds);
    if (first !== null && (end === null || comparePlaces(first, end) < 0)) {
      wanted.push({ address, upper: end });
    }
  }
  return wanted;
}
