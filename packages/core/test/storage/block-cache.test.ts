import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BlockCache } from "../../src/storage/block-cache.js";
import { MemoryStorage } from "../../src/storage/memory-storage.js";
import type { ByteRange } from "../../src/storage/ranges.js";
import type { ReadAheadProfile } from "../../src/storage/read-ahead.js";
import type { Storage } from "../../src/storage/storage.js";

const BLOCK = 16;
const SMALL: ReadAheadProfile = { blockSize: BLOCK, maxGap: 0, maxRequest: 8 * BLOCK, ahead: () => 0 };

/** Answers reads when it is told to, in the order it is told; keeps the ranges it was asked for. */
class PatientStorage implements Storage {
  readonly name = "patient";
  readonly asked: ByteRange[] = [];
  readonly #answers: (() => void)[] = [];
  readonly inner: MemoryStorage;

  constructor(image: Uint8Array<ArrayBuffer>) {
    this.inner = new MemoryStorage(image);
  }

  get size(): number {
    return this.inner.size;
  }

  read(offset: number, into: Uint8Array<ArrayBuffer>): Promise<number> {
    this.asked.push({ start: offset, end: offset + into.length });
    const length = this.inner.readSync(offset, into);
    return new Promise((resolve) => this.#answers.push(() => resolve(length)));
  }

  answer(index = 0): void {
    this.#answers.splice(index, 1)[0]?.();
  }

  async close(): Promise<void> {}
}

function bytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}

const at = (start: number, length: number): ByteRange[] => [{ start, end: start + length }];

describe("the blocks of a storage", () => {
  test("give the bytes of any range that was loaded, within a block and across blocks", () => {
    const image = bytes(1000);
    fc.assert(
      fc.property(fc.nat(999), fc.integer({ min: 1, max: 200 }), (offset, wanted) => {
        const length = Math.min(wanted, image.length - offset);
        const cache = new BlockCache(new MemoryStorage(image), 1 << 20, SMALL);
        cache.loadSync(at(offset, length), new Set());
        expect(cache.peek(offset, length)).toEqual(image.subarray(offset, offset + length));
      }),
    );
  });

  test("are nothing where not all of a range is here", () => {
    const cache = new BlockCache(new MemoryStorage(bytes(100)), 1 << 20, SMALL);
    cache.loadSync(at(0, BLOCK), new Set());
    expect(cache.peek(0, BLOCK)).not.toBeNull();
    expect(cache.peek(0, BLOCK + 1)).toBeNull();
    expect(cache.missing([{ start: 3, end: 40 }])).toEqual([1, 2]);
  });

  test("that are loaded already, or twice in one call, are asked for once", async () => {
    const storage = new PatientStorage(bytes(200));
    const cache = new BlockCache(storage, 1 << 20, SMALL);
    const first = cache.load([...at(0, 20), ...at(10, 30)], new Set(), undefined);
    const second = cache.load(at(20, 5), new Set(), undefined);
    const third = cache.load(at(40, 20), new Set(), undefined);
    expect(storage.asked).toEqual([
      { start: 0, end: 48 },
      { start: 48, end: 64 },
    ]);
    storage.answer();
    await Promise.all([first, second]);
    expect(cache.peek(20, 5)).toEqual(bytes(200).subarray(20, 25));
    storage.answer();
    await third;
    expect(cache.counts).toEqual({ requests: 2, bytes: 64 });
  });

  test("can be asked for again after a load that failed", async () => {
    let fail = true;
    const inner = new MemoryStorage(bytes(64));
    const storage: Storage = {
      size: 64,
      read: async (offset, into) => {
        if (fail) {
          throw new Error("the network is down");
        }
        return inner.readSync(offset, into);
      },
      close: async () => {},
    };
    const cache = new BlockCache(storage, 1 << 20, SMALL);
    await expect(cache.load(at(0, 8), new Set(), undefined)).rejects.toThrow("the network is down");
    fail = false;
    await cache.load(at(0, 8), new Set(), undefined);
    expect(cache.peek(0, 8)).toEqual(bytes(8));
  });

  test("are refused from a storage that says it read more than was asked", () => {
    const storage: Storage = { size: 64, read: async () => 99, readSync: () => 99, close: async () => {} };
    const cache = new BlockCache(storage, 1 << 20, SMALL);
    expect(() => cache.loadSync(at(0, 8), new Set())).toThrow(expect.objectContaining({ code: "IO" }));
  });
});

describe("the budget of bytes", () => {
  test("holds after a trim, and the blocks used last stay", () => {
    const cache = new BlockCache(new MemoryStorage(bytes(160)), 3 * BLOCK, SMALL);
    const pins = new Set<number>();
    for (let index = 0; index < 10; index++) {
      cache.loadSync(at(index * BLOCK, BLOCK), pins);
    }
    cache.release(pins);
    cache.peek(0, 1);
    cache.trim();
    expect(cache.missing(at(0, 160))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("gives way to what an operation has pinned, until it lets go", () => {
    const cache = new BlockCache(new MemoryStorage(bytes(160)), 0, SMALL);
    const pins = new Set<number>();
    const others = new Set<number>();
    cache.loadSync(at(0, 3 * BLOCK), pins);
    cache.loadSync(at(BLOCK, BLOCK), others);
    cache.trim();
    expect(cache.missing(at(0, 160))).toEqual([3, 4, 5, 6, 7, 8, 9]);
    cache.release(pins);
    cache.trim();
    expect(cache.missing(at(0, 3 * BLOCK))).toEqual([0, 2]);
    cache.release(others);
    cache.trim();
    expect(cache.missing(at(0, BLOCK + 1))).toEqual([0, 1]);
  });

  test("is not exceeded by one pin taken twice for one operation", () => {
    const cache = new BlockCache(new MemoryStorage(bytes(160)), 0, SMALL);
    const pins = new Set<number>();
    cache.loadSync(at(0, 4), pins);
    cache.loadSync(at(0, 8), pins);
    cache.release(pins);
    cache.trim();
    expect(cache.peek(0, 4)).toBeNull();
  });
});

describe("writes under the blocks", () => {
  test("show in the blocks that are here, also where they are the first bytes past the end", () => {
    const cache = new BlockCache(new MemoryStorage(bytes(20)), 1 << 20, SMALL);
    cache.loadSync(at(0, 20), new Set());
    cache.written(14, Uint8Array.of(1, 2, 3, 4));
    expect(cache.peek(12, 8)).toEqual(Uint8Array.of(12, 13, 1, 2, 3, 4, 18, 19));
    cache.written(20, Uint8Array.of(7, 8));
    expect(cache.peek(18, 10)).toEqual(Uint8Array.of(18, 19, 7, 8));
  });

  test("that overtake a load make it worth nothing: the block is fetched again", async () => {
    const storage = new PatientStorage(bytes(64));
    const cache = new BlockCache(storage, 1 << 20, SMALL);
    const loading = cache.load(at(0, BLOCK), new Set(), undefined);
    storage.inner.writeSync(4, Uint8Array.of(99));
    cache.written(4, Uint8Array.of(99));
    storage.answer();
    await loading;
    expect(cache.peek(0, BLOCK)).toBeNull();
    const again = cache.load(at(0, BLOCK), new Set(), undefined);
    storage.answer();
    await again;
    expect(cache.peek(4, 1)).toEqual(Uint8Array.of(99));
  });

  test("past a new end are forgotten with it", () => {
    const memory = new MemoryStorage(bytes(64));
    const cache = new BlockCache(memory, 1 << 20, SMALL);
    cache.loadSync(at(0, 64), new Set());
    memory.truncateSync(20);
    cache.truncated(20);
    expect(cache.missing(at(0, 64))).toEqual([1, 2, 3]);
    cache.loadSync(at(0, 64), new Set());
    expect(cache.peek(16, 10)).toEqual(bytes(20).subarray(16));
  });
});
