import type { FloatingPointType } from "@hdfive/format";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clampedInteger, FLOAT64_GRID, nearestFloat } from "../../src/array/conversion/exact-number.ts";
import { floatCodec } from "../../src/array/conversion/float-codec.ts";
import { limitsOf } from "../../src/array/conversion/number-limits.ts";
import { normalReader } from "../../src/array/conversion/wide-float.ts";
import { floatType } from "../../src/array/index.ts";

const quad: FloatingPointType = {
  ...floatType(8),
  size: 16,
  bitPrecision: 128,
  signLocation: 127,
  exponentLocation: 112,
  exponentSize: 15,
  mantissaSize: 112,
  exponentBias: 16383,
};
const x87: FloatingPointType = {
  ...quad,
  signLocation: 79,
  bitPrecision: 80,
  exponentLocation: 64,
  mantissaSize: 64,
  normalization: "none",
};
const LAYOUTS: readonly (readonly [string, FloatingPointType])[] = [
  ["quad", quad],
  ["big-endian quad", { ...quad, byteOrder: "BE" }],
  ["x87", x87],
  ["VAX G", { ...floatType(8), version: 3, byteOrder: "VAX", exponentBias: 1025 }],
  ["a mantissa above the exponent", { ...quad, mantissaLocation: 16, exponentLocation: 1, signLocation: 0 }],
];

/** Bits of elements, with exponents near those of float64 and mantissas near a tie as often as not. */
function elements({
  exponentLocation,
  exponentBias,
  exponentSize,
  mantissaLocation,
  mantissaSize,
  ...type
}: FloatingPointType) {
  const dropped = BigInt(mantissaSize - 52 - (type.normalization === "implied" ? 0 : 1));
  return fc
    .record({
      noise: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
      power: fc.oneof(fc.integer({ min: -1080, max: 1030 }), fc.constantFrom(-1023, -1022, -1021, 1022, 1023)),
      tail: fc.constantFrom<bigint | null>(null, 0n, 1n, -1n),
    })
    .map(({ noise, power, tail }) => {
      const top = 2 ** exponentSize - 1;
      const exponent = BigInt(Math.min(top, Math.max(0, power + exponentBias)));
      let mantissa = noise & (2n ** BigInt(mantissaSize) - 1n);
      if (tail !== null && dropped > 1n) {
        mantissa = ((mantissa >> dropped) << dropped) + 2n ** (dropped - 1n) + tail;
      }
      if (type.normalization !== "implied") {
        mantissa |= 2n ** BigInt(mantissaSize - 1);
      }
      const bits =
        (exponent << BigInt(exponentLocation)) |
        (mantissa << BigInt(mantissaLocation)) |
        ((noise & 1n) << BigInt(type.signLocation));
      const bytes = Uint8Array.from({ length: type.size }, (_, i) => Number((bits >> BigInt(8 * i)) & 255n));
      if (type.byteOrder === "VAX") {
        const words = Array.from({ length: type.size / 2 }, (_, i) => bytes.slice(2 * i, 2 * i + 2)).reverse();
        return Uint8Array.from(words.flatMap((word) => [...word]));
      }
      return type.byteOrder === "BE" ? bytes.reverse() : bytes;
    });
}

describe("floating-point numbers that 64 bits do not hold", () => {
  it.each(LAYOUTS)("are the same by numbers as by bigints: %s", (_name, type) => {
    const fast = normalReader(type);
    // VAX G has as many digits as float64: its exact numbers are those of the same layout in another order of bytes.
    const exact = floatCodec(type).exact;
    const codec = floatCodec(type);
    let taken = 0;
    fc.assert(
      fc.property(elements(type), (bytes) => {
        const quick = fast?.(bytes, 0) ?? Number.NaN;
        const into = new Float64Array(1);
        codec.decode(bytes, 0, 1, into, 0);
        const wanted = exact === null ? into[0] : nearestFloat(exact(bytes, 0), FLOAT64_GRID);
        expect(into[0]).toBe(wanted);
        if (!Number.isNaN(quick)) {
          taken++;
          expect(quick).toBe(wanted);
        }
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(500);
  });

  it("are read by bigints where they have fewer digits than float64", () => {
    expect(normalReader({ ...floatType(4), size: 9, bitPrecision: 72 })).toBeNull();
  });
});

describe("exact numbers", () => {
  const limits = limitsOf(true, 8);

  it("are clamped without being shifted by billions of bits", () => {
    expect(clampedInteger({ negative: true, mantissa: 1n, power: 4e9 }, limits)).toBe(-128n);
    expect(clampedInteger({ negative: false, mantissa: 1n, power: -4e9 }, limits)).toBe(0n);
    expect(nearestFloat({ negative: true, mantissa: 3n, power: -4e9 }, FLOAT64_GRID)).toBe(-0);
    expect(nearestFloat({ negative: true, mantissa: 3n, power: 4e9 }, FLOAT64_GRID)).toBe(-Infinity);
  });

  it("round to even in the middle, also among subnormal numbers and past the largest", () => {
    const near = (mantissa: bigint, power: number): number =>
      nearestFloat({ negative: false, mantissa, power }, FLOAT64_GRID);
    expect([near(1n, -1075), near(3n, -1075), near(5n, -1076)]).toEqual([0, 2 ** -1073, 2 ** -1074]);
    expect(near(2n ** 54n - 1n, 970)).toBe(Infinity);
    expect(near(2n ** 55n - 3n, 969)).toBe(Number.MAX_VALUE);
    expect(near(2n ** 60n + 2n ** 7n, 0)).toBe(2 ** 60);
    expect(near(2n ** 60n + 2n ** 7n + 1n, 0)).toBe(2 ** 60 + 2 ** 8);
  });
});
