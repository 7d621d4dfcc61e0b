import { describe, expect, it } from "vitest";
import { MemoryStorage, openStorage, type Storage, slice } from "../../src/index.js";

/** Random numbers that are the same in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A storage whose answers come late and in another order than they were asked for. */
class LateStorage implements Storage {
  readonly inner = new MemoryStorage();
  readonly #random = randomFrom(7);

  get size(): number {
    return this.inner.size;
  }

  async read(offset: number, into: Uint8Array<ArrayBuffer>): Promise<number> {
    await this.#wait();
    return this.inner.readSync(offset, into);
  }

  async write(offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const copy = bytes.slice();
    await this.#wait();
    this.inner.writeSync(offset, copy);
  }

  async truncate(size: number): Promise<void> {
    await this.#wait();
    this.inner.truncateSync(size);
  }

  async close(): Promise<void> {}

  async #wait(): Promise<void> {
    for (let turns = this.#random(4); turns >= 0; turns--) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

describe("operations that overlap over a late storage", () => {
  it("leave what the same operations one after the other leave", async () => {
    const random = randomFrom(1);
    const storage = new LateStorage();
    const file = await openStorage(storage, "w", { chunkCacheBytes: 4096, metadataCacheBytes: 0 });
    const dataset = await file.createDataset("d", {
      shape: [10_000],
      dtype: "int32",
      chunks: [100],
      compression: 1,
      shuffle: true,
    });
    const expected = new Int32Array(10_000);
    let running: Promise<unknown>[] = [];
    for (let round = 0; round < 150; round++) {
      const start = random(9000);
      const values = Int32Array.from({ length: 1 + random(500) }, () => random(1_000_000));
      const part = slice(start, start + values.length);
      running.push(dataset.write(values, [part]));
      expected.set(values, start);
      // Writes that overlap have no order among themselves: each waits for the one before, all else runs beside it.
      await Promise.all(running);
      running = [dataset.read([part]), dataset.read([slice(null, null, 97)])];
      if (round % 7 === 0) {
        running.push(file.flush());
      }
      if (round % 5 === 0) {
        running.push(file.createGroup(`group ${round}`));
      }
    }
    await Promise.all(running);
    expect((await dataset.read()).data).toEqual(expected);
    await file.close();
    const again = await openStorage(storage.inner, "r");
    expect((await (await again.getDataset("d")).read()).data).toEqual(expected);
    expect(await again.keys()).toHaveLength(31);
  });

  it("insert 400 groups at once, sorted and complete", async () => {
    const storage = new LateStorage();
    const file = await openStorage(storage, "w", { metadataCacheBytes: 0 });
    const names = Array.from({ length: 400 }, (_, i) => `group ${String(i).padStart(3, "0")}`);
    await Promise.all(names.map((name) => file.createGroup(name)));
    expect(await file.keys()).toEqual(names);
    await file.close();
    expect(await (await openStorage(storage.inner, "r")).keys()).toEqual(names);
  });

  it("write into the same stretch of contiguous data without losing any of it, the first allocation included", async () => {
    const storage = new LateStorage();
    const file = await openStorage(storage, "w", { metadataCacheBytes: 0 });
    const dataset = await file.createDataset("x", { shape: [4000], dtype: "int32", fillValue: -1 });
    const expected = new Int32Array(4000).fill(-1);
    await Promise.all(
      Array.from({ length: 7 }, (_, i) => {
        const part = slice(i, null, 8);
        for (let at = i; at < 4000; at += 8) {
          expected[at] = i;
        }
        return dataset.write(Int32Array.of(i), [part]);
      }),
    );
    expect((await dataset.read()).data).toEqual(expected);
  });

  it("append rows that all arrive, each once", async () => {
    const storage = new LateStorage();
    const file = await openStorage(storage, "w", { metadataCacheBytes: 0, chunkCacheBytes: 64 });
    const dataset = await file.createDataset("x", {
      shape: [0, 2],
      maxShape: [null, 2],
      dtype: "int32",
      chunks: [3, 2],
    });
    // After a flush nothing is kept in memory: every operation waits for the header.
    await file.flush();
    const rows = Array.from({ length: 40 }, (_, i) => Int32Array.of(i, -i));
    const tooLarge = dataset.append([1, 2 ** 40]);
    await Promise.all([...rows.map((row) => dataset.append(row)), expect(tooLarge).rejects.toThrow("does not fit")]);
    const { data } = await dataset.read([null, 0]);
    const stored = [...(data as Int32Array)].sort((a, b) => a - b);
    expect(stored.filter((value, i) => value !== 0 || i === stored.indexOf(0))).toEqual(rows.map(([first]) => first));
    expect(dataset.shape[0]).toBe(stored.length);
    expect(stored.length - rows.length).toBeLessThanOrEqual(1);
  });

  it("replace the same strings again and again, and leave strings of others alone", async () => {
    const file = await openStorage(new LateStorage(), "w", { metadataCacheBytes: 0, chunkCacheBytes: 64 });
    const own = await file.createDataset("own", { shape: [6], dtype: "string", chunks: [6] });
    await own.write(Array.from({ length: 6 }, (_, i) => `first ${i}`));
    const others: string[] = [];
    for (let round = 0; round < 10; round++) {
      await file.flush();
      const names = Array.from({ length: 5 }, (_, i) => `${round} ${i}`);
      const kept = names.map((name) => file.createDataset(`other ${name}`, { data: [`kept ${name}`] }));
      await Promise.all([...kept, ...names.map((name) => own.write(`of ${name}`))]);
      others.push(...names);
    }
    const strings = (await own.read()).data as string[];
    expect(new Set(strings).size).toBe(1);
    expect(strings[0]).toMatch(/^of 9 \d$/);
    for (const name of others) {
      expect((await (await file.getDataset(`other ${name}`)).read()).data).toEqual([`kept ${name}`]);
    }
  });
});
