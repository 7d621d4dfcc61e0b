import type { NumericArray, NumericKind } from "../numeric-array.js";
import type { ExactNumber, FloatGrid } from "./exact-number.js";
import type { NumberLimits } from "./number-limits.js";

/** How the numbers of one layout are stored, and the typed array that holds them: exactly, unless `exact` is there. */
export interface NumberCodec {
  /** The typed array that `decode` fills and `encode` reads. */
  readonly kind: NumericKind;
  /** Bytes of one number in the file. */
  readonly size: number;
  /** True when file and memory have the same bytes on this machine. */
  readonly native: boolean;
  /** Smallest and largest value of an integer layout; `null` for floating-point numbers. */
  readonly limits: NumberLimits | null;
  /** What `encode` reads for floating-point layouts: the value before it is rounded. */
  readonly sourceKind: NumericKind;
  /** The nearest value of a floating-point layout narrower than its memory; `null` when memory and layout are the same. */
  readonly round: ((value: number) => number) | null;
  /** The values of a floating-point layout; `null` for integers. */
  readonly grid: FloatGrid | null;
  /** Reads one number with all its digits, where the typed array does not hold them; `null` where it does. */
  readonly exact: ((bytes: Uint8Array, byteOffset: number) => ExactNumber) | null;
  decode(bytes: Uint8Array, byteOffset: number, count: number, into: NumericArray, at: number): void;
  /** Numbers of `sourceKind`, within the limits. */
  encode(from: NumericArray, at: number, count: number, bytes: Uint8Array, byteOffset: number): void;
}

/** A codec of numbers that are as in memory, or have their bytes the other way round. */
export function plainCodec(kind: NumericKind, size: number, native: boolean, limits: NumberLimits | null): NumberCodec {
  const move = native ? copyNumbers : reverseNumbers;
  return {
    kind,
    size,
    native,
    limits,
    sourceKind: kind,
    round: null,
    grid: null,
    exact: null,
    decode(bytes, byteOffset, count, into, at) {
      move(bytes, byteOffset, bytesOfNumbers(into), at * size, size, count);
    },
    encode(from, at, count, bytes, byteOffset) {
      move(bytesOfNumbers(from), at * size, bytes, byteOffset, size, count);
    },
  };
}

function bytesOfNumbers(numbers: NumericArray): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

function copyNumbers(from: Uint8Array, at: number, to: Uint8Array, target: number, size: number, count: number): void {
  if (count * size <= 16) {
    // One number, the usual case for records and scalars, costs less byte by byte than through a view.
    for (let i = 0; i < count * size; i++) {
      to[target + i] = from[at + i] as number;
    }
    return;
  }
  to.set(from.subarray(at, at + count * size), target);
}

/** Copies numbers with the bytes of each in reverse; positions need no alignment. */
function reverseNumbers(
  from: Uint8Array,
  at: number,
  to: Uint8Array,
  target: number,
  size: number,
  count: number,
): void {
  const source = new DataView(from.buffer, from.byteOffset + at, size * count);
  const result = new DataView(to.buffer, to.byteOffset + target, size * count);
  const end = size * count;
  if (size === 2) {
    for (let i = 0; i < end; i += 2) {
      result.setUint16(i, source.getUint16(i, true), false);
    }
  } else if (size === 4) {
    for (let i = 0; i < end; i += 4) {
      result.setUint32(i, source.getUint32(i, true), false);
    }
  } else {
    // Two halves: reading 64 bits at once makes a bigint of each number, ten times as slow.
    for (let i = 0; i < end; i += 8) {
      result.setUint32(i, source.getUint32(i + 4, true), false);
      result.setUint32(i + 4, source.getUint32(i, true), false);
    }
  }
}
