import { describe, expect, test } from "vitest";
import { closeStorage, fetchBytes, flushStorage, resizeStorage, writeBytes } from "../../src/storage/access.js";
import { BlockCache } from "../../src/storage/block-cache.js";
import { MemoryStorage } from "../../src/storage/memory-storage.js";
import type { Storage } from "../../src/storage/storage.js";
import { StormStorage } from "../engine/storm-storage.js";

const refused = (code: string) => expect.objectContaining({ code });
const cacheOf = (storage: Storage): BlockCache => new BlockCache(storage, 1 << 20);

describe("steps over a storage that can wait only", () => {
  test("say so when they must not wait", () => {
    const cache = cacheOf(new StormStorage(new Uint8Array(100)));
    expect(() => writeBytes(cache, 0, new Uint8Array(1)).sync()).toThrow(refused("SYNC_UNAVAILABLE"));
    expect(() => resizeStorage(cache, 5).sync()).toThrow(refused("SYNC_UNAVAILABLE"));
    expect(() => fetchBytes(cache, 0, new Uint8Array(1)).sync()).toThrow(refused("SYNC_UNAVAILABLE"));
    expect(() => flushStorage(cache.storage).sync()).toThrow(refused("SYNC_UNAVAILABLE"));
    expect(() => closeStorage(cache.storage).sync()).toThrow(refused("SYNC_UNAVAILABLE"));
    expect(() => cache.loadSync([{ start: 0, end: 1 }], new Set())).toThrow(refused("SYNC_UNAVAILABLE"));
  });

  test("write under the blocks, which show it at once and hold it for good", async () => {
    const storage = new StormStorage(new Uint8Array(100));
    const cache = cacheOf(storage);
    await cache.load([{ start: 0, end: 100 }], new Set(), undefined);
    const writing = writeBytes(cache, 10, Uint8Array.of(1, 2, 3)).async(undefined);
    expect(cache.peek(10, 3)).toEqual(Uint8Array.of(1, 2, 3));
    await writing;
    expect(storage.image().subarray(9, 14)).toEqual(Uint8Array.of(0, 1, 2, 3, 0));
  });

  test("leave blocks true when a load and a write cross", async () => {
    const storage = new StormStorage(new Uint8Array(100));
    const cache = cacheOf(storage);
    const loading = cache.load([{ start: 0, end: 100 }], new Set(), undefined);
    await Promise.all([loading, writeBytes(cache, 10, Uint8Array.of(9)).async(undefined)]);
    const seen = cache.peek(10, 1);
    expect(seen === null || seen[0] === 9).toBe(true);
  });
});

describe("steps over a storage that only reads", () => {
  const storage: Storage = { name: "book.h5", size: 10, read: async () => 0, readSync: () => 0, close: async () => {} };

  test("refuse to write or to change the size, in both ways, and name the storage", async () => {
    const cache = cacheOf(storage);
    const write = writeBytes(cache, 0, new Uint8Array(1));
    const resize = resizeStorage(cache, 0);
    expect(write.sync).toThrow(refused("READ_ONLY"));
    expect(resize.sync).toThrow(/book\.h5/);
    await expect(write.async(undefined)).rejects.toThrow(refused("READ_ONLY"));
    await expect(resize.async(undefined)).rejects.toThrow(refused("READ_ONLY"));
  });

  test("need not be flushed", async () => {
    flushStorage(storage).sync();
    await flushStorage(storage).async(undefined);
  });
});

describe("a storage in memory", () => {
  test("grows with zeros, also after it was cut", () => {
    const storage = new MemoryStorage(Uint8Array.of(1, 2, 3, 4));
    storage.truncateSync(2);
    storage.truncateSync(4);
    expect([...storage.image()]).toEqual([1, 2, 0, 0]);
    storage.writeSync(6, Uint8Array.of(9));
    expect([...storage.image()]).toEqual([1, 2, 0, 0, 0, 0, 9]);
    expect(storage.size).toBe(7);
  });

  test("reads short at its end and nothing past it", () => {
    const storage = new MemoryStorage(Uint8Array.of(1, 2, 3));
    const into = new Uint8Array(4);
    expect(storage.readSync(1, into)).toBe(2);
    expect([...into]).toEqual([2, 3, 0, 0]);
    expect(storage.readSync(3, into)).toBe(0);
    expect(storage.readSync(2 ** 40, into)).toBe(0);
  });

  test("counts what is fetched past the blocks", () => {
    const cache = cacheOf(new MemoryStorage(new Uint8Array(100)));
    fetchBytes(cache, 0, new Uint8Array(40)).sync();
    expect(cache.counts).toEqual({ requests: 1, bytes: 40 });
  });

  test("does nothing more once it is closed", () => {
    const storage = new MemoryStorage(new Uint8Array(3));
    storage.closeSync();
    storage.closeSync();
    expect(() => storage.readSync(0, new Uint8Array(1))).toThrow(refused("CLOSED"));
    expect(() => storage.writeSync(0, new Uint8Array(1))).toThrow(refused("CLOSED"));
    expect(() => storage.truncateSync(0)).toThrow(refused("CLOSED"));
  });
});
