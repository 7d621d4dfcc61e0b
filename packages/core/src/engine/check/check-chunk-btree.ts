import type { TreeChunkedLayout } from "@hdfive/format";
import type { Task } from "../../task.js";
import { comparePlaces } from "../chunk-index/chunk-bounds.js";
import {
  type ChunkTree,
  readChild,
  readNode,
  recordAt,
  type ScaledKey,
  scaledNode,
} from "../chunk-index/chunk-btree-node.js";
import type { ChunkRecord } from "../chunk-index/chunk-index.js";
import type { CheckRun } from "./check-run.js";

/** The last node met on a level. */
interface LevelEnd {
  readonly address: number;
  readonly rightSibling: number | null;
}

/** Checks the version 1 B-tree of a dataset: levels, keys, siblings. File Format Specification, section III.A.1. */
export function* checkChunkBtree(
  run: CheckRun,
  { address, chunkShape, elementSize }: TreeChunkedLayout,
  path: string,
  take: (records: readonly ChunkRecord[]) => Task<void>,
): Task<void> {
  if (address === null) {
    return;
  }
  const tree = { address, chunkShape, elementSize, codec: scaledNode(chunkShape) };
  const walk = new ChunkTreeWalk(run, tree, path, take);
  yield* walk.node(address, null, null);
  walk.end();
}

class ChunkTreeWalk {
  readonly #run: CheckRun;
  readonly #tree: ChunkTree;
  readonly #path: string;
  readonly #take: (records: readonly ChunkRecord[]) => Task<void>;
  readonly #ends = new Map<number, LevelEnd>();
  #last: readonly number[] | null = null;
  #isWhole = true;

  constructor(run: CheckRun, tree: ChunkTree, path: string, take: (records: readonly ChunkRecord[]) => Task<void>) {
    this.#run = run;
    this.#tree = tree;
    this.#path = path;
    this.#take = take;
  }

  #tell(address: number, problem: string): void {
    this.#run.report("error", this.#tree.codec.name, address, this.#path, problem);
  }

  /** A node and all below it; levels fall by one from at most 255. */
  *node(address: number, level: number | null, key: ScaledKey | null): Task<void> {
    const run = this.#run;
    const tree = this.#tree;
    if (!run.claimOnce(tree.codec.name, address, tree.codec.prefixSize(run.state.context), this.#path)) {
      this.#isWhole = false;
      return;
    }
    const node = yield* run.look(this.#path, (tx) =>
      level === null ? readNode(tx, tree, address) : readChild(tx, tree, address, level),
    );
    if (node === undefined) {
      this.#isWhole = false;
      return;
    }
    this.#checkSibling(node, node.level, address);
    const { keys, children } = node;
    if (key !== null && comparePlaces((keys[0] as ScaledKey).scaled, key.scaled) !== 0) {
      this.#tell(
        address,
        `it begins with chunk ${keys[0]?.scaled.join(", ")} where its parent says ${key.scaled.join(", ")}`,
      );
    }
    if (node.level > 0) {
      yield* run.want(tree.codec, children);
      for (const [i, child] of children.entries()) {
        yield* this.node(child, node.level - 1, keys[i] as ScaledKey);
      }
      return;
    }
    const records = children.map((_, i) => recordAt(node, i));
    for (const { scaled } of records) {
      if (this.#last !== null && comparePlaces(this.#last, scaled) >= 0) {
        this.#tell(address, `chunk ${scaled.join(", ")} stands after ${this.#last.join(", ")}`);
      }
      this.#last = scaled;
    }
    yield* this.#take(records);
  }

  #checkSibling(
    node: { leftSibling: number | null; rightSibling: number | null },
    level: number,
    address: number,
  ): void {
    const before = this.#ends.get(level);
    if (node.leftSibling !== (before?.address ?? null)) {
      this.#tell(address, `its left sibling is ${node.leftSibling} where ${before?.address ?? null} must stand`);
    }
    if (before !== undefined && before.rightSibling !== address) {
      this.#tell(before.address, `its right sibling is ${before.rightSibling} where ${address} must stand`);
    }
    this.#ends.set(level, { address, rightSibling: node.rightSibling });
  }

  /** The last node of every level has no sibling to its right. */
  end(): void {
    for (const { address, rightSibling } of this.#isWhole ? this.#ends.values() : []) {
      if (rightSibling !== null) {
        this.#tell(address, `it is the last of its level and has ${rightSibling} as its right sibling`);
      }
    }
  }
}
