import { MemoryStorage, openStorage, openStorageSync } from "@hdfive/core";
import { expect, it } from "vitest";
import { CountingStorage } from "../src/counting-storage.js";
import { FailingStorage } from "../src/failing-storage.js";
import { FaultStormStorage } from "../src/fault-storm-storage.js";
import { seededRandom } from "../src/random.js";

const image = (): Uint8Array<ArrayBuffer> => new Uint8Array(1000).map((_, i) => i & 0xff);

it("a counting storage counts calls and bytes, and starts again", async () => {
  const storage = new CountingStorage(new MemoryStorage(image()));
  await storage.read(0, new Uint8Array(10));
  storage.readSync?.(20, new Uint8Array(200));
  await storage.write?.(5, new Uint8Array(7));
  storage.flushSync?.();
  await storage.truncate?.(90);
  const counts = { reads: 2, bytesRead: 210, largestRead: 200, writes: 1, bytesWritten: 7, truncates: 1, flushes: 1 };
  expect(storage.counts).toEqual(counts);
  expect(storage.log.slice(0, 2)).toEqual([
    { kind: "read", offset: 0, byteLength: 10, sync: false },
    { kind: "read", offset: 20, byteLength: 200, sync: true },
  ]);
  expect(storage.reset()).toEqual(counts);
  expect(storage.counts.reads).toBe(0);
});

it("a failing storage fails the n-th call of a kind, once or from then on", async () => {
  const once = new FailingStorage(new MemoryStorage(image()), { read: 2 });
  const into = new Uint8Array(4);
  await once.read(0, into);
  await expect(once.read(8, into)).rejects.toMatchObject({ code: "IO" });
  expect(await once.read(0, into)).toBe(4);
  const always = new FailingStorage(new MemoryStorage(image()), { write: 1, stays: true });
  expect(() => always.writeSync?.(0, into)).toThrow("made to fail");
  await expect(always.write?.(0, into)).rejects.toMatchObject({ code: "IO" });
  expect(always.failed).toBe(2);
});

it("a wrapped storage can exactly what the one behind it can", () => {
  const readOnly = { size: 0, read: async () => 0, close: async () => undefined };
  const storage = new CountingStorage(readOnly);
  const { write, readSync, truncate, closeSync, sibling } = storage;
  expect([write, readSync, truncate, closeSync, sibling].every((method) => method === undefined)).toBe(true);
});

it("a fault storm answers in another order, the same for the same seed", async () => {
  const orderOf = async (seed: number): Promise<readonly number[]> => {
    const storage = new FaultStormStorage(new MemoryStorage(image()), { seed });
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const into = new Uint8Array(1);
        await storage.read(i, into);
        expect(into[0]).toBe(i);
        order.push(i);
      }),
    );
    expect(storage).toMatchObject({ turns: 12, mostWaiting: 12 });
    return order;
  };
  const first = await orderOf(1);
  expect(first).not.toEqual([...first].sort((a, b) => a - b));
  expect(await orderOf(1)).toEqual(first);
  expect(await orderOf(2)).not.toEqual(first);
});

it("a fault storm offers nothing that does not wait", async () => {
  const storage = new FaultStormStorage(new MemoryStorage());
  expect(["readSync", "writeSync", "truncateSync", "flushSync", "closeSync"].filter((name) => name in storage)).toEqual(
    [],
  );
  expect(() => openStorageSync(storage, "w")).toThrow(expect.objectContaining({ code: "SYNC_UNAVAILABLE" }));
  await expect(openStorage(storage, "r")).rejects.toMatchObject({ code: "NOT_HDF5" });
});

it("random numbers are the same for the same seed, and spread", () => {
  const random = seededRandom(5);
  const numbers = Array.from({ length: 10_000 }, random);
  const again = seededRandom(5);
  expect(numbers.slice(0, 5)).toEqual(Array.from({ length: 5 }, again));
  for (let tenth = 0; tenth < 10; tenth++) {
    const count = numbers.filter((number) => Math.floor(number * 10) === tenth).length;
    expect(count).toBeGreaterThan(850);
    expect(count).toBeLessThan(1150);
  }
});
