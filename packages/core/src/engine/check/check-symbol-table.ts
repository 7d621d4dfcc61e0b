import {
  decodeText,
  type GroupNode,
  groupNode,
  localHeap,
  type SymbolNode,
  type SymbolTable,
  type SymbolTableEntry,
  symbolNode,
} from "@hdfive/format";
import type { Task } from "../../task.js";
import { treeNode } from "../groups/group-tree.js";
import { type NamedEntry, targetOf } from "../groups/symbol-table.js";
import { compareBytes, heapSegment, textBytes } from "../heaps/local-heap.js";
import { walkFreeList } from "../heaps/local-heap-space.js";
import type { CheckRun } from "./check-run.js";

/** What a hard link's entry says besides, to be compared with the object it leads to. */
export type CheckedEntry = NamedEntry & { readonly cache: SymbolTableEntry["cache"] };

/** A node met on one level of a tree, to compare siblings with. */
interface LevelEnd {
  readonly address: number;
  readonly rightSibling: number | null;
}

/** A stretch of a data segment that is free. */
interface Hole {
  readonly offset: number;
  readonly size: number;
}

/**
 * Checks the links of an old-style group: its B-tree with keys and siblings, its symbol table nodes, and the heap of names.
 * File Format Specification, sections III.A.1, III.B and III.D.
 *
 * @returns the links; those in nodes that cannot be read are missing
 */
export function* checkSymbolTable(run: CheckRun, table: SymbolTable, path: string): Task<CheckedEntry[]> {
  const holes = yield* checkLocalHeap(run, table.heapAddress, path);
  if (holes === null) {
    return [];
  }
  const segment = yield* run.look(path, (tx) => heapSegment(tx, table.heapAddress).slice());
  if (segment === undefined) {
    return [];
  }
  const walk = new TreeWalk(run, path, segment, holes);
  yield* walk.node(table.btreeAddress, null, null);
  walk.end();
  return walk.entries;
}

/** Checks a local heap and its list of holes. File Format Specification, section III.D. */
export function* checkLocalHeap(run: CheckRun, address: number, path: string): Task<readonly Hole[] | null> {
  const heap = yield* run.look(path, (tx) => tx.node(localHeap, address));
  if (heap === undefined || !run.claimOnce(localHeap.name, address, localHeap.prefixSize(run.state.context), path)) {
    return null;
  }
  run.claim("local-heap-data-segment", heap.dataAddress, heap.dataSize, path);
  const holes = yield* run.look(path, (tx) => {
    const found: Hole[] = [];
    walkFreeList(tx, heap, heapSegment(tx, address), ({ offset, size }) => {
      found.push({ offset, size });
      return false;
    });
    return found.sort((a, b) => a.offset - b.offset);
  });
  for (const [i, { offset }] of (holes ?? []).entries()) {
    const before = holes?.[i - 1];
    if (before !== undefined && before.offset + before.size > offset) {
      run.report("error", localHeap.name, address, path, `free blocks at ${before.offset} and ${offset} overlap`);
    }
  }
  return holes ?? [];
}

class TreeWalk {
  readonly entries: CheckedEntry[] = [];
  readonly #run: CheckRun;
  readonly #path: string;
  readonly #segment: Uint8Array;
  readonly #holes: readonly Hole[];
  /** The last node met on each level. */
  readonly #ends = new Map<number, LevelEnd>();
  #lastName: Uint8Array | null = null;

  constructor(run: CheckRun, path: string, segment: Uint8Array, holes: readonly Hole[]) {
    this.#run = run;
    this.#path = path;
    this.#segment = segment;
    this.#holes = holes;
  }

  /** A node of the B-tree and all below it; levels fall by one from at most 255. */
  *node(address: number, parent: GroupNode | null, bounds: readonly [Uint8Array, Uint8Array] | null): Task<void> {
    const run = this.#run;
    if (!run.claimOnce(groupNode.name, address, groupNode.prefixSize(run.state.context), this.#path)) {
      return;
    }
    const node = yield* run.look(this.#path, (tx) => treeNode(tx, address, parent));
    if (node === undefined) {
      return;
    }
    this.#checkSibling(node, address);
    const keys = yield* run.look(this.#path, () => node.keys.map((offset) => textBytes(this.#segment, offset)));
    if (keys === undefined) {
      return;
    }
    const [first, last] = [keys[0], keys.at(-1)];
    const [lower, upper] = bounds ?? [first, last];
    if (first && last && lower && upper && (compareBytes(first, lower) < 0 || compareBytes(last, upper) > 0)) {
      run.report("error", groupNode.name, address, this.#path, "its keys go beyond those of its parent");
    }
    yield* run.want(node.level === 0 ? symbolNode : groupNode, node.children);
    for (const [i, child] of node.children.entries()) {
      const between: [Uint8Array, Uint8Array] = [keys[i] as Uint8Array, keys[i + 1] as Uint8Array];
      if (compareBytes(...between) >= 0) {
        run.report("error", groupNode.name, address, this.#path, `key ${i} is not less than the one after it`);
      }
      if (node.level === 0) {
        yield* this.#leaf(child, between);
      } else {
        yield* this.node(child, node, between);
      }
    }
  }

  *#leaf(address: number, [lower, upper]: readonly [Uint8Array, Uint8Array]): Task<void> {
    const run = this.#run;
    if (!run.claimOnce(symbolNode.name, address, symbolNode.prefixSize(run.state.context), this.#path)) {
      return;
    }
    const node: SymbolNode | undefined = yield* run.look(this.#path, (tx) => tx.node(symbolNode, address));
    const tell = (problem: string): void => run.report("error", symbolNode.name, address, this.#path, problem);
    if (node?.entries.length === 0) {
      tell("it has no entries");
    }
    for (const entry of node?.entries ?? []) {
      const named = yield* run.look(this.#path, () => {
        const name = textBytes(this.#segment, entry.nameOffset);
        return { name, target: targetOf(entry, this.#segment, address) };
      });
      if (named === undefined) {
        continue;
      }
      const { name, target } = named;
      const text = decodeText(name);
      if (this.#lastName !== null && compareBytes(this.#lastName, name) >= 0) {
        tell(`'${text}' is not in order`);
      }
      if (compareBytes(name, lower) <= 0 || compareBytes(name, upper) > 0) {
        tell(`'${text}' is not between the keys around the node`);
      }
      this.#lastName = name;
      this.#checkText(entry.nameOffset, name.length, address);
      this.entries.push({ name: text, target, cache: entry.cache });
    }
  }

  /** A text must not stand in what the heap says is free. */
  #checkText(offset: number, length: number, address: number): void {
    const end = offset + length + 1;
    const hole = this.#holes.find((one) => one.offset < end && offset < one.offset + one.size);
    if (hole !== undefined) {
      const problem = `the name at offset ${offset} stands in the free block at offset ${hole.offset}`;
      this.#run.report("error", localHeap.name, address, this.#path, problem);
    }
  }

  #checkSibling(node: GroupNode, address: number): void {
    const before = this.#ends.get(node.level);
    const isFirst = before === undefined;
    if (isFirst ? node.leftSibling !== null : node.leftSibling !== before.address) {
      const problem = `its left sibling is ${node.leftSibling} where ${before?.address ?? null} must stand`;
      this.#run.report("error", groupNode.name, address, this.#path, problem);
    }
    if (!isFirst && before.rightSibling !== address) {
      const problem = `its right sibling is ${before.rightSibling} where ${address} must stand`;
      this.#run.report("error", groupNode.name, before.address, this.#path, problem);
    }
    this.#ends.set(node.level, { address, rightSibling: node.rightSibling });
  }

  /** The last node of every level has no sibling to its right. */
  end(): void {
    for (const { address, rightSibling } of this.#ends.values()) {
      if (rightSibling !== null && !this.#run.isIncomplete) {
        const problem = `it is the last of its level and has ${rightSibling} as its right sibling`;
        this.#run.report("error", groupNode.name, address, this.#path, problem);
      }
    }
  }
}
