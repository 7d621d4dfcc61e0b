import { type BitfieldType, type Datatype, type FixedPointType, HdfiveError } from "@hdfive/format";
import { describe } from "../describe-value.js";
import { dtypeName } from "../dtype/dtype-name.js";
import { allocateNumbers, bytesPerNumber, type NumericArray } from "../numeric-array.js";
import { bitMask, byteOrderMap, checkNumberSize, paddingBits, readBits, writeBits } from "./bit-field.js";
import { BLOCK, blockOf } from "./convert-numbers.js";
import { clampedInteger, clampInteger, type ExactNumber, exactInteger } from "./exact-number.js";
import type { MemoryType } from "./memory-type.js";
import type { NumberCodec } from "./number-codec.js";
import { limitsOf, type NumberLimits } from "./number-limits.js";
import { decodeExact, type NumberOptions } from "./number-memory.js";

/** Integers that no typed array holds: how one is read and written, and the range of them. */
export interface WideIntegers {
  readonly datatype: Datatype;
  /** Values by name, for enumerations. */
  readonly names: ReadonlyMap<string, bigint> | null;
  readonly limits: NumberLimits;
  read(bytes: Uint8Array, byteOffset: number): bigint;
  write(value: bigint, bytes: Uint8Array, byteOffset: number): void;
}

/**
 * How integers and bit fields of more than 64 bits are stored (IV.A.2.d, classes 0 and 4).
 *
 * @throws UnsupportedError for numbers in more than 64 bytes
 */
export function wideIntegers(type: FixedPointType | BitfieldType): WideIntegers {
  const { size, bitOffset, bitPrecision } = type;
  checkNumberSize(size);
  const signed = type.class === "fixed-point" && type.signed;
  const order = byteOrderMap(size, type.byteOrder);
  const shift = BigInt(bitOffset);
  const mask = bitMask(0, bitPrecision);
  const padding = paddingBits(type);
  return {
    datatype: type,
    names: null,
    limits: limitsOf(signed, bitPrecision),
    read(bytes, byteOffset) {
      const field = (readBits(bytes, byteOffset, order) >> shift) & mask;
      return signed ? BigInt.asIntN(bitPrecision, field) : field;
    },
    write(value, bytes, byteOffset) {
      writeBits(((value & mask) << shift) | padding, bytes, byteOffset, order);
    },
  };
}

/** Memory of integers of more than 64 bits: an array of bigint. */
export function wideIntegerMemory(integers: WideIntegers): MemoryType {
  const { datatype, read } = integers;
  const { size } = datatype;
  return {
    ...bigintMemory(datatype, integers),
    decode(bytes, byteOffset, count, into, at) {
      const values = into as bigint[];
      for (let i = 0; i < count; i++) {
        values[at + i] = read(bytes, byteOffset + i * size);
      }
    },
  };
}

/** Memory of wide integers for numbers of another layout, which are clamped to their range. */
export function widenedMemory(file: NumberCodec, inner: MemoryType, as: WideIntegers): MemoryType {
  const { limits } = as;
  return {
    ...bigintMemory(inner.datatype, as),
    decode(bytes, byteOffset, count, into, at) {
      const values = into as bigint[];
      if (file.exact !== null) {
        for (let i = 0; i < count; i++) {
          values[at + i] = clampedInteger(file.exact(bytes, byteOffset + i * file.size), limits);
        }
        return;
      }
      const block = blockOf(file.kind, count);
      for (let done = 0; done < count; done += BLOCK) {
        const length = Math.min(BLOCK, count - done);
        file.decode(bytes, byteOffset + done * file.size, length, block, 0);
        for (let i = 0; i < length; i++) {
          values[at + done + i] = clampNumber(block[i] as number | bigint, limits);
        }
      }
    },
    encode: (from, at, count, bytes, byteOffset, heap) => inner.encode(from, at, count, bytes, byteOffset, heap),
  };
}

/** Memory of numbers that wide integers are converted to: clamped, or rounded once. */
export function narrowedMemory(
  file: WideIntegers,
  as: NumberCodec,
  { datatype, boolean = false }: NumberOptions,
): MemoryType {
  const { size } = file.datatype;
  const read = (bytes: Uint8Array, byteOffset: number): ExactNumber => exactInteger(file.read(bytes, byteOffset));
  return {
    ...bigintMemory(file.datatype, file),
    memoryDatatype: datatype,
    bytesPerElement: bytesPerNumber(as.kind),
    allocate: (count) => allocateNumbers(as.kind, count),
    decode(bytes, byteOffset, count, into, at) {
      decodeExact(read, size, bytes, byteOffset, count, into as NumericArray, at, as, boolean);
    },
  };
}

/** Memory of wide integers as wide integers of another layout. */
export function rewidenedMemory(file: WideIntegers, as: WideIntegers): MemoryType {
  const read = (bytes: Uint8Array, byteOffset: number): bigint => clampInteger(file.read(bytes, byteOffset), as.limits);
  return { ...wideIntegerMemory({ ...file, read }), memoryDatatype: as.datatype };
}

function bigintMemory(datatype: Datatype, integers: WideIntegers): Omit<MemoryType, "decode"> {
  return {
    datatype,
    memoryDatatype: integers.datatype,
    innerShape: [],
    native: false,
    bytesPerElement: 0,
    needsHeap: false,
    asFileBytes: () => null,
    allocate: (count) => new Array<bigint>(count).fill(0n),
    encode(from, at, count, bytes, byteOffset) {
      const values = from as ArrayLike<unknown>;
      for (let i = 0; i < count; i++) {
        integers.write(wholeValue(values[at + i], integers), bytes, byteOffset + i * datatype.size);
      }
    },
  };
}

function clampNumber(value: number | bigint, limits: NumberLimits): bigint {
  if (typeof value === "bigint") {
    return clampInteger(value, limits);
  }
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 0n : value < 0 ? limits.min : limits.max;
  }
  return clampInteger(BigInt(Math.trunc(value)), limits);
}

/** A user's value as an integer; plain numbers and bigints must fit. */
function wholeValue(value: unknown, { datatype, names, limits }: WideIntegers): bigint {
  const given = typeof value === "string" ? names?.get(value) : value;
  const whole =
    typeof given === "number" && Number.isSafeInteger(Math.trunc(given)) ? BigInt(Math.trunc(given)) : given;
  const name = dtypeName(datatype);
  if (typeof whole !== "bigint") {
    throw new HdfiveError("INVALID_ARGUMENT", `${describe(value)} is no value of ${name}; give a bigint`);
  }
  if (whole < limits.min || whole > limits.max) {
    throw new HdfiveError("OUT_OF_RANGE", `${whole} does not fit ${name}`);
  }
  return whole;
}
