import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeSzip,
  decodeSzipParameters,
  encodeSzip,
  encodeSzipParameters,
  type SzipParameters,
} from "../../src/filters/index.js";
import { FormatError } from "../../src/index.js";

const parameters: fc.Arbitrary<SzipParameters> = fc.record({
  nearestNeighbour: fc.boolean(),
  byteOrder: fc.constantFrom("LE", "BE"),
  bitsPerPixel: fc.oneof(fc.integer({ min: 1, max: 32 }), fc.constant(64)),
  pixelsPerBlock: fc.integer({ min: 1, max: 16 }).map((half) => 2 * half),
  pixelsPerScanline: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 4096 })),
});

/** Pixels of every temper: runs of zeros, small steps, noise. */
const tempers = fc.array(
  fc.tuple(fc.constantFrom("zeros", "steps", "noise", "same"), fc.integer({ min: 1, max: 400 })),
  {
    minLength: 1,
    maxLength: 6,
  },
);

function pixelsOf(
  { bitsPerPixel, byteOrder }: SzipParameters,
  parts: readonly (readonly [string, number])[],
  seed: number,
): Uint8Array {
  const size = bitsPerPixel === 64 ? 8 : bitsPerPixel > 16 ? 4 : bitsPerPixel > 8 ? 2 : 1;
  const most = (1n << BigInt(bitsPerPixel)) - 1n;
  let state = seed;
  const next = (): bigint => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return BigInt((state ^ (state >>> 13)) >>> 0);
  };
  const bytes: number[] = [];
  let value = most / 2n;
  for (const [temper, count] of parts) {
    for (let i = 0; i < count; i++) {
      if (temper === "zeros") {
        value = 0n;
      } else if (temper === "steps") {
        value += (next() % 5n) - 2n;
      } else if (temper === "noise") {
        value = (next() << 32n) | next();
      }
      value = value < 0n ? 0n : value & most;
      const little = Array.from({ length: size }, (_, byte) => Number((value >> BigInt(8 * byte)) & 255n));
      bytes.push(...(byteOrder === "LE" ? little : little.reverse()));
    }
  }
  return Uint8Array.from(bytes);
}

describe("szip", () => {
  test("gives back what was encoded, whatever the parameters and the pixels", () => {
    let shorter = 0;
    const property = fc.property(parameters, tempers, fc.nat(), (given, parts, seed) => {
      const clientData = encodeSzipParameters(given);
      expect(decodeSzipParameters(clientData)).toEqual(given);
      const bytes = pixelsOf(given, parts, seed);
      const encoded = encodeSzip(bytes, clientData);
      if (encoded !== null) {
        shorter++;
        expect(encoded.length).toBeLessThanOrEqual(bytes.length + 4);
        expect(decodeSzip(encoded, clientData, bytes.length)).toEqual(bytes);
        expect(() => decodeSzip(encoded, clientData, bytes.length - 1)).toThrow(FormatError);
      }
    });
    fc.assert(property, { numRuns: 250 });
    expect(shorter).toBeGreaterThan(100);
  });

  test("refuses coded samples that end too early, at every byte", () => {
    const given: SzipParameters = {
      nearestNeighbour: true,
      byteOrder: "LE",
      bitsPerPixel: 16,
      pixelsPerBlock: 8,
      pixelsPerScanline: 50,
    };
    const clientData = encodeSzipParameters(given);
    const bytes = pixelsOf(
      given,
      [
        ["steps", 120],
        ["zeros", 100],
        ["noise", 30],
        ["steps", 50],
      ],
      7,
    );
    const encoded = encodeSzip(bytes, clientData) as Uint8Array;
    // What fills up the last scanline is not needed, so a few bytes at the end can be missing.
    for (let length = 0; length < encoded.length - 20; length++) {
      expect(() => decodeSzip(encoded.subarray(0, length), clientData, bytes.length)).toThrow(FormatError);
    }
  });

  test("does not code pixels with more bits than it is told, nor bytes that are no whole pixels", () => {
    const of = (bitsPerPixel: number): number[] =>
      encodeSzipParameters({
        nearestNeighbour: true,
        byteOrder: "LE",
        bitsPerPixel,
        pixelsPerBlock: 8,
        pixelsPerScanline: 64,
      });
    const bytes = new Uint8Array(128).fill(3);
    expect(encodeSzip(bytes, of(2))).not.toBeNull();
    expect(encodeSzip(bytes.fill(4, 70, 71), of(2))).toBeNull();
    expect(encodeSzip(new Uint8Array(127), of(16))).toBeNull();
    expect(encodeSzip(new Uint8Array(0), of(16))).toBeNull();
  });

  test.each([
    ["too few values", [141, 8, 16]],
    ["too many values", [141, 8, 16, 64, 0]],
    ["an odd block", [141, 7, 16, 64]],
    ["an empty block", [141, 0, 16, 64]],
    ["a large block", [141, 34, 16, 64]],
    ["pixels of no bits", [141, 8, 0, 64]],
    ["pixels of 33 bits", [141, 8, 33, 64]],
    ["an empty scanline", [141, 8, 16, 0]],
  ])("refuses parameters with %s", (_problem, clientData) => {
    expect(() => decodeSzip(new Uint8Array(100), clientData, 1000)).toThrow(FormatError);
    expect(() => encodeSzip(new Uint8Array(100), clientData)).toThrow(FormatError);
  });

  test("refuses a size that is not the chunk's, or that the stored bytes cannot hold", () => {
    const withSize = (size: number): Uint8Array => {
      const bytes = new Uint8Array(20);
      new DataView(bytes.buffer).setUint32(0, size, true);
      return bytes;
    };
    const clientData = [141, 8, 16, 64];
    expect(() => decodeSzip(withSize(1001), clientData, 1000)).toThrow("1000 are the most");
    expect(() => decodeSzip(withSize(0xffff_fffe), clientData, 2 ** 33)).toThrow("cannot hold");
    expect(() => decodeSzip(new Uint8Array(3), clientData, 1000)).toThrow("do not hold the size");
  });

  test("refuses a run of zeros that goes past its scanline, and takes one that ends there", () => {
    const clientData = [141, 8, 16, 16];
    // Blocks of zeros (five bits of 0), then how many: 2 is a one after one zero, 3 after two.
    expect(decodeSzip(Uint8Array.of(32, 0, 0, 0, 0b00000_01_0), clientData, 32)).toEqual(new Uint8Array(32));
    expect(() => decodeSzip(Uint8Array.of(32, 0, 0, 0, 0b00000_001), clientData, 32)).toThrow("3 blocks of zeros");
  });

  test("takes a scanline of any length, without memory for what is not there", () => {
    const clientData = [141, 8, 16, 0xffff_ffff];
    const bytes = new Uint8Array(8 * 2);
    expect(decodeSzip(Uint8Array.of(16, 0, 0, 0, 0x02, 0, 0, 0), clientData, 16)).toEqual(bytes);
  });

  test("gives an error or bytes, and nothing else, for any bytes and parameters", () => {
    const values = fc.array(fc.oneof(fc.nat({ max: 70 }), fc.nat()), { minLength: 4, maxLength: 4 });
    const clientData = fc.oneof(values, parameters.map(encodeSzipParameters));
    const property = fc.property(
      fc.uint8Array({ maxLength: 300 }),
      clientData,
      fc.nat({ max: 900 }),
      (tail, data, size) => {
        const bytes = Uint8Array.of(size & 0xff, size >>> 8, 0, 0, ...tail);
        try {
          expect(decodeSzip(bytes, data, 800).length).toBe(size);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });
});
