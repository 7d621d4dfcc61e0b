import {
  allocateNumbers,
  isBigKind,
  LITTLE_ENDIAN,
  type NumericArray,
  type NumericKind,
  numericKindOf,
} from "../numeric-array.js";
import type { NumberCodec } from "./number-codec.js";
import { limitsOf, type NumberLimits } from "./number-limits.js";

/** Elements that are converted at a time: enough to forget the cost of a call, few enough to stay in the cache. */
export const BLOCK = 4096;

type BigArray = BigInt64Array | BigUint64Array;
type SmallArray = Exclude<NumericArray, BigArray>;

/** What numbers become: the kind of array, and how its values are bounded. */
export interface NumberTarget {
  readonly kind: NumericKind;
  readonly limits: NumberLimits | null;
  /** The nearest value of a narrower floating-point layout. */
  readonly round: NumberCodec["round"];
  /** True for booleans: everything but 0 becomes 1. */
  readonly boolean: boolean;
}

/**
 * Converts numbers by HDF5's rules: integers are clamped, floating-point numbers lose their fraction and are clamped,
 * not-a-number becomes 0, and what is too large for a floating-point format becomes infinity.
 *
 * @param source a typed array of any kind
 */
export function convertNumbers(
  source: NumericArray,
  from: number,
  count: number,
  into: NumericArray,
  at: number,
  target: NumberTarget,
): void {
  const sourceKind = numericKindOf(source) as NumericKind;
  if (target.boolean) {
    for (let i = 0; i < count; i++) {
      into[at + i] = source[from + i] ? 1 : 0;
    }
  } else if (isBigKind(sourceKind)) {
    fromBig(source as BigArray, from, count, into, at, target);
  } else if (isBigKind(target.kind)) {
    toBig(source as SmallArray, from, count, into as BigArray, at, target.limits as NumberLimits);
  } else {
    small(source as SmallArray, sourceKind, from, count, into as SmallArray, at, target);
  }
}

function small(
  source: SmallArray,
  sourceKind: NumericKind,
  from: number,
  count: number,
  into: SmallArray,
  at: number,
  { limits, round }: NumberTarget,
): void {
  const part = source.subarray(from, from + count);
  if (limits === null ? round === null : !sourceKind.startsWith("f") && within(sourceKind, limits)) {
    into.set(part, at);
    return;
  }
  // One kind of array in the loop, whatever comes in: `set` changes kinds at the speed of a copy.
  const block = new Float64Array(Math.min(count, BLOCK));
  for (let done = 0; done < count; done += BLOCK) {
    const length = Math.min(BLOCK, count - done);
    block.set(part.subarray(done, done + length));
    if (limits !== null) {
      clamp(block, length, Number(limits.min), Number(limits.max));
    } else if (round !== null) {
      for (let i = 0; i < length; i++) {
        block[i] = round(block[i] as number);
      }
    }
    into.set(length === block.length ? block : block.subarray(0, length), at + done);
  }
}

function clamp(block: Float64Array, length: number, min: number, max: number): void {
  for (let i = 0; i < length; i++) {
    const value = block[i] as number;
    // Storing into integers drops the fraction.
    block[i] = Number.isNaN(value) ? 0 : Math.min(Math.max(value, min), max);
  }
}

/** True when every value of an integer kind lies within limits. */
function within(kind: NumericKind, limits: NumberLimits): boolean {
  const own = limitsOf(kind.startsWith("i"), Number(kind.slice(1)));
  return own.min >= limits.min && own.max <= limits.max;
}

function toBig(
  source: SmallArray,
  from: number,
  count: number,
  into: BigArray,
  at: number,
  limits: NumberLimits,
): void {
  const min = Number(limits.min);
  const max = Number(limits.max);
  for (let i = 0; i < count; i++) {
    const value = source[from + i] as number;
    // 2^63 - 1 is no number; the nearest, 2^63, is already past the limit.
    into[at + i] = Number.isNaN(value)
      ? 0n
      : value <= min
        ? limits.min
        : value >= max
          ? limits.max
          : BigInt(Math.trunc(value));
  }
}

function fromBig(
  source: BigArray,
  from: number,
  count: number,
  into: NumericArray,
  at: number,
  { kind, limits, round }: NumberTarget,
): void {
  if (limits === null ? kind === "f64" && round === null : !isBigKind(kind)) {
    viaDoubles(source, from, count, into as SmallArray, at, limits);
    return;
  }
  if (limits === null) {
    for (let i = 0; i < count; i++) {
      const value = source[from + i] as bigint;
      const number = Number(roundToOdd(value));
      into[at + i] = round === null ? number : round(number);
    }
    return;
  }
  for (let i = 0; i < count; i++) {
    let held = source[from + i] as bigint;
    if (held < limits.min) {
      held = limits.min;
    } else if (held > limits.max) {
      held = limits.max;
    }
    into[at + i] = held;
  }
}

/**
 * 64-bit integers as float64, or clamped to integers of up to 32 bits, from their two halves: a bigint for each number
 * would be ten times as slow. The sum of the halves is rounded once, and exact wherever a narrow integer does not clamp.
 */
function viaDoubles(
  source: BigArray,
  from: number,
  count: number,
  into: SmallArray,
  at: number,
  limits: NumberLimits | null,
): void {
  const halves = new Uint32Array(source.buffer, source.byteOffset + 8 * from, 2 * count);
  const signed = source instanceof BigInt64Array;
  const high = LITTLE_ENDIAN ? 1 : 0;
  const min = limits === null ? Number.NEGATIVE_INFINITY : Number(limits.min);
  const max = limits === null ? Number.POSITIVE_INFINITY : Number(limits.max);
  const block = new Float64Array(Math.min(count, BLOCK));
  for (let done = 0; done < count; done += BLOCK) {
    const length = Math.min(BLOCK, count - done);
    for (let i = 0; i < length; i++) {
      const upper = halves[2 * (done + i) + high] as number;
      const lower = halves[2 * (done + i) + 1 - high] as number;
      block[i] = (signed ? upper | 0 : upper) * 4294967296 + lower;
    }
    if (limits !== null) {
      clamp(block, length, min, max);
    }
    into.set(length === block.length ? block : block.subarray(0, length), at + done);
  }
}

/**
 * A number near `value` that rounds to the same 24-bit (or shorter) fraction as `value` does, and is exact in 53 bits:
 * bits that are dropped leave a mark in the lowest bit that stays. Without it a value is rounded twice.
 */
export function roundToOdd(value: bigint): bigint {
  const size = value < 0n ? -value : value;
  if (size < 2n ** 53n) {
    return value;
  }
  const mark = (size & 0x7ffn) === 0n ? 0n : 0x800n;
  const kept = (size & ~0x7ffn) | mark;
  return value < 0n ? -kept : kept;
}

/** A typed array of at most a block of numbers, for conversion in steps. */
export function blockOf(kind: NumericKind, count: number): NumericArray {
  return allocateNumbers(kind, Math.min(count, BLOCK));
}
