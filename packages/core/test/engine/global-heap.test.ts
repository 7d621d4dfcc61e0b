import { FormatError, type GlobalHeapId, globalHeap, Reader } from "@hdfive/format";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  insertHeapObjects,
  readHeapObject,
  removeHeapObjects,
  wantHeapObjects,
} from "../../src/engine/heaps/global-heap.js";
import type { HeapCursor } from "../../src/engine/transaction/file-state.js";
import { Tx } from "../../src/engine/transaction/tx.js";
import { MemoryStorage } from "../../src/storage/memory-storage.js";
import { DEFAULT_K, flushed, newFile, reopen, run, runSlow, storm } from "./chunk-fixture.js";
import { PYTHONS, withH5py } from "./h5py.js";

const NONE: HeapCursor = { collectionAddress: null };
const bytesOf = (length: number, seed = 1): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + seed) % 251);
const keyOf = ({ collectionAddress, index }: GlobalHeapId): string => `${collectionAddress}:${index}`;

const command = fc.oneof(
  fc.record({ insert: fc.array(fc.oneof(fc.nat(60), fc.nat(900), fc.nat(9000)), { maxLength: 30 }) }),
  fc.record({ remove: fc.array(fc.nat(), { maxLength: 40 }) }),
);

describe("the global heap", () => {
  it("keeps what was put in until it is removed, over storage that answers late as well", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 20 }), async (commands) => {
        const file = newFile(2);
        let size = file.state.allocator.endOfFile;
        const model = new Map<string, { id: GlobalHeapId; data: Uint8Array }>();
        let state = file.state;
        let cursor = NONE;
        let seed = 0;
        const check = async (): Promise<void> => {
          const entries = [...model.values()];
          const found = await runSlow(state, (tx) => {
            wantHeapObjects(
              tx,
              entries.map(({ id }) => id.collectionAddress),
            );
            return entries.map(({ id }) => readHeapObject(tx, id));
          });
          expect(found).toEqual(entries.map(({ data }) => data));
        };
        for (const [step, next] of commands.entries()) {
          if ("insert" in next) {
            const objects = next.insert.map((length) => bytesOf(length, seed++));
            const from = cursor;
            const stored = await runSlow(state, (tx) => insertHeapObjects(tx, from, objects));
            cursor = stored.cursor;
            for (const [i, id] of stored.ids.entries()) {
              expect(model.has(keyOf(id))).toBe(false);
              model.set(keyOf(id), { id, data: objects[i]! });
            }
          } else {
            const all = [...model.values()];
            const doomed = new Map(
              next.remove.slice(0, all.length).map((at) => [keyOf(all[at % all.length]!.id), all[at % all.length]!.id]),
            );
            const from = cursor;
            cursor = await runSlow(state, (tx) => removeHeapObjects(tx, from, [...doomed.values()]));
            for (const key of doomed.keys()) {
              model.delete(key);
            }
          }
          if (step === commands.length >> 1) {
            await check();
            const { usedBytes } = state.allocator;
            state = await storm(file.state, file.storage);
            // What is free is known only while the file is open.
            size += state.allocator.endOfFile - usedBytes;
          }
        }
        await check();
        const from = cursor;
        await runSlow(state, (tx) =>
          removeHeapObjects(
            tx,
            from,
            [...model.values()].map(({ id }) => id),
          ),
        );
        expect(state.allocator.usedBytes).toBe(size);
      }),
      { numRuns: 60 },
    );
  });

  it("fills collections of 4096 bytes, and gives an object too large for one a collection of its own", () => {
    const { state, storage } = newFile(2);
    const objects = [...Array.from({ length: 300 }, () => bytesOf(10)), bytesOf(5000), bytesOf(10)];
    const { ids, cursor } = run(state, (tx) => insertHeapObjects(tx, NONE, objects));
    const addresses = [...new Set(ids.map(({ collectionAddress }) => collectionAddress))];
    expect(addresses).toHaveLength(4);
    const bytes = flushed(state, storage);
    const view = new DataView(bytes.buffer);
    expect(addresses.map((address) => Number(view.getBigUint64(address + 8, true)))).toEqual([4096, 4096, 4096, 5032]);
    // 32 bytes an object: 127 of them leave 16 bytes, just enough for the free space to be an object.
    expect(ids.filter(({ collectionAddress }) => collectionAddress === addresses[0])).toHaveLength(127);
    expect(view.getUint16(addresses[0]! + 4096 - 16, true)).toBe(0);
    expect(Number(view.getBigUint64(addresses[0]! + 4096 - 8, true))).toBe(16);
    expect(view.getUint16(addresses[0]! + 16 + 2, true)).toBe(0);
    expect(ids.at(-1)!.collectionAddress).toBe(cursor.collectionAddress);
    expect(ids.at(-1)!.index).toBe(300 - 2 * 127 + 1);
  });

  it("goes on in the cursor's collection", () => {
    const { state } = newFile(2);
    const first = run(state, (tx) => insertHeapObjects(tx, NONE, [bytesOf(8)]));
    const second = run(state, (tx) => insertHeapObjects(tx, first.cursor, [bytesOf(8)]));
    expect(second.ids).toEqual([{ collectionAddress: first.ids[0]!.collectionAddress, index: 2 }]);
  });

  it("forgets a cursor whose collection it frees", () => {
    const { state } = newFile(2);
    const { ids, cursor } = run(state, (tx) => insertHeapObjects(tx, NONE, [bytesOf(8)]));
    expect(run(state, (tx) => removeHeapObjects(tx, cursor, [...ids, { collectionAddress: 0, index: 0 }]))).toEqual(
      NONE,
    );
  });

  it("takes 200,000 objects with each collection staged once", () => {
    const { state } = newFile(2);
    const objects = Array.from({ length: 200_000 }, () => new Uint8Array(10));
    const tx = new Tx(state, new Set());
    const put = vi.spyOn(tx, "put");
    const { ids } = insertHeapObjects(tx, NONE, objects);
    expect(ids).toHaveLength(200_000);
    expect(put).toHaveBeenCalledTimes(Math.ceil(200_000 / 127));
  });

  it("fetches many collections at once, large ones too", async () => {
    const { state, storage } = newFile(2);
    const objects = Array.from({ length: 100 }, (_, i) => bytesOf(i % 2 === 0 ? 100_000 : 3000));
    const { ids } = run(state, (tx) => insertHeapObjects(tx, NONE, objects));
    const slow = await storm(state, storage);
    let runs = 0;
    const read = await runSlow(slow, (tx) => {
      runs++;
      wantHeapObjects(
        tx,
        ids.map(({ collectionAddress }) => collectionAddress),
      );
      return ids.map((id) => readHeapObject(tx, id));
    });
    expect(read.every((data, i) => Buffer.compare(data, objects[i]!) === 0)).toBe(true);
    expect(runs).toBeLessThanOrEqual(3);
  });

  it("refuses an object that is not there, to read and to remove", () => {
    const { state } = newFile(2);
    const { ids, cursor } = run(state, (tx) => insertHeapObjects(tx, NONE, [bytesOf(8), bytesOf(9), bytesOf(10)]));
    const [first, second, third] = ids;
    run(state, (tx) => removeHeapObjects(tx, cursor, [second!]));
    expect(run(state, (tx) => readHeapObject(tx, third!))).toEqual(bytesOf(10));
    for (const id of [second!, { ...first!, index: 4 }, { ...first!, index: 0 }, { ...first!, collectionAddress: 8 }]) {
      expect(() => run(state, (tx) => readHeapObject(tx, id))).toThrow(FormatError);
      expect(() => run(state, (tx) => removeHeapObjects(tx, cursor, [id]))).toThrow(FormatError);
    }
  });
});

/** Addresses of the collections in a file's bytes. */
function collectionsIn(bytes: Uint8Array): number[] {
  const text = new TextDecoder("latin1").decode(bytes);
  const found: number[] = [];
  for (let at = text.indexOf("GCOL"); at >= 0; at = text.indexOf("GCOL", at + 1)) {
    found.push(at);
  }
  return found;
}

describe.each(PYTHONS)("$label", (python) => {
  it("writes collections that we read and change, and reads and changes what we wrote", () => {
    const script = `
d = f.create_dataset('d', (2000,), h5py.string_dtype(), chunks=(2000,))
d[:] = ['text %d ' % i + 'x' * (i % 50) for i in range(2000)]
`;
    const { image } = withH5py(python, new Uint8Array(0), "w", script);
    const storage = new MemoryStorage(image);
    const state = reopen(storage, DEFAULT_K);
    const texts = new Set<string>();
    const ids: GlobalHeapId[] = collectionsIn(image).flatMap((collectionAddress) => {
      const size = new DataView(image.buffer).getUint32(collectionAddress + 8, true);
      const reader = new Reader(image.subarray(collectionAddress, collectionAddress + size), "global-heap");
      return globalHeap.decode(reader, state.context).objects.map(({ index }) => ({ collectionAddress, index }));
    });
    expect(ids).toHaveLength(2000);
    for (const data of run(state, (tx) => ids.map((id) => readHeapObject(tx, id)))) {
      texts.add(new TextDecoder().decode(data));
    }
    expect(texts).toEqual(new Set(Array.from({ length: 2000 }, (_, i) => `text ${i} ${"x".repeat(i % 50)}`)));

    // Objects that nothing points to: what stands there of others must stay whole.
    const last = ids[ids.length - 1]!;
    const cursor = { collectionAddress: last.collectionAddress };
    const added = run(state, (tx) => insertHeapObjects(tx, cursor, [bytesOf(100), bytesOf(100)]));
    run(state, (tx) => removeHeapObjects(tx, added.cursor, [added.ids[0]!]));
    const edited = withH5py<string[]>(
      python,
      flushed(state, storage),
      "r+",
      "d = f['d']; out = [s.decode() for s in d[:]]; d[::2] = ['new %d' % i for i in range(1000)]",
    );
    expect(new Set(edited.out)).toEqual(texts);
    const again = reopen(new MemoryStorage(edited.image), DEFAULT_K);
    expect(run(again, (tx) => readHeapObject(tx, added.ids[1]!))).toEqual(bytesOf(100));
  });
});
