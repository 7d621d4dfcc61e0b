import type { NumberLimits } from "./number-limits.js";

/**
 * A number as stored, however wide: the size of it is `mantissa * 2 ** power`, an infinity has no mantissa, and `null`
 * is not-a-number.
 */
export type ExactNumber = {
  readonly negative: boolean;
  readonly mantissa: bigint | null;
  readonly power: number;
} | null;

/** The numbers of a floating-point format, as far as float64 can hold them. */
export interface FloatGrid {
  /** Bits behind the binary point, 52 at most. */
  readonly fraction: number;
  /** Power of two of the smallest number above 0, -1074 at least. */
  readonly lowest: number;
  /** Power of two that the largest number begins with, 1023 at most. */
  readonly largest: number;
}

/** The numbers of float64. */
export const FLOAT64_GRID: FloatGrid = { fraction: 52, lowest: -1074, largest: 1023 };

/** An integer as an exact number. */
export function exactInteger(value: bigint): ExactNumber {
  return { negative: value < 0n, mantissa: value < 0n ? -value : value, power: 0 };
}

/**
 * The nearest number of a format, ties to even, rounded once from all digits there are; what is past its largest number
 * is infinity.
 */
export function nearestFloat(exact: ExactNumber, { fraction, lowest, largest }: FloatGrid): number {
  if (exact === null) {
    return Number.NaN;
  }
  const sign = exact.negative ? -1 : 1;
  const { mantissa, power } = exact;
  if (mantissa === 0n) {
    return sign * 0;
  }
  if (mantissa === null) {
    return sign * Number.POSITIVE_INFINITY;
  }
  const top = bitLength(mantissa) - 1 + power;
  if (top > largest) {
    return sign * Number.POSITIVE_INFINITY;
  }
  const step = Math.max(top - fraction, lowest);
  if (step <= power) {
    return sign * Number(mantissa) * 2 ** power;
  }
  // Less than half of the smallest number: no shift by what may be billions of bits.
  const kept = top < step - 1 ? 0n : roundShift(mantissa, BigInt(step - power));
  const beyond = bitLength(kept) - 1 + step > largest;
  return sign * (beyond ? Number.POSITIVE_INFINITY : Number(kept) * 2 ** step);
}

/** Division by a power of two, to the nearest integer, ties to even. */
function roundShift(value: bigint, bits: bigint): bigint {
  const kept = value >> bits;
  const rest = value - (kept << bits);
  const half = 1n << (bits - 1n);
  return rest > half || (rest === half && (kept & 1n) === 1n) ? kept + 1n : kept;
}

/** The integer within limits that HDF5 makes of a number: its fraction dropped, clamped; not-a-number becomes 0. */
export function clampedInteger(exact: ExactNumber, { min, max }: NumberLimits): bigint {
  if (exact === null) {
    return 0n;
  }
  const { negative, mantissa, power } = exact;
  if (mantissa === 0n) {
    return 0n;
  }
  const most = bitLength(max) + 1;
  const top = mantissa === null ? most : bitLength(mantissa) - 1 + power;
  if (mantissa === null || top >= most) {
    return negative ? min : max;
  }
  const size = top < 0 ? 0n : power < 0 ? mantissa >> BigInt(-power) : mantissa << BigInt(power);
  return clampInteger(negative ? -size : size, { min, max });
}

/** An integer moved into limits. */
export function clampInteger(value: bigint, { min, max }: NumberLimits): bigint {
  return value < min ? min : value > max ? max : value;
}

/** Bits of a positive number without leading zeros. */
function bitLength(value: bigint): number {
  const digits = value.toString(16);
  return value === 0n ? 0 : 4 * digits.length - (Math.clz32(Number.parseInt(digits.charAt(0), 16)) - 28);
}
