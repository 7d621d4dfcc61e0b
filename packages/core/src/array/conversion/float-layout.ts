import type { FloatingPointType } from "@hdfive/format";

/** One floating-point number, taken apart: the stored exponent and mantissa, as numbers where they are exact. */
export interface FloatParts {
  sign: 0 | 1;
  exponent: number;
  mantissa: number;
}

const TWO_52 = 2 ** 52;
const word = new DataView(new ArrayBuffer(8));

/** Bits of the mantissa behind the binary point: all of them when the leading one is implied, else all but that one. */
export function fractionBits(type: FloatingPointType): number {
  return type.normalization === "implied" ? type.mantissaSize : type.mantissaSize - 1;
}

/**
 * What the mantissa of each stored exponent is multiplied with; the exponent of all ones, which stands for infinity and
 * not-a-number, has none. A leading one that is implied is for the caller to add, except at exponent 0.
 */
export function exponentScales(type: FloatingPointType): Float64Array {
  const scales = new Float64Array(2 ** type.exponentSize);
  for (let exponent = 0; exponent < scales.length; exponent++) {
    scales[exponent] = 2 ** scaleExponent(type, exponent);
  }
  return scales;
}

/** The power of two that the mantissa, read as an integer, is multiplied with. */
export function scaleExponent(type: FloatingPointType, exponent: number): number {
  const lowest = type.normalization === "implied" ? 1 : 0;
  return Math.max(exponent, lowest) - type.exponentBias - fractionBits(type);
}

/** True when every value of the layout is a value of an IEEE format of this many fraction bits and this largest exponent. */
export function fitsIeee(type: FloatingPointType, ieeeFraction: number, ieeeExponent: number): boolean {
  const largest = 2 ** type.exponentSize - 2 - type.exponentBias;
  const smallest = scaleExponent(type, 0);
  return fractionBits(type) <= ieeeFraction && largest <= ieeeExponent && smallest >= 1 - ieeeExponent - ieeeFraction;
}

/**
 * Rounds a number to the nearest value of a layout, ties to even as IEEE 754 and HDF5 do, and leaves its stored parts in
 * `parts`. Past the largest value lies infinity. The mantissa has at most 52 of the fraction's bits: the others are 0.
 */
export function takeApart(value: number, type: FloatingPointType, parts: FloatParts): void {
  const topExponent = 2 ** type.exponentSize - 1;
  const fraction = Math.min(fractionBits(type), 52);
  const implied = type.normalization === "implied";
  word.setFloat64(0, value);
  parts.sign = (word.getUint8(0) >> 7) as 0 | 1;
  if (Number.isNaN(value)) {
    parts.exponent = topExponent;
    parts.mantissa = implied ? 2 ** (fraction - 1) : 2 ** fraction + 2 ** (fraction - 1);
    return;
  }
  parts.exponent = 0;
  parts.mantissa = 0;
  const size = Math.abs(value);
  if (size === 0) {
    return;
  }
  // |value| = significand * 2^(power - 52), the significand an integer of 53 bits.
  const subnormal = size < 2 ** -1022;
  word.setFloat64(0, subnormal ? size * 2 ** 54 : size);
  const power = (word.getUint16(0) >> 4) - 1023 - (subnormal ? 54 : 0);
  const significand = TWO_52 + (word.getUint32(0) & 0xfffff) * 2 ** 32 + word.getUint32(4);
  let exponent = size === Number.POSITIVE_INFINITY ? topExponent : power + type.exponentBias;
  if (exponent < topExponent) {
    const lowest = implied ? 1 : 0;
    const lost = 52 - fraction + Math.max(0, lowest - exponent);
    let rounded = roundHalfEven(significand, lost);
    exponent = Math.max(exponent, lowest);
    if (rounded === 2 ** (fraction + 1)) {
      rounded /= 2;
      exponent++;
    }
    if (exponent < topExponent) {
      const normal = rounded >= 2 ** fraction;
      parts.exponent = implied && !normal ? 0 : exponent;
      parts.mantissa = implied && normal ? rounded - 2 ** fraction : rounded;
      return;
    }
  }
  parts.exponent = topExponent;
  parts.mantissa = implied ? 0 : 2 ** fraction;
}

/** `value` without its lowest `bits` bits, to the nearest integer, ties to even; exact for 53-bit integers. */
function roundHalfEven(value: number, bits: number): number {
  if (bits > 60) {
    return 0;
  }
  const scaled = value / 2 ** bits;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
