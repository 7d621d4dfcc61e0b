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
import {
  exponentScales,
  type FloatParts,
  fitsIeee,
  floatSplitter,
  fractionBits,
  scaleExponent,
} from "./float-layout.js";
import { type NumberCodec, plainCodec } from "./number-codec.js";

/**
 * How floating-point numbers are stored (IV.A.2.d, class 1), of any layout.
 *
 * Memory is `Float32Array` when it holds every value of the layout, else `Float64Array`. Layouts wider than that decode
 * as long as each value is exact in 64 bits.
 */
export function floatCodec(type: FloatingPointType): NumberCodec {
  checkNumberSize(type.size);
  const ieee = ieeeSize(type);
  if (ieee !== 0) {
    return plainCodec(ieee === 4 ? "f32" : "f64", ieee, (type.byteOrder === "LE") === LITTLE_ENDIAN, null);
  }
  const kind = fitsIeee(type, 23, 127) ? "f32" : "f64";
  const exact = fitsIeee(type, 52, 1023);
  const move = type.size <= 4 && exact ? narrowFloats(type) : wideFloats(type);
  return { kind, size: type.size, native: false, limits: null, sourceKind: "f64", round: rounder(type), ...move };
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

/** Layouts of any size, moved with bigint arithmetic; each value has to be exact in 64 bits. */
function wideFloats(type: FloatingPointType): Pick<NumberCodec, "decode" | "encode"> {
  const order = byteOrderMap(type.size, type.byteOrder);
  const padding = paddingBits(type) | internalPadding(type);
  const spare = BigInt(fractionBits(type) - Math.min(fractionBits(type), 52));
  const split = floatSplitter(type);
  const parts: FloatParts = { sign: 0, exponent: 0, mantissa: 0 };
  return {
    decode(bytes, byteOffset, count, into, at) {
      for (let i = 0; i < count; i++) {
        into[at + i] = exactValue(type, readBits(bytes, byteOffset + i * type.size, order));
      }
    },
    encode(from, at, count, bytes, byteOffset) {
      for (let i = 0; i < count; i++) {
        split((from as FloatArray)[at + i] as number, parts);
        const bits =
          (BigInt(parts.sign) << BigInt(type.signLocation)) |
          (BigInt(parts.exponent) << BigInt(type.exponentLocation)) |
          ((BigInt(parts.mantissa) << spare) << BigInt(type.mantissaLocation));
        writeBits(bits | padding, bytes, byteOffset + i * type.size, order);
      }
    },
  };
}

function exactValue(type: FloatingPointType, bits: bigint): number {
  const field = (location: number, width: number): bigint => (bits >> BigInt(location)) & bitMask(0, width);
  const exponent = Number(field(type.exponentLocation, type.exponentSize));
  const stored = field(type.mantissaLocation, type.mantissaSize);
  const sign = field(type.signLocation, 1) === 1n ? -1 : 1;
  if (exponent === 2 ** type.exponentSize - 1) {
    return (stored & bitMask(0, fractionBits(type))) === 0n ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  }
  const leading = type.normalization === "implied" && exponent !== 0 ? 1n << BigInt(type.mantissaSize) : 0n;
  let mantissa = stored | leading;
  if (mantissa === 0n) {
    return sign * 0;
  }
  let power = scaleExponent(type, exponent);
  while ((mantissa & 1n) === 0n) {
    mantissa >>= 1n;
    power++;
  }
  const digits = Number(mantissa);
  const half = Math.trunc(power / 2);
  const value = digits * 2 ** half * 2 ** (power - half);
  const back = value / 2 ** half / 2 ** (power - half);
  if (BigInt(digits) !== mantissa || back !== digits) {
    throw new UnsupportedError(
      "datatype",
      `a number of a ${8 * type.size}-bit floating-point type is not exact in 64 bits`,
    );
  }
  return sign * value;
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
