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

/** Takes numbers apart as a layout stores them, rounded to its nearest value. */
export type FloatSplitter = (value: number, parts: FloatParts) => void;

/**
 * Makes the function that rounds numbers to the nearest value of a layout, ties to even as IEEE 754 and HDF5 do, and
 * takes them apart. Past the largest value lies infinity. The mantissa has at most 52 of the fraction's bits; the others
 * are 0.
 */
export function floatSplitter(type: FloatingPointType): FloatSplitter {
  const topExponent = 2 ** type.exponentSize - 1;
  const fraction = Math.min(fractionBits(type), 52);
  const implied = type.normalization === "implied";
  const lowest = implied ? 1 : 0;
  const bias = type.exponentBias;
  const one = 2 ** fraction;
  const quiet = implied ? one / 2 : one + one / 2;
  // What a number of each power of two is multiplied with, so that the layout's fraction is its integer part. Made when
  // the first number comes: most types are only ever read.
  let scales: Float64Array | null = null;
  const needsMore = fraction + 1074 > 1000 && fraction - (lowest - bias) > 1000;
  return (value, parts) => {
    const size = Math.abs(value);
    word.setFloat64(0, value);
    parts.sign = (word.getUint8(0) >> 7) as 0 | 1;
    parts.exponent = topExponent;
    parts.mantissa = quiet;
    if (Number.isNaN(value)) {
      return;
    }
    parts.mantissa = implied ? 0 : one;
    if (size === Number.POSITIVE_INFINITY) {
      return;
    }
    let power = ((word.getUint16(0) >> 4) & 0x7ff) - 1023;
    if (power === -1023) {
      word.setFloat64(0, size * 2 ** 54);
      power = size === 0 ? -1074 : (word.getUint16(0) >> 4) - 1023 - 54;
    }
    let exponent = Math.max(power + bias, lowest);
    if (exponent >= topExponent) {
      return;
    }
    scales ??= powerScales(fraction, lowest - bias);
    let scaled = size * (scales[power + 1074] as number);
    if (needsMore) {
      scaled *= 2 ** Math.max(0, fraction - Math.max(power, lowest - bias) - 1000);
    }
    // Adding 2^52 leaves no room for a fraction, so that the processor rounds to the nearest even integer.
    let rounded = scaled < TWO_52 ? scaled + TWO_52 - TWO_52 : scaled;
    if (rounded === 2 * one) {
      rounded = one;
      exponent++;
    }
    if (exponent >= topExponent) {
      return;
    }
    const normal = rounded >= one;
    // Zero has exponent 0 also where the leading one is stored: processors take any other for not-a-number.
    parts.exponent = rounded === 0 || (implied && !normal) ? 0 : exponent;
    parts.mantissa = implied && normal ? rounded - one : rounded;
  };
}

/** For each power of two from -1074 on, two to the power that makes a fraction of this many bits an integer. */
function powerScales(fraction: number, lowestPower: number): Float64Array {
  const scales = new Float64Array(2098);
  for (let power = -1074; power < 1024; power++) {
    scales[power + 1074] = 2 ** Math.min(1000, fraction - Math.max(power, lowestPower));
  }
  return scales;
}
