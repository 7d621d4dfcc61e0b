import { compound, type DatasetOptions, type File, MemoryStorage, openStorage, slice, vlen } from "@hdfive/core";
import type { Libver } from "@hdfive/format";
import { FaultStormStorage } from "@hdfive/testing";
import { describe, expect, it } from "vitest";
import { sound } from "../image.js";

const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `text ${i} `.repeat(i % 7));
const nested = (count: number): string[][] => Array.from({ length: count }, (_, i) => texts(i % 4));

/** Datasets with data of variable length, in every layout. */
const CASES: readonly (readonly [name: string, options: DatasetOptions, value: unknown])[] = [
  ["contiguous", { dtype: "string" }, texts(40)],
  ["compact", { dtype: "string", layout: "compact" }, texts(40)],
  ["chunked", { dtype: "string", chunks: [7], maxShape: [null] }, texts(40)],
  ["filtered", { dtype: "string", chunks: [7], maxShape: [null], compression: "gzip" }, texts(40)],
  ["filled", { dtype: "string", chunks: [7], maxShape: [null], fillValue: "nothing" }, texts(40)],
  ["nested", { dtype: vlen(vlen("string")), chunks: [7], maxShape: [null] }, nested(40).map((each) => [each])],
  [
    "compound",
    { dtype: compound({ a: "<i4", b: "string" }), chunks: [7], maxShape: [null] },
    texts(40).map((b, a) => ({ a, b })),
  ],
];

async function newFile(libver: Libver, storm: boolean): Promise<{ file: File; image: () => Uint8Array<ArrayBuffer> }> {
  const memory = new MemoryStorage();
  const file = await openStorage(storm ? new FaultStormStorage(memory) : memory, "w", { libver });
  return { file, image: () => memory.image() };
}

/** What is written comes to about 2 KiB each time: of so many times nothing may be left but a collection, and blocks of the index. */
const ROUNDS = 16;
const SLACK = 4096 + 512;

/** Bytes in use, once everything is written and forgotten. */
async function used(file: File): Promise<number> {
  await file.flush();
  return file.context.state.allocator.usedBytes;
}

describe.each(["earliest", "latest"] as const)("data of variable length under libver %s", (libver) => {
  it.each(CASES)("is given back when a %s dataset is deleted, in memory or stored", async (_, options, value) => {
    for (const storm of [false, true]) {
      const { file, image } = await newFile(libver, storm);
      await file.createGroup("stays");
      const before = await used(file);
      for (const flushed of [false, true]) {
        const dataset = await file.createDataset("stays/gone", { ...options, shape: [40] });
        await dataset.write(value);
        await dataset.attrs.set("said", ["some", "words"], { dtype: "string" });
        if (flushed) {
          await file.flush();
        }
        await file.delete("stays/gone");
        expect(await used(file)).toBe(before);
      }
      // What a group leads to goes with it.
      const group = await file.createGroup("deep/deeper");
      await (await group.createDataset("gone", { ...options, shape: [40] })).write(value);
      await file.delete("deep");
      expect(await used(file)).toBe(before);
      await file.close();
      sound(image());
    }
  });

  it.each(CASES)("of a %s dataset takes no more when it is written again and again", async (_, options, value) => {
    const { file, image } = await newFile(libver, false);
    const dataset = await file.createDataset("d", { ...options, shape: [40] });
    await dataset.write(value);
    const before = await used(file);
    for (let i = 0; i < ROUNDS; i++) {
      await dataset.write(value);
      expect(await used(file)).toBeLessThan(before + SLACK);
    }
    await file.close();
    sound(image());
  });

  it.each(CASES.slice(2))(
    "is given back when a %s dataset is cut, and what stays is kept",
    async (_, options, value) => {
      const { file, image } = await newFile(libver, false);
      const dataset = await file.createDataset("d", { ...options, shape: [0] });
      await dataset.resize([10]);
      await dataset.write((value as unknown[]).slice(0, 10));
      const kept = (await dataset.read()).toNested();
      const before = await used(file);
      for (let i = 0; i < ROUNDS; i++) {
        await dataset.resize([40]);
        await dataset.write(value);
        if (i % 2 === 0) {
          await file.flush();
        }
        await dataset.resize([10]);
        expect((await dataset.read()).toNested()).toEqual(kept);
        expect(await used(file)).toBeLessThan(before + SLACK);
      }
      await dataset.resize([12]);
      expect((await dataset.read([slice(0, 10)])).toNested()).toEqual(kept);
      await file.close();
      sound(image());
    },
  );
});
