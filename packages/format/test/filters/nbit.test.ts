import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeNbit,
  decodeNbitParameters,
  encodeNbit,
  encodeNbitParameters,
  type NbitType,
} from "../../src/filters/index.js";
import { FormatError, UnsupportedError } from "../../src/index.js";

const atomic: fc.Arbitrary<NbitType> = fc
  .tuple(fc.integer({ min: 1, max: 17 }), fc.constantFrom("LE" as const, "BE" as const), fc.nat(), fc.nat())
  .map(([size, byteOrder, a, b]) => {
    const bitPrecision = 1 + (a % (8 * size));
    return { class: "atomic", size, byteOrder, bitPrecision, bitOffset: b % (8 * size - bitPrecision + 1) };
  });
const noOp: fc.Arbitrary<NbitType> = fc.integer({ min: 1, max: 9 }).map((size) => ({ class: "no-op", size }));

/** Types of any depth; a compound has gaps, and an array of anything but numbers only at its end, as libhdf5 needs it. */
const types: fc.Arbitrary<NbitType> = fc.letrec<{ type: NbitType; simple: NbitType }>((tie) => ({
  simple: fc.oneof(atomic, noOp, fc.tuple(atomic, fc.integer({ min: 1, max: 4 })).map(arrayOf)),
  type: fc.oneof(
    { maxDepth: 4 },
    tie("simple"),
    fc.tuple(tie("type"), fc.integer({ min: 1, max: 3 })).map(arrayOf),
    fc.tuple(fc.array(fc.tuple(tie("simple"), fc.nat({ max: 2 })), { maxLength: 3 }), tie("type")).map(compoundOf),
  ),
})).type;

function arrayOf([base, count]: readonly [NbitType, number]): NbitType {
  return { class: "array", size: base.size * count, base };
}

function compoundOf([members, last]: readonly [readonly (readonly [NbitType, number])[], NbitType]): NbitType {
  let size = 0;
  const placed = [...members, [last, 0] as const].map(([type, gap]) => {
    const byteOffset = size + gap;
    size = byteOffset + type.size;
    return { byteOffset, type };
  });
  return { class: "compound", size: size + 1, members: placed };
}

/** Ones where a type keeps bits, zeros where there is padding. */
function keptBits(type: NbitType, into: Uint8Array, at: number): void {
  switch (type.class) {
    case "no-op":
      into.fill(0xff, at, at + type.size);
      break;
    case "array":
      for (let i = 0; i < type.size; i += type.base.size) {
        keptBits(type.base, into, at + i);
      }
      break;
    case "compound":
      for (const member of type.members) {
        keptBits(member.type, into, at + member.byteOffset);
      }
      break;
    case "atomic":
      for (let bit = type.bitOffset; bit < type.bitOffset + type.bitPrecision; bit++) {
        const byte = bit >>> 3;
        const place = at + (type.byteOrder === "LE" ? byte : type.size - 1 - byte);
        into[place] = (into[place] as number) | (1 << (bit & 7));
      }
      break;
  }
}

describe("nbit", () => {
  test("packs as libhdf5 does: 12 bits of 4 bytes", () => {
    const clientData = [8, 0, 3, 1, 4, 0, 12, 4];
    const bytes = new Uint8Array(new Int32Array([0xabc << 4, 0x123 << 4, 0xfff << 4]).buffer);
    const packed = Uint8Array.of(0xab, 0xc1, 0x23, 0xff, 0xf0);
    expect(encodeNbit(bytes, clientData)).toEqual(packed);
    expect(decodeNbit(packed, clientData, 12)).toEqual(bytes);
  });

  test("gives back every bit that is meant, and zeros for padding", () => {
    const property = fc.property(types, fc.integer({ min: 1, max: 40 }), fc.nat(), (type, elementCount, seed) => {
      const clientData = encodeNbitParameters({ needNotCompress: false, elementCount, type });
      expect(decodeNbitParameters(clientData)).toEqual({ needNotCompress: false, elementCount, type });
      const mask = new Uint8Array(elementCount * type.size);
      for (let i = 0; i < elementCount; i++) {
        keptBits(type, mask, i * type.size);
      }
      let state = seed;
      const bytes = mask.map(() => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state >>> 24;
      });
      const packed = encodeNbit(bytes, clientData) as Uint8Array;
      expect(decodeNbit(packed, clientData, bytes.length)).toEqual(bytes.map((byte, i) => byte & (mask[i] as number)));
      expect(() => decodeNbit(packed, clientData, bytes.length - 1)).toThrow(FormatError);
      expect(() => decodeNbit(packed.subarray(0, packed.length - 2), clientData, bytes.length)).toThrow(FormatError);
    });
    fc.assert(property, { numRuns: 400 });
  });

  test("leaves chunks alone when it is told that nothing is to be packed, whatever else it is told", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    for (const clientData of [
      [3, 1, 4],
      [10, 1, 4, 2, 12, 1, 2, 0, 16, 0],
    ]) {
      expect(decodeNbit(bytes, clientData, 4)).toBe(bytes);
      // Without a datatype in them, newer libraries take no chunk that went through the filter.
      expect(encodeNbit(bytes, clientData)).toBe(clientData.length > 3 ? bytes : null);
    }
  });

  test("does not pack what libhdf5 would lose: members after an array of compounds or arrays", () => {
    const narrow: NbitType = { class: "atomic", size: 2, byteOrder: "LE", bitPrecision: 9, bitOffset: 0 };
    const inner = compoundOf([[], narrow]);
    const array = arrayOf([inner, 2]);
    const nested = compoundOf([[[narrow, 0]], arrayOf([arrayOf([narrow, 2]), 2])]);
    for (const [type, isRead] of [
      [compoundOf([[[narrow, 0]], array]), true],
      [compoundOf([[[array, 0]], narrow]), false],
      [nested, true],
      [compoundOf([[[nested, 0]], narrow]), false],
      [arrayOf([nested, 3]), true],
    ] as const) {
      const clientData = encodeNbitParameters({ needNotCompress: false, elementCount: 1, type });
      const packed = encodeNbit(new Uint8Array(type.size), clientData);
      expect(packed !== null).toBe(isRead);
      if (!isRead) {
        expect(() => decodeNbit(new Uint8Array(100), clientData, 1000)).toThrow(UnsupportedError);
      }
    }
    expect(encodeNbit(new Uint8Array(7), [8, 0, 3, 1, 4, 0, 12, 4])).toBeNull();
  });

  test.each([
    ["no values", []],
    ["another number of values", [9, 0, 3, 1, 4, 0, 12, 0]],
    ["values that end within the datatype", [7, 0, 3, 1, 4, 0, 12]],
    ["no datatype", [3, 0, 3]],
    ["values after the datatype", [9, 0, 3, 1, 4, 0, 12, 0, 0]],
    ["an unknown class", [8, 0, 3, 5, 4, 0, 12, 0]],
    ["a datatype of 0 bytes", [8, 0, 3, 1, 0, 0, 0, 0]],
    ["no bits", [8, 0, 3, 1, 4, 0, 0, 0]],
    ["more bits than there are", [8, 0, 3, 1, 4, 0, 33, 0]],
    ["bits past the end", [8, 0, 3, 1, 4, 0, 12, 21]],
    ["an unknown order", [8, 0, 3, 1, 4, 2, 12, 0]],
    ["elements that do not divide an array", [10, 0, 3, 2, 7, 1, 2, 0, 12, 0]],
    ["a member past the compound", [9, 0, 1, 3, 4, 1, 3, 4, 2]],
    ["members that overlap", [13, 0, 1, 3, 4, 2, 0, 4, 4, 0, 4, 4, 0]],
    ["members without end", [6, 0, 1, 3, 4, 0xffff_ffff]],
  ])("refuses parameters with %s", (_problem, clientData) => {
    expect(() => decodeNbit(new Uint8Array(1000), clientData, 1e6)).toThrow(FormatError);
  });

  test("refuses arrays nested without end, and more elements than a chunk or the stored bytes hold", () => {
    const deep = Array.from({ length: 2000 }, () => [2, 8]).flat();
    const clientData = [0, 0, 1, ...deep, 1, 8, 0, 64, 0];
    clientData[0] = clientData.length;
    expect(() => decodeNbit(new Uint8Array(100), clientData, 1e6)).toThrow("nested");
    expect(() => decodeNbit(new Uint8Array(100), [8, 0, 0xffff_ffff, 1, 4, 0, 1, 0], 1000)).toThrow(FormatError);
    expect(() => decodeNbit(new Uint8Array(100), [8, 0, 0xffff_ffff, 1, 4, 0, 1, 0], 2 ** 40)).toThrow("do not hold");
  });

  test("gives an error or bytes, and nothing else, for any parameters", () => {
    const value = fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 9 }) }, fc.integer({ min: 0, max: 0xffff_ffff }));
    const property = fc.property(
      fc.array(value, { maxLength: 24 }),
      fc.uint8Array({ maxLength: 60 }),
      (values, bytes) => {
        const clientData = [values.length + 2, 0, ...values];
        try {
          expect(decodeNbit(bytes, clientData, 500).length).toBeLessThanOrEqual(500);
        } catch (error) {
          expect(error instanceof FormatError || error instanceof UnsupportedError).toBe(true);
        }
      },
    );
    fc.assert(property, { numRuns: 2000 });
  });
});
