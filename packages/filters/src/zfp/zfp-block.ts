import type { BlockIntegers } from "./block-integers.js";
import type { ZfpBits } from "./zfp-bits.js";
import type { ZfpHeader } from "./zfp-header.js";

/** Puts one element of a decoded block, by its place there, at an index of the result. */
export type PutElement = (place: number, index: number) => void;

/** Where the elements of a block come from. */
export interface ZfpBlocks {
  /** Decodes the next block; `put` then hands out its elements. */
  next(bits: ZfpBits): void;
  readonly put: PutElement;
}

/** Widths of the exponents of floats, and what is added to them. */
const EXPONENTS = { float: { bits: 8, bias: 127 }, double: { bits: 11, bias: 1023 } } as const;

/** Blocks of integers. zfp 1.0 documentation, "Algorithm". */
export function integerBlocks(header: ZfpHeader, integers: BlockIntegers, view: DataView): ZfpBlocks {
  const rank = header.extents.length;
  const { minBits, maxBits, maxPrecision, isReversible, isBigEndian } = header;
  return {
    next: (bits) =>
      isReversible
        ? decodeReversible(bits, integers, rank, minBits, maxBits)
        : decodeIntegers(bits, integers, rank, minBits, maxBits, maxPrecision),
    put: (place, index) => putWords(view, index, integers, place, !isBigEndian),
  };
}

/** Blocks of floats: integers with a common exponent. zfp 1.0 documentation, "Algorithm". */
export function floatBlocks(
  header: ZfpHeader & { readonly type: "float" | "double" },
  integers: BlockIntegers,
  view: DataView,
): ZfpBlocks {
  const { type, extents, minBits, maxBits, maxPrecision, minExponent, isReversible, isBigEndian } = header;
  const rank = extents.length;
  const { bits: exponentBits, bias } = EXPONENTS[type];
  const littleEndian = !isBigEndian;
  let scale = 0;
  let isReinterpreted = false;
  const putFloat = (index: number, value: number): void =>
    type === "float"
      ? view.setFloat32(4 * index, value, littleEndian)
      : view.setFloat64(8 * index, value, littleEndian);
  return {
    next: (bits) => {
      scale = 0;
      isReinterpreted = false;
      if (bits.readBit() === 0) {
        bits.skip(Math.max(0, minBits - 1));
        return;
      }
      let used = 1;
      if (isReversible) {
        used++;
        isReinterpreted = bits.readBit() === 1;
      }
      let exponent = -bias;
      if (!isReinterpreted) {
        used += exponentBits;
        exponent = bits.read(exponentBits) - bias;
      }
      const least = Math.max(0, minBits - used);
      if (isReversible) {
        decodeReversible(bits, integers, rank, least, maxBits - used);
        scale = exponent === -bias ? 0 : powerOfTwo(exponent - (integers.width - 2), type);
      } else {
        const precision = Math.min(maxPrecision, Math.max(0, exponent - minExponent + 2 * rank + 2));
        decodeIntegers(bits, integers, rank, least, maxBits - used, precision);
        scale = powerOfTwo(exponent - (integers.width - 2), type);
      }
    },
    put: (place, index) => {
      if (isReinterpreted) {
        putSignMagnitude(view, index, integers, place, littleEndian);
      } else if (scale === 0) {
        putFloat(index, 0);
      } else {
        const value = integers.valueAt(place);
        putFloat(index, (type === "float" ? Math.fround(value) : value) * scale);
      }
    },
  };
}

function powerOfTwo(exponent: number, type: "float" | "double"): number {
  return type === "float" ? Math.fround(2 ** exponent) : 2 ** exponent;
}

function decodeIntegers(
  bits: ZfpBits,
  integers: BlockIntegers,
  rank: number,
  minBits: number,
  maxBits: number,
  precision: number,
): void {
  const used = decodePlanes(bits, integers, 4 ** rank, maxBits, precision);
  bits.skip(Math.max(0, minBits - used));
  integers.reorder();
  for (let axis = rank - 1; axis >= 0; axis--) {
    forLines(rank, axis, integers.lift);
  }
}

function decodeReversible(
  bits: ZfpBits,
  integers: BlockIntegers,
  rank: number,
  minBits: number,
  maxBits: number,
): void {
  const precisionBits = integers.width === 32 ? 5 : 6;
  const precision = bits.read(precisionBits) + 1;
  const used = precisionBits + decodePlanes(bits, integers, 4 ** rank, maxBits - precisionBits, precision);
  bits.skip(Math.max(0, minBits - used));
  integers.reorder();
  for (let axis = rank - 1; axis >= 0; axis--) {
    forLines(rank, axis, integers.liftReversible);
  }
}

/** The lines of four along an axis of a block. */
function forLines(rank: number, axis: number, visit: (start: number, step: number) => void): void {
  const step = 4 ** axis;
  for (let start = 0; start < 4 ** rank; start++) {
    if (Math.floor(start / step) % 4 === 0) {
      visit(start, step);
    }
  }
}

/**
 * Bit planes from the highest one down: in each the bits of the coefficients that have had one set already, then groups of the
 * others, which say whether there is another one. Returns the bits that this took. zfp 1.0 documentation, "Algorithm".
 */
function decodePlanes(
  bits: ZfpBits,
  integers: BlockIntegers,
  size: number,
  maxBits: number,
  precision: number,
): number {
  const lowest = Math.max(0, integers.width - precision);
  let left = maxBits;
  let known = 0;
  integers.clear();
  for (let plane = integers.width - 1; left > 0 && plane >= lowest; plane--) {
    const plain = Math.min(known, left);
    left -= plain;
    for (let i = 0; i < plain; i++) {
      if (bits.readBit() === 1) {
        integers.setBit(i, plane);
      }
    }
    while (known < size && left > 0) {
      left--;
      if (bits.readBit() === 0) {
        break;
      }
      while (known < size - 1 && left > 0) {
        left--;
        if (bits.readBit() === 1) {
          break;
        }
        known++;
      }
      integers.setBit(known++, plane);
    }
  }
  return maxBits - left;
}

/** Bits of a float that were taken for an integer: below zero, all but the sign are the other way round. */
function putSignMagnitude(
  view: DataView,
  index: number,
  integers: BlockIntegers,
  place: number,
  littleEndian: boolean,
): void {
  const low = integers.lowAt(place);
  if (integers.width === 32) {
    view.setInt32(4 * index, low < 0 ? low ^ 0x7fffffff : low, littleEndian);
    return;
  }
  const high = integers.highAt(place);
  const isNegative = high < 0;
  view.setInt32(8 * index + (littleEndian ? 0 : 4), isNegative ? ~low : low, littleEndian);
  view.setInt32(8 * index + (littleEndian ? 4 : 0), isNegative ? high ^ 0x7fffffff : high, littleEndian);
}

function putWords(view: DataView, index: number, integers: BlockIntegers, place: number, littleEndian: boolean): void {
  if (integers.width === 32) {
    view.setInt32(4 * index, integers.lowAt(place), littleEndian);
  } else {
    view.setInt32(8 * index + (littleEndian ? 0 : 4), integers.lowAt(place), littleEndian);
    view.setInt32(8 * index + (littleEndian ? 4 : 0), integers.highAt(place), littleEndian);
  }
}
