import {
  fractalHeap,
  fractalHeapId,
  Reader,
  type SharedMessageIndex,
  type SharedMessageRecord,
  sharedMessageList,
  sharedMessageRecords,
  sharedMessageTable,
} from "@hdfive/format";
import type { Task } from "../../task.js";
import { checkBtreeV2 } from "./check-btree-v2.js";
import { checkFractalHeap } from "./check-fractal-heap.js";
import type { CheckRun } from "./check-run.js";
import { emptyUse, noteUse } from "./heap-use.js";

/** Checks the table of shared messages with its indexes, heaps and counts of uses. File Format Specification, section III.I. */
export function* checkSharedMessages(run: CheckRun): Task<void> {
  const { sharedMessages, context } = run.state;
  if (sharedMessages === null) {
    return;
  }
  const { tableAddress, indexCount } = sharedMessages;
  const codec = sharedMessageTable(indexCount);
  const table = yield* run.look(null, (tx) => tx.node(codec, tableAddress));
  if (table === undefined || !run.claimOnce(codec.name, tableAddress, codec.sizeOf(table, context), null)) {
    return;
  }
  for (const index of table.indexes) {
    yield* checkIndex(run, index, tableAddress);
  }
}

function* checkIndex(run: CheckRun, index: SharedMessageIndex, tableAddress: number): Task<void> {
  const { heapAddress, indexAddress } = index;
  const heap = heapAddress === null ? undefined : yield* run.look(null, (tx) => tx.node(fractalHeap, heapAddress));
  const use = emptyUse();
  let isWhole = true;
  const take = function* (records: readonly SharedMessageRecord[]): Task<void> {
    for (const record of records) {
      if (record.location !== "heap" || heap === undefined) {
        continue;
      }
      const ids = fractalHeapId(heap);
      const id = yield* run.look(null, (tx) => ids.decode(new Reader(record.heapId, ids.name), tx.context));
      if (id !== undefined) {
        noteUse(use, id);
      }
      const found = run.sharedUsesOf(index.messageTypes, record.heapId);
      if (found > record.referenceCount) {
        const problem = `a message counts ${record.referenceCount} uses, and has ${found}`;
        run.report("error", sharedMessageRecords.name, indexAddress, null, problem);
      }
    }
  };
  if (indexAddress !== null) {
    const count = yield* checkRecords(run, index, indexAddress, take);
    isWhole = count !== null;
    if (count !== null && count !== index.messageCount) {
      const problem = `it counts ${index.messageCount} messages, and there are ${count}`;
      run.report("error", "shared-message-table", tableAddress, null, problem);
    }
  }
  if (heapAddress !== null) {
    yield* checkFractalHeap(run, heapAddress, null, isWhole ? use : null);
  }
}

function* checkRecords(
  run: CheckRun,
  { kind, messageCount, listCutoff }: SharedMessageIndex,
  address: number,
  take: (records: readonly SharedMessageRecord[]) => Task<void>,
): Task<number | null> {
  if (kind === "btree") {
    const compare = (a: SharedMessageRecord, b: SharedMessageRecord): number => a.hash - b.hash;
    const tree = { address, records: sharedMessageRecords };
    return yield* checkBtreeV2(run, tree, { path: null, allowsEqual: true, compare, take });
  }
  const list = yield* run.look(null, (tx) => tx.node(sharedMessageList(messageCount, listCutoff), address));
  if (list === undefined) {
    return null;
  }
  const size = sharedMessageList(messageCount, listCutoff).sizeOf(list, run.state.context);
  run.claimOnce("shared-message-list", address, size, null);
  yield* take(list.records);
  return list.records.length;
}
