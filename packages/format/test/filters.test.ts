import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fletcher32, shuffle, unshuffle } from "../src/filters/index.js";
import { FormatError, HdfiveError } from "../src/index.js";

/** The definition, byte by byte. */
function naiveShuffle(bytes: Uint8Array, size: number): Uint8Array {
  const count = Math.floor(bytes.length / size);
  return bytes.map((byte, at) =>
    at < count * size ? (bytes[(at % count) * size + Math.floor(at / count)] as number) : byte,
  );
}

const bytesAnywhere = fc.tuple(fc.uint8Array({ maxLength: 400 }), fc.nat({ max: 9 })).map(([bytes, offset]) => {
  const memory = new Uint8Array(offset + bytes.length + 5);
  memory.set(bytes, offset);
  return memory.subarray(offset, offset + bytes.length);
});

describe("shuffle", () => {
  test("puts first bytes first, and leaves the bytes after the last whole element", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    expect([...shuffle(bytes, 4)]).toEqual([1, 5, 2, 6, 3, 7, 4, 8, 9, 10, 11]);
    expect([...unshuffle(Uint8Array.of(1, 5, 2, 6, 3, 7, 4, 8, 9, 10, 11), 4)]).toEqual([...bytes]);
  });

  test.each([1, 2, 3, 4, 5, 7, 8, 12, 16, 24, 399])("agrees with its definition for elements of %i bytes", (size) => {
    const property = fc.property(bytesAnywhere, (bytes) => {
      const before = bytes.slice();
      const shuffled = shuffle(bytes, size);
      expect(shuffled).toEqual(naiveShuffle(bytes, size));
      expect(unshuffle(shuffled, size)).toEqual(before);
      expect(bytes).toEqual(before);
    });
    fc.assert(property, { numRuns: 150 });
  });

  test("fills memory of the caller at any place, and nothing beyond the bytes it has", () => {
    const bytes = Uint8Array.from({ length: 77 }, (_, i) => i * 3);
    for (const [filter, inverse] of [
      [unshuffle, shuffle],
      [shuffle, unshuffle],
    ] as const) {
      for (let offset = 0; offset < 5; offset++) {
        const memory = new Uint8Array(100).fill(0xee);
        const result = filter(bytes, 8, memory.subarray(offset, offset + 80));
        expect(result).toHaveLength(77);
        expect(inverse(result, 8)).toEqual(bytes);
        expect([...memory.subarray(0, offset), ...memory.subarray(offset + 77)].every((byte) => byte === 0xee)).toBe(
          true,
        );
      }
    }
  });

  test("never gives the caller's own bytes back", () => {
    const bytes = Uint8Array.of(1, 2, 3);
    for (const size of [1, 2, 3, 8]) {
      expect(shuffle(bytes, size).buffer).not.toBe(bytes.buffer);
      expect(unshuffle(bytes, size).buffer).not.toBe(bytes.buffer);
    }
  });

  test("refuses an element size that a damaged file may hold, and memory that is too short", () => {
    for (const size of [0, -1, 1.5, Number.NaN]) {
      expect(() => unshuffle(new Uint8Array(8), size)).toThrow(FormatError);
      expect(() => shuffle(new Uint8Array(8), size)).toThrow(FormatError);
    }
    expect(() => unshuffle(new Uint8Array(8), 4, new Uint8Array(7))).toThrow(HdfiveError);
    expect([...unshuffle(Uint8Array.of(1, 2), 0xffff_ffff)]).toEqual([1, 2]);
  });
});

describe("fletcher32", () => {
  // Made with H5_checksum_fletcher32 of HDF5 2.0.0.
  test.each([
    ["zeros", new Uint8Array(4), 0],
    ["one byte, which counts as the high one of a word", Uint8Array.of(1), 0x01000100],
    ["an odd number of bytes", new TextEncoder().encode("abc"), 0x25c5c462],
    ["big-endian words", new TextEncoder().encode("abcd"), 0x2629c4c6],
    ["two words and a byte", new TextEncoder().encode("abcde"), 0x4ff029c7],
    ["a multiple of 65535, which is not 0", Uint8Array.of(0xff, 0xff), 0xffffffff],
    ["a word of ones and one of zeros", Uint8Array.of(0xff, 0xff, 0, 0), 0xffffffff],
    ["a thousand bytes of ones", new Uint8Array(1000).fill(0xff), 0xffffffff],
    ["1001 bytes", Uint8Array.from({ length: 1001 }, (_, i) => i * 7), 0x8ae494e7],
    ["100000 bytes", Uint8Array.from({ length: 100_000 }, (_, i) => i * i), 0x5ba97e8c],
    ["nothing", new Uint8Array(0), 0],
  ])("of %s is what the C library computes", (_, bytes, checksum) => {
    expect(fletcher32(bytes)).toBe(checksum);
  });

  test("is folded as its definition says, for any bytes at any place", () => {
    const property = fc.property(bytesAnywhere, (bytes) => {
      expect(fletcher32(bytes)).toBe(naiveFletcher32(bytes));
    });
    fc.assert(property, { numRuns: 500 });
    expect(fletcher32(new Uint8Array(5_000_001).fill(0xfe))).toBe(
      naiveFletcher32(new Uint8Array(5_000_001).fill(0xfe)),
    );
  });
});

/** The definition with remainders; a sum that is not 0 but divisible by 65535 is written as 65535. */
function naiveFletcher32(bytes: Uint8Array): number {
  let first = 0;
  let second = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    const word = (bytes[at] as number) * 256 + (bytes[at + 1] ?? 0);
    first = reduced(first + word);
    second = reduced(second + first);
  }
  return second * 65_536 + first;
}

function reduced(sum: number): number {
  return sum === 0 ? 0 : ((sum - 1) % 65_535) + 1;
}
