import type { BitfieldType, FixedPointType } from "@hdfive/format";
import { LITTLE_ENDIAN, type NumericArray, type NumericKind } from "../numeric-array.js";
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
import { type NumberCodec, plainCodec } from "./number-codec.js";
import { limitsOf } from "./number-limits.js";

/**
 * How integers and bit fields are stored (IV.A.2.d, classes 0 and 4).
 *
 * Memory is the typed array of the next natural width; beyond 8 bytes the width of the number's own bits counts, which
 * are 64 at most: `wideIntegerMemory` is for more.
 *
 * @throws UnsupportedError for numbers in more than 64 bytes
 */
export function integerCodec(type: FixedPointType | BitfieldType): NumberCodec {
  const { size, bitOffset, bitPrecision } = type;
  const signed = type.class === "fixed-point" && type.signed;
  checkNumberSize(size);
  const kind = kindOf(size <= 8 ? size : Math.ceil(bitPrecision / 8), signed);
  const limits = limitsOf(signed, bitPrecision);
  const natural = size === 1 || size === 2 || size === 4 || size === 8;
  if (natural && bitOffset === 0 && bitPrecision === 8 * size) {
    return plainCodec(kind, size, size === 1 || (type.byteOrder === "LE") === LITTLE_ENDIAN, limits);
  }
  const move = size <= 4 ? narrowFields(type, signed) : wideFields(type, signed, kind);
  return { kind, size, native: false, limits, sourceKind: kind, round: null, grid: null, exact: null, ...move };
}

function kindOf(size: number, signed: boolean): NumericKind {
  if (size <= 1) return signed ? "i8" : "u8";
  if (size <= 2) return signed ? "i16" : "u16";
  if (size <= 4) return signed ? "i32" : "u32";
  return signed ? "i64" : "u64";
}

/** Bits inside words of up to 32 bits, moved with number arithmetic. */
function narrowFields(type: FixedPointType | BitfieldType, signed: boolean): Pick<NumberCodec, "decode" | "encode"> {
  const { size, bitOffset, bitPrecision } = type;
  const order = byteOrderMap(size, type.byteOrder);
  const unused = 32 - bitPrecision;
  const mask = bitPrecision === 32 ? 0xffffffff : 2 ** bitPrecision - 1;
  const padding = Number(paddingBits(type));
  return {
    decode(bytes, byteOffset, count, into, at) {
      for (let i = 0; i < count; i++) {
        const field = readBits32(bytes, byteOffset + i * size, order) >>> bitOffset;
        into[at + i] = signed ? (field << unused) >> unused : (field & mask) >>> 0;
      }
    },
    encode(from, at, count, bytes, byteOffset) {
      for (let i = 0; i < count; i++) {
        const field = ((from as NarrowArray)[at + i] as number) & mask;
        writeBits32((field << bitOffset) | padding, bytes, byteOffset + i * size, order);
      }
    },
  };
}

type NarrowArray = Exclude<NumericArray, BigInt64Array | BigUint64Array>;

/** Bits inside words of any size, moved with bigint arithmetic: rare, so it may be slow. */
function wideFields(
  type: FixedPointType | BitfieldType,
  signed: boolean,
  kind: NumericKind,
): Pick<NumberCodec, "decode" | "encode"> {
  const { size, bitOffset, bitPrecision } = type;
  const order = byteOrderMap(size, type.byteOrder);
  const shift = BigInt(bitOffset);
  const mask = bitMask(0, bitPrecision);
  const padding = paddingBits(type);
  const big = kind === "i64" || kind === "u64";
  return {
    decode(bytes, byteOffset, count, into, at) {
      for (let i = 0; i < count; i++) {
        const field = (readBits(bytes, byteOffset + i * size, order) >> shift) & mask;
        const value = signed ? BigInt.asIntN(bitPrecision, field) : field;
        into[at + i] = big ? value : Number(value);
      }
    },
    encode(from, at, count, bytes, byteOffset) {
      for (let i = 0; i < count; i++) {
        const field = BigInt(from[at + i] as number | bigint) & mask;
        writeBits((field << shift) | padding, bytes, byteOffset + i * size, order);
      }
    },
  };
}
