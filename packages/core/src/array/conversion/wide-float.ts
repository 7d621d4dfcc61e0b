import type { FloatingPointType } from "@hdfive/format";
import { byteOrderMap } from "./bit-field.js";
import { fractionBits, scaleExponent } from "./float-layout.js";

/** Widest field that is read at once: shifts of numbers go to 32 bits, and two of these make a fraction of float64. */
const PIECE = 26;

/**
 * Reads numbers of a layout of at least 52 fraction bits as the nearest float64, without a bigint for each; `null` for a
 * layout of fewer.
 *
 * The reader answers not-a-number for what it leaves to others: zero, subnormal and unnormal numbers, what lies past the
 * normal numbers of float64, infinity and not-a-number. Numbers of x87 take a quarter of the time that bigints do (measured).
 */
export function normalReader(type: FloatingPointType): ((bytes: Uint8Array, byteOffset: number) => number) | null {
  const fraction = fractionBits(type);
  if (fraction < 2 * PIECE || type.exponentSize > PIECE) {
    return null;
  }
  const order = byteOrderMap(type.size, type.byteOrder);
  const { signLocation, exponentLocation, exponentSize, mantissaLocation, normalization } = type;
  const highLocation = mantissaLocation + fraction - PIECE;
  const lowLocation = highLocation - PIECE;
  const topExponent = 2 ** exponentSize - 1;
  // The power of two that the leading one stands for, less the stored exponent.
  const firstPower = scaleExponent(type, 1) - 1 + fraction;
  const leadingStored = normalization !== "implied";
  return (bytes, byteOffset) => {
    const exponent = bitsAt(bytes, byteOffset, order, exponentLocation, exponentSize);
    const power = exponent + firstPower;
    if (exponent === 0 || exponent === topExponent || power < -1022 || power > 1022) {
      return Number.NaN;
    }
    if (leadingStored && bitsAt(bytes, byteOffset, order, mantissaLocation + fraction, 1) === 0) {
      return Number.NaN;
    }
    const high = bitsAt(bytes, byteOffset, order, highLocation, PIECE);
    const low = bitsAt(bytes, byteOffset, order, lowLocation, PIECE);
    let digits = (2 ** PIECE + high) * 2 ** PIECE + low;
    if (lowLocation > mantissaLocation && bitsAt(bytes, byteOffset, order, lowLocation - 1, 1) === 1) {
      // Half or more is dropped: up, unless it is exactly half of an even number.
      if ((low & 1) === 1 || anyBit(bytes, byteOffset, order, mantissaLocation, lowLocation - 1)) {
        digits++;
      }
    }
    const value = digits * 2 ** (power - 2 * PIECE);
    return bitsAt(bytes, byteOffset, order, signLocation, 1) === 1 ? -value : value;
  };
}

/** Up to 26 bits of a number from a location on. */
function bitsAt(bytes: Uint8Array, at: number, order: readonly number[], location: number, width: number): number {
  let value = 0;
  for (let bit = 0; bit < width; ) {
    const shift = (location + bit) & 7;
    const byte = bytes[at + (order[(location + bit) >> 3] as number)] as number;
    value |= (byte >> shift) << bit;
    bit += 8 - shift;
  }
  return value & (2 ** width - 1);
}

/** Whether a bit is set from a location to another, which is not among them. */
function anyBit(bytes: Uint8Array, at: number, order: readonly number[], from: number, to: number): boolean {
  for (let location = from; location < to; location += PIECE) {
    if (bitsAt(bytes, at, order, location, Math.min(PIECE, to - location)) !== 0) {
      return true;
    }
  }
  return false;
}
