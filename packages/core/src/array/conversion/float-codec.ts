import { type FloatingPointType, UnsupportedError } from "@hdfive/format";
import { LITTLE_ENDIAN } from "../numeric-array.js";
import {
  bitMask,
  byteOrderMap,
  checkNumberSize,
  paddingBits,
  readBits,
  readBits32,
  writeBits,
  writeBits32,
} from "./bit-field.js";
import { type ExactNumber, FLOAT64_GRID, type FloatGrid, nearestFloat } from "./exact-number.js";
import {
  exponentScales,
  type FloatParts,
  fitsIeee,
  floatSplitter,
  fractionBits,
  scaleExponent,
} from "./float-layout.js";
import { type NumberCodec, plainCodec } from "./number-codec.js";
import { normalReader } from "./wide-float.js";

/**
 * How floating-point numbers are stored (IV.A.2.d, class 1), of any layout.
 *
 * Memory is `Float32Array` when it holds every value of the layout, else `Float64Array`. Numbers of layouts wider than
 * that become the nearest one of 64 bits; `exact` of the codec has all their digits.
 */
export function floatCodec(type: FloatingPointType): NumberCodec {
  checkNumberSize(type.size);
  if (type.byteOrder === "VAX" && type.size % 2 !== 0) {
    throw new UnsupportedError("datatype", `${type.size} bytes in VAX order, which is one of words of 2 bytes`);
  }
  const ieee = ieeeSize(type);
  if (ieee !== 0) {
    const kind = ieee === 4 ? "f32" : "f64";
    const native = (type.byteOrder === "LE") === LITTLE_ENDIAN;
    return { ...plainCodec(kind, ieee, native, null), grid: gridOf(type) };
  }
  const kind = fitsIeee(type, 23, 127) ? "f32" : "f64";
  const exact = fitsIeee(type, 52, 1023);
  const move = type.size <= 4 && exact ? narrowFloats(type) : wideFloats(type);
  const layout = { kind, size: type.size, native: false, limits: null, sourceKind: "f64", grid: gridOf(type) } as const;
  return { ...layout, round: rounder(type), ...move, exact: exact ? null : exactReader(type) };
}

/** The numbers of a layout that float64 can hold. */
function gridOf(type: FloatingPointType): FloatGrid {
  return {
    fraction: Math.min(fractionBits(type), 52),
    lowest: Math.max(scaleExponent(type, 0), -1074),
    largest: Math.min(2 ** type.exponentSize - 2 - type.exponentBias, 1023),
  };
}

/** 4 or 8 for the IEEE layouts that typed arrays have, else 0. */
function ieeeSize(type: FloatingPointType): 0 | 4 | 8 {
  const { size } = type;
  const exponent = size === 4 ? 8 : 11;
  const same =
    (size === 4 || size === 8) &&
    type.byteOrder !== "VAX" &&
    type.normalization === "implied" &&
    type.exponentSize === exponent &&
    type.exponentBias === 2 ** (exponent - 1) - 1 &&
    type.mantissaSize === 8 * size - 1 - exponent &&
    type.mantissaLocation === 0 &&
    type.exponentLocation === type.mantissaSize &&
    type.signLocation === 8 * size - 1;
  return same ? size : 0;
}

type FloatArray = Float32Array | Float64Array;

/** Layouts of up to 4 bytes, moved with number arithmetic: half precision and its relatives. */
function narrowFloats(type: FloatingPointType): Pick<NumberCodec, "decode" | "encode"> {
  const { size, signLocation, exponentLocation, mantissaLocation } = type;
  const order = byteOrderMap(size, type.byteOrder);
  const scales = exponentScales(type);
  const topExponent = scales.length - 1;
  const mantissaMask = 2 ** type.mantissaSize - 1;
  const hidden = type.normalization === "implied" ? mantissaMask + 1 : 0;
  // Infinity has no fraction; a leading one that is stored does not count as one.
  const fractionMask = 2 ** fractionBits(type) - 1;
  const padding = Number(paddingBits(type) | internalPadding(type));
  const split = floatSplitter(type);
  const parts: FloatParts = { sign: 0, exponent: 0, mantissa: 0 };
  return {
    decode(bytes, byteOffset, count, into, at) {
      for (let i = 0; i < count; i++) {
        const bits = readBits32(bytes, byteOffset + i * size, order);
        const exponent = (bits >>> exponentLocation) & topExponent;
        const mantissa = (bits >>> mantissaLocation) & mantissaMask;
        let value = (mantissa + (exponent === 0 ? 0 : hidden)) * (scales[exponent] as number);
        if (exponent === topExponent) {
          value = (mantissa & fractionMask) === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
        }
        into[at + i] = (bits >>> signLocation) & 1 ? -value : value;
      }
    },
    encode(from, at, count, bytes, byteOffset) {
      for (let i = 0; i < count; i++) {
        split((from as FloatArray)[at + i] as number, parts);
        const fields = (parts.exponent << exponentLocation) | (parts.mantissa << mantissaLocation);
        writeBits32((parts.sign << signLocation) | fields | padding, bytes, byteOffset + i * size, order);
      }
    },
  };
}

/** Layouts of any size, moved with bigint arithmetic: rounded on reading where 64 bits do not hold all digits. */
function wideFloats(type: FloatingPointType): Pick<NumberCodec, "decode" | "encode"> {
  const order = byteOrderMap(type.size, type.byteOrder);
  const padding = paddingBits(type) | internalPadding(type);
  const spare = BigInt(fractionBits(type) - Math.min(fractionBits(type), 52));
  const split = floatSplitter(type);
  const parts: FloatParts = { sign: 0, exponent: 0, mantissa: 0 };
  const read = exactReader(type);
  const readNormal = normalReader(type);
  return {
    decode(bytes, byteOffset, count, into, at) {
      for (let i = 0; i < count; i++) {
        const start = byteOffset + i * type.size;
        const normal = readNormal === null ? Number.NaN : readNormal(bytes, start);
        into[at + i] = Number.isNaN(normal) ? nearestFloat(read(bytes, start), FLOAT64_GRID) : normal;
      }
    },
    encode(from, at, count, bytes, byteOffset) {
      for (let i = 0; i < count; i++) {
        const value = (from as FloatArray)[at + i] as number;
        split(value, parts);
        // A subnormal number has as many digits as the layout, of which the splitter gives 52.
        const mantissa =
          parts.exponent === 0 && spare > 0n
            ? subnormalDigits(value, -scaleExponent(type, 0))
            : BigInt(parts.mantissa) << spare;
        const bits =
          (BigInt(parts.sign) << BigInt(type.signLocation)) |
          (BigInt(parts.exponent) << BigInt(type.exponentLocation)) |
          (mantissa << BigInt(type.mantissaLocation));
        writeBits(bits | padding, bytes, byteOffset + i * type.size, order);
      }
    },
  };
}

/** The size of a number times a power of two, as the nearest integer, ties to even; 0 for 0 whatever the power. */
function subnormalDigits(value: number, power: number): bigint {
  if (value === 0) {
    return 0n;
  }
  // In two steps: the power alone may be past what 64 bits hold.
  const digits = Math.abs(value) * 2 ** Math.min(power, 1000) * 2 ** Math.max(0, power - 1000);
  return BigInt(digits < 2 ** 52 ? digits + 2 ** 52 - 2 ** 52 : digits);
}

/**
 * Reads numbers of a layout with all their digits.
 *
 * The exponent of all ones stands for infinity and not-a-number in every layout, as libhdf5 has it, also where its makers
 * meant numbers (VAX, the 8-bit floats without infinity).
 */
function exactReader(type: FloatingPointType): (bytes: Uint8Array, byteOffset: number) => ExactNumber {
  const order = byteOrderMap(type.size, type.byteOrder);
  const topExponent = bitMask(0, type.exponentSize);
  const fraction = bitMask(0, fractionBits(type));
  const implied = type.normalization === "implied" ? 1n << BigInt(type.mantissaSize) : 0n;
  return (bytes, byteOffset) => {
    const bits = readBits(bytes, byteOffset, order);
    const field = (location: number, width: number): bigint => (bits >> BigInt(location)) & bitMask(0, width);
    const exponent = field(type.exponentLocation, type.exponentSize);
    const stored = field(type.mantissaLocation, type.mantissaSize);
    const negative = field(type.signLocation, 1) === 1n;
    if (exponent === topExponent) {
      return (stored & fraction) === 0n ? { negative, mantissa: null, power: 0 } : null;
    }
    const mantissa = exponent === 0n ? stored : stored | implied;
    return { negative, mantissa, power: scaleExponent(type, Number(exponent)) };
  };
}

function internalPadding(type: FloatingPointType): bigint {
  if (type.internalPad === 0) {
    return 0n;
  }
  const used =
    bitMask(type.signLocation, 1) |
    bitMask(type.exponentLocation, type.exponentSize) |
    bitMask(type.mantissaLocation, type.mantissaSize);
  return bitMask(type.bitOffset, type.bitPrecision) & ~used;
}

function rounder(type: FloatingPointType): (value: number) => number {
  const split = floatSplitter(type);
  const parts: FloatParts = { sign: 0, exponent: 0, mantissa: 0 };
  const topExponent = 2 ** type.exponentSize - 1;
  const spare = fractionBits(type) - Math.min(fractionBits(type), 52);
  const hidden = type.normalization === "implied" ? 2 ** Math.min(fractionBits(type), 52) : 0;
  return (value) => {
    split(value, parts);
    if (parts.exponent === topExponent) {
      return Number.isNaN(value) ? value : parts.sign === 1 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    }
    const mantissa = parts.mantissa + (parts.exponent === 0 ? 0 : hidden);
    const size = mantissa * 2 ** (scaleExponent(type, parts.exponent) + spare);
    return parts.sign === 1 ? -size : size;
  };
}
