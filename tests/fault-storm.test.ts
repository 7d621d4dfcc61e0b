import { readFileSync, statSync } from "node:fs";
import { type File, MemoryStorage, type OpenOptions, openStorage, openStorageSync, slice } from "@hdfive/core";
import { FaultStormStorage } from "@hdfive/testing";
import { describe, expect, test } from "vitest";
import { corpusIsPresent, goodFiles, shortName } from "./malformed/corpus-files.js";
import { outcome, portraitOfFile } from "./storm/portrait.js";
import { SCENARIOS } from "./storm/scenarios.js";

/** Nothing stays in memory from one operation to the next, and next to no chunk. */
const NO_CACHE: OpenOptions = { metadataCacheBytes: 0, chunkCacheBytes: 1000 };
/** Files of the corpus that the storm goes over; larger ones say nothing new and take long. */
const LARGEST = 16 * 1024;

interface Run {
  readonly seen: unknown;
  readonly image: Uint8Array;
}

/** Runs a script on a new file, closes it, and reads everything back in the same way. */
async function run(seed: number | null, options: OpenOptions, script: (file: File) => Promise<unknown>): Promise<Run> {
  const memory = new MemoryStorage();
  const storage = seed === null ? memory : new FaultStormStorage(memory, { seed });
  const file = await openStorage(storage, "w", options);
  const seen = [await script(file), await portraitOfFile(file)];
  await file.close();
  const image = memory.image().slice();
  const again = new MemoryStorage(image.slice());
  const reopened = await openStorage(seed === null ? again : new FaultStormStorage(again, { seed }), "r", options);
  seen.push(await portraitOfFile(reopened));
  await reopened.close();
  return { seen, image };
}

describe.each(Object.entries(SCENARIOS))("the script of %s", (_, script) => {
  test.each([1, 2, 3])("sees and leaves the same under fault storm %d as over memory", async (seed) => {
    const calm = await run(null, NO_CACHE, script);
    const stormy = await run(seed, NO_CACHE, script);
    expect(stormy.seen).toEqual(calm.seen);
    expect(Buffer.compare(stormy.image, calm.image)).toBe(0);
  });

  test("sees the same with full caches as with none", async () => {
    const cached = await run(null, {}, script);
    const stormy = await run(4, NO_CACHE, script);
    const values = ({ seen }: Run): string => JSON.stringify(seen, withoutPlaces);
    expect(values(stormy)).toBe(values(cached));
  });
});

/** Where things stand depends on when chunks leave the cache. */
function withoutPlaces(key: string, value: unknown): unknown {
  return ["address", "freeSpace", "fileSize", "storageSize"].includes(key) ? undefined : value;
}

describe("what happens at the same time under a storm", () => {
  test("400 groups made at once are all there, sorted", async () => {
    const file = await openStorage(new FaultStormStorage(new MemoryStorage(), { seed: 5 }), "w", NO_CACHE);
    const names = Array.from({ length: 400 }, (_, i) => `g${(i * 7919) % 1000}`);
    await Promise.all(names.map((name) => file.createGroup(name)));
    expect(await file.keys()).toEqual([...names].sort());
    await file.close();
  });

  test("writes to one chunk from many sides all arrive", async () => {
    const memory = new MemoryStorage();
    const file = await openStorage(new FaultStormStorage(memory, { seed: 6 }), "w", NO_CACHE);
    const data = await file.createDataset("x", { shape: [64, 64], chunks: [32, 32], dtype: "uint16", compression: 3 });
    await Promise.all(
      Array.from({ length: 64 }, async (_, row) => {
        await data.write(new Uint16Array(64).fill(row + 1), [row]);
        expect((await data.read([row])).data).toEqual(new Uint16Array(64).fill(row + 1));
      }),
    );
    await file.close();
    const values = openStorageSync(new MemoryStorage(memory.image().slice())).getDatasetSync("x").readSync();
    expect(values.data).toEqual(Uint16Array.from({ length: 4096 }, (_, i) => Math.floor(i / 64) + 1));
  });

  test("datasets are made, grown, read and deleted beside each other, and the file stays whole", async () => {
    const memory = new MemoryStorage();
    const file = await openStorage(new FaultStormStorage(memory, { seed: 7 }), "w", NO_CACHE);
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const data = await file.createDataset(`d${i}`, { shape: [0], maxShape: [null], chunks: [16], dtype: "int32" });
        for (let k = 0; k < 10; k++) {
          await data.append(new Int32Array(7).fill(i));
          await data.attrs.set("rows", `${k}`.repeat(k + 1));
        }
        expect((await data.read([slice(0, 70, 5)])).data).toEqual(new Int32Array(14).fill(i));
        await (i % 4 === 0 ? file.delete(`d${i}`) : file.flush());
      }),
    );
    await file.close();
    const reopened = openStorageSync(new MemoryStorage(memory.image().slice()));
    expect(reopened.keysSync()).toHaveLength(15);
    for (const name of reopened.keysSync()) {
      const data = reopened.getDatasetSync(name);
      expect(data.readSync().data).toEqual(new Int32Array(70).fill(Number(name.slice(1))));
      expect(data.attrs.getSync("rows")).toBe("9".repeat(10));
    }
  });
});

describe.skipIf(!corpusIsPresent())("files of the corpus", () => {
  const files = goodFiles().filter((file) => statSync(file).size <= LARGEST);

  test(`${files.length} small files read the same under a storm as over memory`, async () => {
    const differ: string[] = [];
    for (const [i, path] of files.entries()) {
      const bytes = new Uint8Array(readFileSync(path));
      const read = (storage: ConstructorParameters<typeof FaultStormStorage>[0], options: OpenOptions) =>
        outcome(async () => {
          const file = await openStorage(storage, "r", options);
          const seen = await portraitOfFile(file);
          await file.close();
          return seen;
        });
      const calm = await read(new MemoryStorage(bytes), {});
      const stormy = await read(new FaultStormStorage(new MemoryStorage(bytes), { seed: i }), NO_CACHE);
      if (JSON.stringify(calm) !== JSON.stringify(stormy)) {
        differ.push(shortName(path));
      }
    }
    expect(files.length).toBeGreaterThan(300);
    expect(differ).toEqual([]);
  }, 180_000);
});
