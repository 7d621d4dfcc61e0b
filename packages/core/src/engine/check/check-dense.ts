import { type AttributeInfo, type BtreeV2Records, fractalHeap, fractalHeapId, Reader } from "@hdfive/format";
import type { Task } from "../../task.js";
import { openFractalHeap } from "../heaps/fractal-heap.js";
import { checkBtreeV2 } from "./check-btree-v2.js";
import { checkFractalHeap } from "./check-fractal-heap.js";
import type { CheckRun } from "./check-run.js";
import { emptyUse, noteUse } from "./heap-use.js";

/** A record that leads to an object of a fractal heap. */
export interface HeapRecord {
  readonly heapId: Uint8Array;
}

/** What stands in dense storage: links of a group, or attributes of an object. */
export interface DenseContents<N extends HeapRecord, O extends HeapRecord> {
  readonly path: string;
  readonly info: AttributeInfo;
  readonly names: BtreeV2Records<N>;
  readonly orders: BtreeV2Records<O>;
  hashOf(record: N): number;
  orderOf(record: O): number;
  /** Whether a record leads to the storage's own heap; others lead to that of shared messages. */
  isOwn(record: N): boolean;
  /** Takes the stored messages that records by name lead to. */
  take(records: readonly N[], messages: readonly Uint8Array[]): Task<void>;
}

/** Checks dense storage: its heap, the index by name and the index by creation order. Sections IV.A.2.c and IV.A.2.v. */
export function* checkDense<N extends HeapRecord, O extends HeapRecord>(
  run: CheckRun,
  contents: DenseContents<N, O>,
): Task<void> {
  const { path, info, names, orders } = contents;
  const { heapAddress, nameIndexAddress, creationIndexAddress } = info;
  if (heapAddress === null) {
    return;
  }
  if (nameIndexAddress === null) {
    run.report("error", names.name, null, path, "what stands in a heap is found by no B-tree");
    return;
  }
  const header = yield* run.look(path, (tx) => tx.node(fractalHeap, heapAddress));
  if (header === undefined) {
    return;
  }
  const ids = fractalHeapId(header);
  const use = emptyUse();
  const count = yield* checkBtreeV2(
    run,
    { address: nameIndexAddress, records: names },
    {
      path,
      // Where hashes are equal the names decide, which the records do not hold.
      allowsEqual: true,
      compare: (a, b) => contents.hashOf(a) - contents.hashOf(b),
      *take(records) {
        const own = records.filter((record) => contents.isOwn(record));
        for (const { heapId } of own) {
          const id = yield* run.look(path, (tx) => ids.decode(new Reader(heapId, ids.name), tx.context));
          if (id !== undefined) {
            noteUse(use, id);
          }
        }
        const messages = yield* run.look(path, (tx) =>
          openFractalHeap(tx, heapAddress)
            .readAll(own.map(({ heapId }) => heapId))
            .map((bytes) => bytes.slice()),
        );
        if (messages !== undefined) {
          yield* contents.take(own, messages);
        }
        const elsewhere = records.filter((record) => !contents.isOwn(record));
        yield* contents.take(elsewhere, []);
      },
    },
  );
  yield* checkFractalHeap(run, heapAddress, path, count === null ? null : use);
  if (creationIndexAddress === null) {
    return;
  }
  let most = -1;
  const ordered = yield* checkBtreeV2(
    run,
    { address: creationIndexAddress, records: orders },
    {
      path,
      allowsEqual: false,
      compare: (a, b) => contents.orderOf(a) - contents.orderOf(b),
      take(records) {
        most = records.reduce((largest, record) => Math.max(largest, contents.orderOf(record)), most);
        return null;
      },
    },
  );
  if (count !== null && ordered !== null && count !== ordered) {
    run.report("error", orders.name, creationIndexAddress, path, `${ordered} by creation order, and ${count} by name`);
  }
  if (info.maxCreationIndex !== null && most >= info.maxCreationIndex) {
    const problem = `creation order ${most} was given, and ${info.maxCreationIndex} is the next one`;
    run.report("error", orders.name, creationIndexAddress, path, problem);
  }
}
