import {
  type DirectBlock,
  directBlock,
  directBlockPrefixSize,
  directRowCount,
  FormatError,
  type FractalHeap,
  type FractalHeapId,
  fractalHeap,
  fractalHeapId,
  type IndirectEntry,
  indirectBlock,
  indirectRowCount,
  rowBlockSize,
  Writer,
} from "@hdfive/format";
import { describe, expect, it } from "vitest";
import { openFractalHeap } from "../../src/engine/heaps/fractal-heap.js";
import type { Tx } from "../../src/engine/transaction/tx.js";
import { type EngineFile, newFile, openFile } from "./engine-file.js";

/** A heap with blocks so small that a few kilobytes stand deep. */
const SMALL: FractalHeap = {
  idLength: 7,
  hugeIdsWrapped: false,
  checksumDirectBlocks: true,
  maxManagedSize: 64,
  nextHugeId: 0,
  hugeIndexAddress: null,
  managedFreeSpace: 0,
  freeSpaceAddress: null,
  managedSpace: 0,
  allocatedSpace: 0,
  iteratorOffset: 0,
  managedCount: 0,
  hugeSize: 0,
  hugeCount: 0,
  tinySize: 0,
  tinyCount: 0,
  tableWidth: 2,
  startingBlockSize: 64,
  maxDirectBlockSize: 128,
  maxHeapBits: 32,
  startRootRows: 1,
  rootAddress: null,
  rootRows: 9,
  filters: null,
};

/** Lays a heap out block by block, as the specification draws it; `change` may spoil what is written. */
function build(
  tx: Tx,
  rows: number,
  change: { entry?(entry: IndirectEntry, start: number): IndirectEntry; direct?(block: DirectBlock): DirectBlock } = {},
): { readonly address: number; readonly starts: readonly number[] } {
  const address = tx.alloc(fractalHeap.sizeOf(SMALL, tx.context));
  const starts: number[] = [];
  const direct = (start: number, size: number): number => {
    const at = tx.alloc(size);
    const data = new Uint8Array(size - directBlockPrefixSize(SMALL, tx.context)).fill(starts.length % 251);
    starts.push(start);
    const block = { heapAddress: address, blockOffset: start, data };
    tx.put(directBlock(SMALL, size), at, change.direct?.(block) ?? block);
    return at;
  };
  const indirect = (start: number, rowCount: number): number => {
    const codec = indirectBlock(SMALL, rowCount);
    const at = tx.alloc(codec.prefixSize(tx.context));
    const entries: IndirectEntry[] = [];
    let offset = start;
    for (let row = 0; row < rowCount; row++) {
      const size = rowBlockSize(SMALL, row);
      for (let column = 0; column < SMALL.tableWidth; column++) {
        const isDirect = row < directRowCount(SMALL);
        const child = isDirect ? direct(offset, size) : indirect(offset, indirectRowCount(SMALL, size));
        const entry = { address: child, storedSize: null, filterMask: 0 };
        entries.push(change.entry?.(entry, offset) ?? entry);
        offset += size;
      }
    }
    tx.put(codec, at, { heapAddress: address, blockOffset: start, entries });
    return at;
  };
  tx.put(fractalHeap, address, { ...SMALL, rootRows: rows, rootAddress: indirect(0, rows) });
  return { address, starts };
}

function idOf(tx: Tx, id: FractalHeapId, heap = SMALL): Uint8Array {
  const codec = fractalHeapId(heap);
  const writer = new Writer(codec.sizeOf(id, tx.context), codec.name);
  codec.encode(id, writer, tx.context);
  return writer.finish();
}

async function saved(file: EngineFile, storm: boolean): Promise<EngineFile> {
  return openFile(await file.image(), storm);
}

const PREFIX = 4 + 1 + 8 + 4 + 4;

describe.each([false, true])("a fractal heap (storage that has to be waited for: %s)", (storm) => {
  it("finds every block of a table nine rows deep, one by one and all at once", async () => {
    const draft = await newFile(false);
    const { address, starts } = await draft.do((tx) => build(tx, 9));
    expect(starts.length).toBeGreaterThan(200);
    const file = await saved(draft, storm);
    await file.do((tx) => {
      const heap = openFractalHeap(tx, address);
      const ids = starts.map((start) => idOf(tx, { type: "managed", offset: start + PREFIX, length: 5 }));
      const expected = starts.map((_, i) => new Uint8Array(5).fill(i % 251));
      expect(heap.readAll(ids)).toEqual(expected);
      expect(ids.map((id) => heap.read(id))).toEqual(expected);
    });
  });

  it("refuses objects outside its blocks, across their ends and in their prefixes", async () => {
    const draft = await newFile(false);
    const { address, starts } = await draft.do((tx) => build(tx, 4));
    const file = await saved(draft, storm);
    const end = (starts.at(-1) as number) + 128;
    for (const [offset, length] of [
      [PREFIX, 0],
      [PREFIX - 1, 4],
      [PREFIX, 60],
      [end + PREFIX, 4],
      [2 ** 31, 4],
    ] as const) {
      await expect(async () =>
        file.do((tx) => openFractalHeap(tx, address).read(idOf(tx, { type: "managed", offset, length }))),
      ).rejects.toBeInstanceOf(FormatError);
    }
    await expect(async () =>
      file.do((tx) => openFractalHeap(tx, address).read(new Uint8Array(8))),
    ).rejects.toMatchObject({ code: "CORRUPT", message: expect.stringContaining("IDs have 7 bytes") });
    await expect(async () =>
      file.do((tx) => openFractalHeap(tx, address).read(idOf(tx, { type: "huge", number: 1 }))),
    ).rejects.toMatchObject({ code: "CORRUPT", message: expect.stringContaining("no B-tree") });
  });

  it("refuses blocks that stand in another place or belong to another heap", async () => {
    const draft = await newFile(false);
    const moved = await draft.do((tx) =>
      build(tx, 2, { direct: (block) => ({ ...block, blockOffset: block.blockOffset + 64 }) }),
    );
    const foreign = await draft.do((tx) =>
      build(tx, 2, { direct: (block) => ({ ...block, heapAddress: moved.address }) }),
    );
    const missing = await draft.do((tx) => build(tx, 2, { entry: (entry) => ({ ...entry, address: null }) }));
    const circle = await draft.do((tx) => {
      const heap = build(tx, 9);
      const { rootAddress } = tx.node(fractalHeap, heap.address);
      const codec = indirectBlock(SMALL, 9);
      const root = tx.node(codec, rootAddress as number);
      const entries = root.entries.map((entry) => ({ ...entry, address: rootAddress }));
      tx.put(codec, rootAddress as number, { ...root, entries });
      return heap;
    });
    const file = await saved(draft, storm);
    for (const { address } of [moved, foreign, missing, circle]) {
      for (const offset of [PREFIX, 64 + PREFIX, 6000]) {
        await expect(async () =>
          file.do((tx) => openFractalHeap(tx, address).readAll([idOf(tx, { type: "managed", offset, length: 3 })])),
        ).rejects.toBeInstanceOf(FormatError);
      }
    }
  });

  it("reads what stands in its IDs, and what they point to", async () => {
    const draft = await newFile(false);
    const heap = { ...SMALL, idLength: 30, rootRows: 0 };
    const { address, huge } = await draft.do((tx) => {
      const at = tx.alloc(fractalHeap.sizeOf(heap, tx.context));
      tx.put(fractalHeap, at, heap);
      const object = tx.alloc(100);
      tx.putBlock(object, new Uint8Array(100).fill(7));
      return { address: at, huge: object };
    });
    const file = await saved(draft, storm);
    await file.do((tx) => {
      const data = Uint8Array.from({ length: 28 }, (_, i) => i);
      const tiny = idOf(tx, { type: "tiny", data }, heap);
      const direct = { type: "huge-direct", address: huge, storedSize: 100, filterMask: 0, length: 100 } as const;
      const reader = openFractalHeap(tx, address);
      expect(reader.readAll([tiny, idOf(tx, direct, heap)])).toEqual([data, new Uint8Array(100).fill(7)]);
      const long = { ...direct, storedSize: 2 ** 40, length: 2 ** 40 };
      expect(() => reader.read(idOf(tx, long, heap))).toThrow(expect.objectContaining({ code: "LIMIT" }));
    });
  });

  it("does not hand out the same bytes without end", async () => {
    const draft = await newFile(false);
    const { address } = await draft.do((tx) => build(tx, 2));
    const file = await saved(draft, storm);
    await expect(async () =>
      file.do((tx) => {
        const id = idOf(tx, { type: "managed", offset: PREFIX, length: 40 });
        return openFractalHeap(tx, address).readAll(Array.from({ length: 10_000 }, () => id)).length;
      }),
    ).rejects.toMatchObject({ code: "LIMIT" });
  });
});
