import type { BtreeV2Child } from "@hdfive/format";
import { btreeV2Header } from "@hdfive/format";
import type { Task } from "../../task.js";
import { type BtreeV2, type OpenBtree, openBtree, readBtreeNode, wantBtreeNodes } from "../btree-v2/btree.js";
import type { CheckRun } from "./check-run.js";

/** What is asked of the records of a version 2 B-tree. */
export interface RecordCheck<R> {
  readonly path: string | null;
  /** Less than 0 when the first comes before the second; records may be equal where they are told apart elsewhere. */
  compare(first: R, second: R): number;
  /** Whether two records may be equal. */
  readonly allowsEqual: boolean;
  /** Takes some records, in the order of the tree; `null` when there is nothing to wait for. */
  take(records: readonly R[]): Task<void> | null;
}

const BATCH = 512;

/** Goes through the records of one tree, and keeps the last to compare the next one with. */
class Walk<R> {
  readonly run: CheckRun;
  readonly tree: OpenBtree<R>;
  readonly check: RecordCheck<R>;
  #batch: R[] = [];
  #last: R | null = null;
  count = 0;

  constructor(run: CheckRun, tree: OpenBtree<R>, check: RecordCheck<R>) {
    this.run = run;
    this.tree = tree;
    this.check = check;
  }

  /** A node and all below it. Levels fall by one, of which there are no more than the geometry of a tree allows. */
  *node(child: BtreeV2Child, level: number): Task<void> {
    const { run, tree, check } = this;
    const { path } = check;
    const name = level === 0 ? "btree-v2-leaf" : "btree-v2-internal-node";
    if (!run.claimOnce(name, child.address, tree.header.nodeSize, path)) {
      return;
    }
    const node = yield* run.look(path, (tx) => readBtreeNode(tx, tree, child, level));
    if (node === undefined) {
      return;
    }
    if (node.children.length === 0) {
      for (const record of node.records) {
        yield* this.record(record, child.address);
      }
      return;
    }
    yield* run.look(path, (tx) => wantBtreeNodes(tx, tree, node.children, level - 1));
    for (const [i, below] of node.children.entries()) {
      yield* this.node(below, level - 1);
      const record = node.records[i];
      if (record !== undefined) {
        yield* this.record(record, child.address);
      }
    }
  }

  *record(record: R, address: number): Task<void> {
    const { run, tree, check } = this;
    if (this.#last !== null) {
      const order = check.compare(this.#last, record);
      if (order > 0 || (order === 0 && !check.allowsEqual)) {
        run.report("error", tree.records.name, address, check.path, `record ${this.count} is not in order`);
      }
    }
    this.#last = record;
    this.count++;
    this.#batch.push(record);
    if (this.#batch.length === BATCH) {
      yield* this.flush();
    }
  }

  *flush(): Task<void> {
    const batch = this.#batch;
    this.#batch = [];
    const task = batch.length > 0 ? this.check.take(batch) : null;
    if (task !== null) {
      yield* task;
    }
  }
}

/**
 * Checks a version 2 B-tree: its header, the order of its records, the counts of every node. File Format Specification,
 * section III.A.2.
 *
 * @returns how many records there are; `null` when not all of them could be reached
 */
export function* checkBtreeV2<R>(run: CheckRun, tree: BtreeV2<R>, check: RecordCheck<R>): Task<number | null> {
  const { context } = run.state;
  const header = yield* run.look(check.path, (tx) => tx.node(btreeV2Header, tree.address));
  if (header === undefined) {
    return null;
  }
  if (!run.claimOnce(btreeV2Header.name, tree.address, btreeV2Header.sizeOf(header, context), check.path)) {
    return null;
  }
  const open = yield* run.look(check.path, (tx) => openBtree(tx, tree));
  if (open === undefined) {
    return null;
  }
  if (open.root === null && header.rootAddress !== null) {
    // libhdf5 gives back the root of an empty tree; one that was left is in use all the same.
    run.claim("btree-v2-leaf", header.rootAddress, header.nodeSize, check.path);
  }
  const walk = new Walk(run, open, check);
  if (open.root !== null) {
    yield* walk.node(open.root, header.depth);
  }
  yield* walk.flush();
  return walk.count === header.totalRecordCount ? walk.count : null;
}
