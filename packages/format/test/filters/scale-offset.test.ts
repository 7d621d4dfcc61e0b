import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeScaleOffset,
  decodeScaleOffsetParameters,
  encodeScaleOffset,
  encodeScaleOffsetParameters,
  type ScaleOffsetParameters,
} from "../../src/filters/index.js";
import { FormatError, UnsupportedError } from "../../src/index.js";

const integers = fc
  .record({
    size: fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const),
    signed: fc.boolean(),
    byteOrder: fc.constantFrom("LE" as const, "BE" as const),
    factor: fc.nat({ max: 64 }),
    fill: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    base: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    width: fc.nat({ max: 64 }),
    steps: fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 1, maxLength: 60 }),
  })
  .map(({ size, signed, byteOrder, factor, fill, base, width, steps }) => {
    const parameters: ScaleOffsetParameters = {
      numbers: "integer",
      scaleFactor: factor % (8 * size + 1),
      elementCount: steps.length,
      size,
      signed,
      byteOrder,
      fillValue: fill === null ? null : bytesOf([fill], size, "LE"),
    };
    // Numbers of a band of some width, and the fill value now and then.
    const values = steps.map((step, i) => (fill !== null && i % 4 === 3 ? fill : base + BigInt.asUintN(width, step)));
    return { parameters, bytes: bytesOf(values, size, byteOrder) };
  });

function bytesOf(values: readonly bigint[], size: number, byteOrder: "LE" | "BE"): Uint8Array {
  return Uint8Array.from(
    values.flatMap((value) => {
      const bytes = Array.from({ length: size }, (_, byte) => Number((value >> BigInt(8 * byte)) & 255n));
      return byteOrder === "LE" ? bytes : bytes.reverse();
    }),
  );
}

function floatParameters(decimals: number, count: number, size: 4 | 8, fill: number | null): ScaleOffsetParameters {
  const fillValue = fill === null ? null : new Uint8Array((size === 4 ? Float32Array : Float64Array).of(fill).buffer);
  const common = { numbers: "float", signed: false, byteOrder: "LE" } as const;
  return { ...common, scaleFactor: decimals, elementCount: count, size, fillValue };
}

describe("scale-offset", () => {
  test("gives integers of every size, order, band and fill value back", () => {
    const property = fc.property(integers, ({ parameters, bytes }) => {
      const clientData = encodeScaleOffsetParameters(parameters);
      expect(decodeScaleOffsetParameters(clientData)).toEqual(parameters);
      const before = bytes.slice();
      const packed = encodeScaleOffset(bytes, clientData) as Uint8Array;
      expect(bytes).toEqual(before);
      expect(decodeScaleOffset(packed, clientData, bytes.length)).toEqual(bytes);
    });
    fc.assert(property, { numRuns: 1000 });
  });

  test("keeps the decimals asked for, positive and negative ones", () => {
    const property = fc.property(
      fc.array(fc.double({ min: -5000, max: 5000, noNaN: true }), { minLength: 1, maxLength: 50 }),
      fc.integer({ min: -2, max: 6 }),
      fc.option(fc.constantFrom(0, 7.5)),
      (values, decimals, fill) => {
        const source = Float64Array.from(values, (value, i) => (i % 5 === 4 && fill !== null ? fill : value));
        const clientData = encodeScaleOffsetParameters(floatParameters(decimals, source.length, 8, fill));
        const bytes = new Uint8Array(source.buffer);
        const packed = encodeScaleOffset(bytes, clientData) as Uint8Array;
        const back = new Float64Array(decodeScaleOffset(packed, clientData, bytes.length).buffer);
        for (const [i, value] of source.entries()) {
          // What is nearer to the fill value than one of the last decimal becomes the fill value.
          expect(Math.abs((back[i] as number) - value)).toBeLessThanOrEqual(10 ** -decimals * 1.000001);
        }
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  test.each([4, 8] as const)("stores floats of %i bytes as they are where one is infinite or no number", (size) => {
    const make = size === 4 ? Float32Array : Float64Array;
    const source = make.of(1.23456, Number.NaN, Number.POSITIVE_INFINITY, -2.5);
    const bytes = new Uint8Array(source.buffer);
    const clientData = encodeScaleOffsetParameters(floatParameters(2, 4, size, 0));
    const packed = encodeScaleOffset(bytes, clientData) as Uint8Array;
    expect(decodeScaleOffset(packed, clientData, bytes.length)).toEqual(bytes);
  });

  test.each([4, 8] as const)("packs a fill value of %i bytes that is no number", (size) => {
    const make = size === 4 ? Float32Array : Float64Array;
    const source = make.of(...Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? Number.NaN : i / 2)));
    const bytes = new Uint8Array(source.buffer);
    const clientData = encodeScaleOffsetParameters(floatParameters(1, 64, size, Number.NaN));
    const packed = encodeScaleOffset(bytes, clientData) as Uint8Array;
    expect(packed.length).toBeLessThan(21 + 100);
    expect(decodeScaleOffset(packed, clientData, bytes.length)).toEqual(bytes);
  });

  test("stores equal numbers without a fill value in no bits at all", () => {
    const clientData = encodeScaleOffsetParameters({
      ...{ numbers: "integer", scaleFactor: 0, elementCount: 3000, size: 2, signed: true, byteOrder: "BE" },
      fillValue: null,
    });
    const bytes = Uint8Array.from({ length: 6000 }, (_, i) => (i % 2 === 0 ? 0xff : 0x80));
    const packed = encodeScaleOffset(bytes, clientData) as Uint8Array;
    expect(packed).toHaveLength(22);
    expect(decodeScaleOffset(packed, clientData, 6000)).toEqual(bytes);
  });

  const valid = [2, 0, 8, 0, 4, 1, 0, 1, 5, ...new Array<number>(11).fill(0)];
  const changed = (at: number, value: number): number[] => valid.with(at, value);

  test.each([
    ["too few values", valid.slice(1)],
    ["too many values", [...valid, 0]],
    ["decimals of integers", changed(0, 0)],
    ["an unknown way to scale", changed(0, 3)],
    ["an unknown class", changed(3, 2)],
    ["bits of floats", changed(3, 1)],
    ["integers of 3 bytes", changed(4, 3)],
    ["integers of 0 bytes", changed(4, 0)],
    ["more bits than there are", changed(1, 33)],
    ["an unknown sign", changed(5, 2)],
    ["an unknown order", changed(6, 2)],
    ["an unknown presence of a fill value", changed(7, 2)],
  ])("refuses parameters with %s", (_problem, clientData) => {
    expect(() => decodeScaleOffset(new Uint8Array(100), clientData, 1000)).toThrow(FormatError);
  });

  test("says that it does not know scaling by exponents, which is not damage", () => {
    expect(() => decodeScaleOffset(new Uint8Array(100), changed(0, 1), 1000)).toThrow(UnsupportedError);
  });

  test("refuses more numbers than a chunk or the stored bytes hold, more bits than numbers have, and no header", () => {
    const header = (bits: number, length: number): Uint8Array => new Uint8Array(length).fill(bits, 0, 1).fill(8, 4, 5);
    expect(decodeScaleOffset(header(4, 25), valid, 32)).toHaveLength(32);
    expect(() => decodeScaleOffset(header(4, 24), valid, 32)).toThrow("do not hold 8 numbers");
    expect(() => decodeScaleOffset(header(32, 52), valid, 32)).toThrow("do not hold 8 numbers");
    expect(() => decodeScaleOffset(header(33, 100), valid, 32)).toThrow("33 bits");
    expect(() => decodeScaleOffset(header(4, 20), valid, 32)).toThrow("header");
    expect(() => decodeScaleOffset(header(4, 25), valid, 31)).toThrow("the chunk has 31");
    expect(() => decodeScaleOffset(header(4, 25), changed(2, 0xffff_ffff), 2 ** 40)).toThrow("do not hold");
  });

  test("gives an error or bytes, and nothing else, for any bytes and parameters", () => {
    const value = fc.oneof({ weight: 5, arbitrary: fc.nat({ max: 9 }) }, fc.integer({ min: 0, max: 0xffff_ffff }));
    const property = fc.property(
      fc.array(value, { minLength: 20, maxLength: 20 }),
      fc.uint8Array({ maxLength: 80 }),
      fc.nat({ max: 70 }),
      (clientData, tail, bits) => {
        try {
          const bytes = Uint8Array.of(bits, 0, 0, 0, ...tail);
          expect(decodeScaleOffset(bytes, clientData, 200).length).toBeLessThanOrEqual(200);
        } catch (error) {
          expect(error instanceof FormatError || error instanceof UnsupportedError).toBe(true);
        }
      },
    );
    fc.assert(property, { numRuns: 2000 });
  });
});
