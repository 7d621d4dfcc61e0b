import type { BitReader } from "./bit-reader.js";
import type { BitWriter } from "./bit-writer.js";
import { bitLength } from "./scale-offset-integers.js";
import type { ScaleOffsetParameters } from "./scale-offset-parameters.js";

const TWO_32 = 2 ** 32;

/** How floats of a chunk are packed. */
export interface FloatPacking {
  /** Bits of each number; those of its datatype when it is stored as it is. */
  readonly bits: number;
  /** The bytes of the smallest number, as 64 bits. */
  readonly minimum: bigint;
  /** The smallest number. */
  readonly smallest: number;
}

/** Unpacks floats of the scale-offset filter: n stands for the minimum and n times the power of ten, all ones for the fill value. */
export function decodeFloats(
  reader: BitReader,
  bits: number,
  minimum: DataView,
  { size, byteOrder, fillValue, scaleFactor }: ScaleOffsetParameters,
  result: DataView,
): void {
  const isLittle = byteOrder === "LE";
  // As bytes: the fill value can be a NaN.
  const fill = fillValue === null ? null : new DataView(new Uint8Array([...fillValue, 0, 0, 0, 0]).buffer);
  const highBits = Math.max(0, bits - 32);
  const lowBits = bits - highBits;
  const ones = 2 ** lowBits - 1;
  const onesHigh = 2 ** highBits - 1;
  // Every step is rounded to the datatype, as in C.
  const round = size === 4 ? Math.fround : identity;
  const power = round(powerOfTen(scaleFactor));
  const smallest = size === 4 ? minimum.getFloat32(0, true) : minimum.getFloat64(0, true);
  const lowAt = isLittle || size === 4 ? 0 : 4;
  for (let at = 0; at < result.byteLength; at += size) {
    const high = reader.read(highBits);
    const low = reader.read(lowBits);
    if (fill !== null && low === ones && high === onesHigh) {
      result.setUint32(at + lowAt, fill.getUint32(0, true), isLittle);
      if (size === 8) {
        result.setUint32(at + 4 - lowAt, fill.getUint32(4, true), isLittle);
      }
      continue;
    }
    const value = round(round(round(high * TWO_32 + low) / power) + smallest);
    if (size === 4) {
      result.setFloat32(at, value, isLittle);
    } else {
      result.setFloat64(at, value, isLittle);
    }
  }
}

/** Finds the smallest float and the bits that the scaled distances from it need. */
export function planFloats(view: DataView, parameters: ScaleOffsetParameters): FloatPacking {
  const { size, fillValue, scaleFactor } = parameters;
  const whole: FloatPacking = { bits: size * 8, minimum: 0n, smallest: 0 };
  const range = floatRange(view, parameters);
  if (range === null) {
    return whole;
  }
  const { smallest, largest } = range;
  const round = size === 4 ? Math.fround : identity;
  const power = round(powerOfTen(scaleFactor));
  const distance = Math.round(round(round(largest * power) - round(smallest * power)));
  if (!(distance <= 2 ** (size * 8 - 1))) {
    return whole;
  }
  const needed = bitLength(BigInt(distance) + (fillValue === null ? 0n : 1n));
  const minimum = new DataView(new ArrayBuffer(8));
  if (size === 4) {
    minimum.setFloat32(0, smallest, true);
  } else {
    minimum.setFloat64(0, smallest, true);
  }
  return { bits: Math.min(needed, size * 8), minimum: minimum.getBigUint64(0, true), smallest };
}

/** Packs floats as planned. */
export function packFloats(
  writer: BitWriter,
  view: DataView,
  { bits, smallest }: FloatPacking,
  { size, byteOrder, fillValue, scaleFactor }: ScaleOffsetParameters,
): void {
  const isLittle = byteOrder === "LE";
  const highBits = Math.max(0, bits - 32);
  const lowBits = bits - highBits;
  const round = size === 4 ? Math.fround : identity;
  const power = round(powerOfTen(scaleFactor));
  const nearness = round(powerOfTen(-scaleFactor));
  const start = round(smallest * power);
  const fill = fillValue === null ? null : floatAt(new DataView(fillValue.slice().buffer), 0, size, true);
  for (let at = 0; at < view.byteLength; at += size) {
    const value = floatAt(view, at, size, isLittle);
    if (fill !== null && isFill(value, fill, nearness, round)) {
      writer.write(-1, highBits);
      writer.write(-1, lowBits);
    } else {
      const scaled = Math.round(round(round(value * power) - start));
      const high = Math.floor(scaled / TWO_32);
      writer.write(high, highBits);
      writer.write(scaled - high * TWO_32, lowBits);
    }
  }
}

/**
 * Smallest and largest float that is not, to the decimals kept, the fill value; zeros when all are, and `null` when one is
 * infinite or no number.
 */
function floatRange(
  view: DataView,
  { size, byteOrder, fillValue, scaleFactor }: ScaleOffsetParameters,
): { readonly smallest: number; readonly largest: number } | null {
  const isLittle = byteOrder === "LE";
  const round = size === 4 ? Math.fround : identity;
  // As where they are packed. libhdf5 does not round to the datatype here, and so packs floats at just this distance from
  // the fill value into bits that may not hold them.
  const nearness = round(powerOfTen(-scaleFactor));
  const fill = fillValue === null ? null : floatAt(new DataView(fillValue.slice().buffer), 0, size, true);
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < view.byteLength; at += size) {
    const value = floatAt(view, at, size, isLittle);
    if (fill !== null && isFill(value, fill, nearness, round)) {
      continue;
    }
    if (!Number.isFinite(value)) {
      return null;
    }
    // By comparison, not with Math.min: of 0 and -0 the first one stays, as in libhdf5.
    if (value < smallest) {
      smallest = value;
    }
    if (value > largest) {
      largest = value;
    }
  }
  return smallest > largest ? { smallest: 0, largest: 0 } : { smallest, largest };
}

/** Whether a float is the fill value to the decimals that are kept. libhdf5 takes no float for a fill value that is no number. */
function isFill(value: number, fill: number, nearness: number, round: (value: number) => number): boolean {
  return Math.abs(round(value - fill)) < nearness || (Number.isNaN(value) && Number.isNaN(fill));
}

function floatAt(view: DataView, at: number, size: number, isLittle: boolean): number {
  return size === 4 ? view.getFloat32(at, isLittle) : view.getFloat64(at, isLittle);
}

/** The double nearest to a power of ten, which `10 ** n` is not always. */
function powerOfTen(exponent: number): number {
  return Number(`1e${exponent}`);
}

function identity(value: number): number {
  return value;
}
