import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeLzf, encodeLzf } from "../../src/filters/index.js";
import { FormatError } from "../../src/index.js";

/** Bytes that repeat themselves often enough to become shorter. */
const repetitive = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 })), { maxLength: 12 })
  .map((parts) =>
    Uint8Array.from(parts.flatMap(([bytes, count]) => Array.from({ length: count }, () => [...bytes]).flat())),
  );

describe("LZF", () => {
  test("decodes literal bytes, short and long copies, and copies that overlap themselves", () => {
    expect([...decodeLzf(Uint8Array.of(2, 7, 8, 9), 100)]).toEqual([7, 8, 9]);
    // Two literals, then three bytes from two back: the copy repeats what it writes.
    expect([...decodeLzf(Uint8Array.of(1, 7, 8, 0x20, 1), 100)]).toEqual([7, 8, 7, 8, 7]);
    // One literal, then 9 + 255 bytes from one back.
    expect([...decodeLzf(Uint8Array.of(0, 5, 0xe0, 255, 0), 1000)]).toEqual(new Array(265).fill(5));
  });

  test("gives back what was encoded, or says that it does not become shorter", () => {
    let shorter = 0;
    const property = fc.property(repetitive, (bytes) => {
      const encoded = encodeLzf(bytes);
      if (encoded !== null) {
        shorter++;
        expect(encoded.length).toBeLessThan(bytes.length);
        expect(decodeLzf(encoded, bytes.length)).toEqual(bytes);
        expect(decodeLzf(encoded, bytes.length + 1000)).toEqual(bytes);
        expect(() => decodeLzf(encoded, bytes.length - 1)).toThrow(FormatError);
      }
    });
    fc.assert(property, { numRuns: 300 });
    expect(shorter).toBeGreaterThan(50);
  });

  test("finds repetitions as far away as can be stored, and none farther", () => {
    for (const distance of [8191, 8192, 8193, 20000]) {
      const bytes = new Uint8Array(distance + 600);
      for (let i = 0, state = 1; i < distance; i++) {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0;
        bytes[i] = state >>> 24;
      }
      bytes.copyWithin(distance, 0, 600);
      const encoded = encodeLzf(bytes);
      if (encoded === null) {
        expect(distance).toBeGreaterThan(8192);
      } else {
        expect(decodeLzf(encoded, bytes.length)).toEqual(bytes);
      }
      expect(encoded === null).toBe(distance > 8192);
    }
  });

  test("leaves bytes that do not repeat, and very few, to be stored as they are", () => {
    expect(encodeLzf(new Uint8Array(0))).toBeNull();
    expect(encodeLzf(new Uint8Array(3))).toBeNull();
    expect(encodeLzf(Uint8Array.from({ length: 256 }, (_, i) => i))).toBeNull();
  });

  test.each([
    ["ends within literal bytes", [5, 1, 2]],
    ["ends within a copy", [0, 1, 0x20]],
    ["ends within a long copy", [0, 1, 0xe0, 3]],
    ["ends before the length of a long copy", [0, 1, 0xe0]],
    ["begins 1 bytes before", [0, 1, 0x20, 1]],
    ["begins 8191 bytes before", [0, 1, 0x3f, 255]],
  ])("refuses a block that %s", (problem, bytes) => {
    expect(() => decodeLzf(Uint8Array.from(bytes), 1000)).toThrow(FormatError);
    if (!problem.includes("length")) {
      expect(() => decodeLzf(Uint8Array.from(bytes), 1000)).toThrow(problem.replace("a long copy", "a copy"));
    }
  });

  test("takes no more memory than the stored bytes can stand for, whatever size a chunk is said to have", () => {
    expect(decodeLzf(Uint8Array.of(0, 5, 0xe0, 255, 0), 2 ** 40).buffer.byteLength).toBeLessThan(500);
  });

  test("gives an error or bytes, and nothing else, for any bytes", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 500 }), (bytes, maxSize) => {
      try {
        expect(decodeLzf(bytes, maxSize).length).toBeLessThanOrEqual(maxSize);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    });
    fc.assert(property, { numRuns: 500 });
  });
});
