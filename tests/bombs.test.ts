import { deflateCodec, MemoryStorage, openStorageSync, slice, string } from "@hdfive/core";
import { describe, expect, test } from "vitest";
import { peakAllocation } from "./malformed/peak-allocation.js";

const MIB = 2 ** 20;

describe("a few bytes that stand for many", () => {
  test("a chunk that is not stored takes no memory of its size", () => {
    const memory = new MemoryStorage();
    const file = openStorageSync(memory, "w");
    const huge = { shape: [2 ** 26], maxShape: [null], chunks: [2 ** 26], dtype: "float64", fillValue: 7 } as const;
    const data = file.createDatasetSync("huge chunks", huge);
    const taken = peakAllocation(() => {
      expect(data.readSync([slice(2 ** 25, 2 ** 25 + 3)]).data).toEqual(Float64Array.of(7, 7, 7));
      expect(data.readSync([slice(0, 2 ** 26, 2 ** 24)]).data).toEqual(Float64Array.of(7, 7, 7, 7));
    });
    expect(taken).toBeLessThanOrEqual(2 * MIB);
    // More than one piece of fill value, in one run.
    const all = data.readSync([slice(5, 5 + 300_000)]).data as Float64Array;
    expect(all.every((value) => value === 7)).toBe(true);
    const words = file.createDatasetSync("words", {
      shape: [200_000],
      chunks: [200_000],
      dtype: "string",
      fillValue: "x",
    });
    expect(words.readSync([slice(199_990, 200_000)]).data).toEqual(new Array(10).fill("x"));
    const fixed = { shape: [500_000], chunks: [500_000], dtype: string({ length: 5 }), fillValue: "abc" };
    const texts = file.createDatasetSync("texts", fixed).readSync([slice(0, 500_000, 99_999)]);
    expect(texts.data).toEqual(new Array(6).fill("abc"));
    file.closeSync();
  });

  test("chunks larger than the limit are refused with what would help", () => {
    const memory = new MemoryStorage();
    const file = openStorageSync(memory, "w", { limits: { chunkBytes: 1000 } });
    const data = file.createDatasetSync("x", { shape: [2000], chunks: [2000], dtype: "uint8" });
    expect(() => data.readSync([0])).toThrow(expect.objectContaining({ code: "LIMIT" }));
    expect(() => data.readSync([0])).toThrow(/limits: \{ chunkBytes \}/);
  });

  test("a stored chunk takes no more memory than its bytes can stand for, whatever size it claims", () => {
    const stored = deflateCodec.encode?.(new Uint8Array(1000), { clientData: [9], maxSize: 2000 }) as Uint8Array;
    const claimed = { clientData: [9], maxSize: 2 ** 30 };
    const taken = peakAllocation(() => expect(deflateCodec.decode(stored, claimed)).toHaveLength(1000));
    expect(taken).toBeLessThanOrEqual(1032 * stored.length);
    // The highest ratio there is still fits.
    const zeros = deflateCodec.encode?.(new Uint8Array(4 * MIB), { clientData: [9], maxSize: 8 * MIB }) as Uint8Array;
    expect(deflateCodec.decode(zeros, claimed)).toHaveLength(4 * MIB);
    expect(() => deflateCodec.decode(zeros, { clientData: [9], maxSize: 4 * MIB - 1 })).toThrow(
      expect.objectContaining({ code: "CORRUPT" }),
    );
  });

  test("an object in the heap that many elements name is counted each time", () => {
    const memory = new MemoryStorage();
    const file = openStorageSync(memory, "w");
    const data = file.createDatasetSync("x", { shape: [1000], dtype: "string" });
    data.writeSync(new Array(1000).fill("y".repeat(100)));
    file.closeSync();
    const image = memory.image().slice();
    const small = openStorageSync(new MemoryStorage(image), "r", { limits: { readBytes: 50_000 } }).getDatasetSync("x");
    expect(() => small.readSync()).toThrow(expect.objectContaining({ code: "LIMIT" }));
    expect(small.readSync([slice(0, 400)]).data).toHaveLength(400);
    const enough = openStorageSync(new MemoryStorage(image), "r", { limits: { readBytes: 100_000 } });
    expect(enough.getDatasetSync("x").readSync().data).toHaveLength(1000);
  });

  test("a read of more chunks than an operation may look at ends with a limit", () => {
    const memory = new MemoryStorage();
    const file = openStorageSync(memory, "w");
    file.createDatasetSync("x", { data: new Uint8Array(6000), chunks: [1] });
    file.closeSync();
    const again = openStorageSync(new MemoryStorage(memory.image().slice()), "r", { limits: { work: 5000 } });
    const data = again.getDatasetSync("x");
    expect(() => data.readSync()).toThrow(expect.objectContaining({ code: "LIMIT" }));
    expect(data.readSync([slice(0, 3)]).data).toEqual(Uint8Array.of(0, 0, 0));
  });

  test("elements that become objects are counted as such, however few bytes they have in the file", () => {
    const limits = { readBytes: 2 ** 20 };
    const file = openStorageSync(new MemoryStorage(), "w", { limits });
    const data = file.createDatasetSync("x", { shape: [2 ** 18], dtype: "uint8" });
    expect(data.readSync().data).toHaveLength(2 ** 18);
    expect(() => data.readSync({ as: "raw" })).toThrow(expect.objectContaining({ code: "LIMIT" }));
    const texts = file.createDatasetSync("texts", { shape: [2 ** 18], dtype: string({ length: 1 }) });
    expect(() => texts.readSync()).toThrow(expect.objectContaining({ code: "LIMIT" }));
  });
});
