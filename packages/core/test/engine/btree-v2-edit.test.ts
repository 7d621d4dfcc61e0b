import { type BtreeV2Child, btreeV2Header, linkOrderRecords } from "@hdfive/format";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BtreeV2, openBtree, readBtreeNode } from "../../src/engine/btree-v2/btree.js";
import { createBtree, freeBtree, mergeCount, splitCount } from "../../src/engine/btree-v2/edit.js";
import { findRecord } from "../../src/engine/btree-v2/find.js";
import { upsertRecord } from "../../src/engine/btree-v2/insert.js";
import { listRecords } from "../../src/engine/btree-v2/list.js";
import { removeRecord } from "../../src/engine/btree-v2/remove.js";
import type { Tx } from "../../src/engine/transaction/tx.js";
import { type EngineFile, newFile } from "./engine-file.js";

type Order = { readonly creationOrder: number; readonly heapId: Uint8Array };
type Step = { readonly put: number; readonly mark: number } | { readonly remove: number };

const compareTo =
  (creationOrder: number) =>
  (record: Order): number =>
    creationOrder - record.creationOrder;
const record = (creationOrder: number, mark: number): Order => ({
  creationOrder,
  heapId: Uint8Array.of(mark & 0xff, mark >>> 8, 0, 0, 0, 0, 0),
});
const markOf = ({ heapId }: Order): number => (heapId[0] as number) + 256 * (heapId[1] as number);

/** Node sizes for 3, 4, 5 and 33 records in a leaf: every way to split, share and merge comes up soon. */
const NODE_SIZES = [10 + 15 * 3 + 60, 10 + 15 * 8, 10 + 15 * 12, 512];

const anyStep = (most: number): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ put: fc.nat(most), mark: fc.nat(65_535) }) },
    { weight: 2, arbitrary: fc.record({ remove: fc.nat(most) }) },
  );

/** Whether every node but the root is as full as it has to be; counts are checked by whatever reads the nodes. */
function checkFill(tx: Tx, tree: BtreeV2<Order>): void {
  const open = openBtree(tx, tree);
  const visit = (child: BtreeV2Child, level: number): void => {
    const node = readBtreeNode(tx, open, child, level);
    expect(node.records.length).toBeLessThanOrEqual(splitCount(open, level));
    for (const below of node.children) {
      expect(below.recordCount).toBeGreaterThanOrEqual(mergeCount(open, level - 1));
      visit(below, level - 1);
    }
  };
  if (open.root !== null) {
    visit(open.root, open.header.depth);
  }
}

async function newTree(storm: boolean, nodeSize: number): Promise<{ file: EngineFile; tree: BtreeV2<Order> }> {
  const file = await newFile(storm);
  const address = await file.do((tx) => createBtree(tx, linkOrderRecords, { nodeSize }));
  return { file, tree: { address, records: linkOrderRecords } };
}

describe.each([false, true])("a version 2 B-tree (storage that has to be waited for: %s)", (storm) => {
  it.each(NODE_SIZES)(
    "with nodes of %i bytes holds what a map holds, in order, and nodes are never too thin",
    async (nodeSize) => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep(120), { maxLength: 300 }), async (steps) => {
          const { file, tree } = await newTree(storm, nodeSize);
          const model = new Map<number, number>();
          for (const step of steps) {
            if ("put" in step) {
              const previous = await file.do((tx) =>
                upsertRecord(tx, tree, record(step.put, step.mark), compareTo(step.put)),
              );
              expect(previous === null ? undefined : markOf(previous)).toBe(model.get(step.put));
              model.set(step.put, step.mark);
            } else {
              const removed = await file.do((tx) => removeRecord(tx, tree, compareTo(step.remove)));
              expect(removed === null ? undefined : markOf(removed)).toBe(model.get(step.remove));
              model.delete(step.remove);
            }
            await file.do((tx) => checkFill(tx, tree));
          }
          await file.image();
          const listed = await file.do((tx) => listRecords(tx, tree, 0, 1000));
          const expected = [...model].sort(([a], [b]) => a - b);
          expect(listed.map((found) => [found.creationOrder, markOf(found)])).toEqual(expected);
          expect((await file.do((tx) => tx.node(btreeV2Header, tree.address))).totalRecordCount).toBe(model.size);
        }),
        { numRuns: storm ? 8 : 40 },
      );
    },
  );
});

describe("a version 2 B-tree", () => {
  it("grows and shrinks through several levels, and gives every byte back", async () => {
    const { file, tree } = await newTree(false, 512);
    const before = file.state.allocator.usedBytes;
    const count = 20_000;
    for (let i = 0; i < count; i++) {
      const key = (i * 7919) % count;
      await file.do((tx) => upsertRecord(tx, tree, record(key, key & 0xffff), compareTo(key)));
    }
    expect((await file.do((tx) => tx.node(btreeV2Header, tree.address))).depth).toBeGreaterThanOrEqual(3);
    await file.do((tx) => checkFill(tx, tree));
    for (let i = 0; i < count; i += 1 + (i % 3)) {
      const key = (i * 4001) % count;
      await file.do((tx) => removeRecord(tx, tree, compareTo(key)));
    }
    await file.do((tx) => checkFill(tx, tree));
    for (let key = 0; key < count; key++) {
      await file.do((tx) => removeRecord(tx, tree, compareTo(key)));
    }
    expect(file.state.allocator.usedBytes).toBe(before);
    expect(await file.do((tx) => findRecord(tx, tree, compareTo(1)))).toBeNull();
    for (let key = 0; key < 1000; key++) {
      await file.do((tx) => upsertRecord(tx, tree, record(key, 0), compareTo(key)));
    }
    await file.do((tx) => freeBtree(tx, tree));
    expect(file.state.allocator.usedBytes).toBe(before - 38);
  });
});
