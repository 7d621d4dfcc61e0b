import { deflateSync } from "node:zlib";
import { FormatError } from "@hdfive/core";
import fc from "fast-check";
import { unzlibSync, zlibSync } from "fflate";
import { describe, expect, it } from "vitest";
import { zlibCodec } from "../src/index.js";

const { decode, decodeSync, encode, encodeSync } = zlibCodec;
if (decodeSync === undefined || encode === undefined || encodeSync === undefined) {
  throw new Error("the codec must read and write, both ways");
}
const options = (maxSize: number, level = 6) => ({ clientData: [level], maxSize });

/** Data below and above the size from which the thread pool is used; described, so that a failure is short to print. */
const recipe = fc.record({
  length: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 100_000 })),
  shift: fc.integer({ min: 0, max: 12 }),
});
type Recipe = typeof recipe extends fc.Arbitrary<infer T> ? T : never;
const made = ({ length, shift }: Recipe): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * i) >>> shift);
const level = fc.integer({ min: 0, max: 9 });

describe("the deflate codec on native zlib", () => {
  it("gives back what it was given, at every level, now and later", async () => {
    await fc.assert(
      fc.asyncProperty(recipe, level, async (how, at) => {
        const plain = made(how);
        const stored = [
          encodeSync(plain, options(plain.length, at)),
          await encode(plain, options(plain.length, at)), // may be other bytes: at level 0 blocks end where zlib was fed
        ];
        for (const bytes of stored) {
          expect(Buffer.compare(decodeSync(bytes!, options(plain.length)), plain)).toBe(0);
          expect(Buffer.compare(await decode(bytes!, options(plain.length)), plain)).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("reads what fflate writes, and fflate reads what it writes", async () => {
    await fc.assert(
      fc.asyncProperty(recipe, level, async (how, at) => {
        const plain = made(how);
        const theirs = zlibSync(plain, { level: at as 6 });
        expect(Buffer.compare(decodeSync(theirs, options(plain.length)), plain)).toBe(0);
        expect(Buffer.compare(await decode(theirs, options(plain.length)), plain)).toBe(0);
        expect(Buffer.compare(unzlibSync((await encode(plain, options(0, at)))!), plain)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it("answers with exactly the bytes, in a buffer that was filled once", async () => {
    for (const length of [1000, 20_000, 1_000_000]) {
      const stored = deflateSync(new Uint8Array(length).map((_, i) => i >>> 3));
      for (const result of [decodeSync(stored, options(length)), await decode(stored, options(length))]) {
        expect(result.length).toBe(length);
        expect(result.buffer.byteLength).toBeLessThanOrEqual(Math.max(8192, length + 1));
      }
    }
  });

  it.each([100, 100_000])("takes a chunk of %i bytes less than a full one, and of none", async (length) => {
    const stored = deflateSync(new Uint8Array(length));
    expect((await decode(stored, options(10 * length))).length).toBe(length);
    expect((await decode(deflateSync(new Uint8Array(0)), options(length))).length).toBe(0);
  });

  it("refuses a stream that inflates to more than the chunk, without inflating all of it", async () => {
    const bomb = deflateSync(new Uint8Array(256 * 1024 * 1024));
    for (const maxSize of [0, 1, 4096, 1_000_000]) {
      expect(() => decodeSync(bomb, options(maxSize))).toThrow("more than the");
      const error = await Promise.resolve()
        .then(() => decode(bomb, options(maxSize)))
        .catch((e: unknown) => e);
      expect(error).toBeInstanceOf(FormatError);
      expect(error).toMatchObject({ code: "CORRUPT", structure: "deflate filter" });
    }
  });

  it("makes no buffer by a size that only the file claims", () => {
    const before = process.memoryUsage().rss;
    const result = decodeSync(deflateSync(new Uint8Array(10)), options(2 ** 40));
    expect(result.buffer.byteLength).toBeLessThan(100_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });

  it.each([1000, 100_000])("refuses every damaged or cut stream of %i bytes as corrupt", async (length) => {
    const stored = deflateSync(Uint8Array.from({ length }, (_, i) => (i * i) >>> 5));
    const damaged = [
      stored.subarray(0, stored.length - 1),
      stored.subarray(0, 1),
      stored.subarray(0, 0),
      Buffer.from("this is not a zlib stream at all"),
      Buffer.concat([stored.subarray(0, stored.length - 4), Buffer.alloc(4)]),
    ];
    for (const bytes of damaged) {
      expect(() => decodeSync(bytes, options(length))).toThrow(FormatError);
      await expect(Promise.resolve().then(() => decode(bytes, options(length)))).rejects.toThrow(/^deflate filter: /);
    }
  });

  it("refuses a level that zlib does not have", async () => {
    expect(() => encodeSync(new Uint8Array(5), options(5, 10))).toThrow(
      "GZIP setting must be an integer from 0-9, not 10",
    );
  });
});
