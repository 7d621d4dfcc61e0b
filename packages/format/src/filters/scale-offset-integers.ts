import type { BitReader } from "./bit-reader.js";
import type { BitWriter } from "./bit-writer.js";
import type { ScaleOffsetParameters } from "./scale-offset-parameters.js";

/** Numbers that are unpacked together. */
const BATCH = 1024;

/** How integers of a chunk are packed. */
export interface IntegerPacking {
  /** Bits of each number; those of its datatype when it is stored as it is. */
  readonly bits: number;
  /** The smallest number, as 64 bits. */
  readonly minimum: bigint;
}

/** Unpacks integers of the scale-offset filter: distances from the minimum, and all ones for the fill value. */
export function decodeIntegers(
  reader: BitReader,
  bits: number,
  minimum: DataView,
  { size, byteOrder, fillValue }: ScaleOffsetParameters,
  result: DataView,
): void {
  const isLittle = byteOrder === "LE";
  if (size === 8) {
    decodeLong(reader, bits, minimum, fillValue, result, isLittle);
    return;
  }
  const lowest = minimum.getUint32(0, true);
  const ones = 2 ** bits - 1;
  const fill = fillValue === null ? null : wordOf(fillValue);
  const batch = new Uint32Array(BATCH);
  const count = result.byteLength / size;
  for (let done = 0; done < count; done += BATCH) {
    const length = Math.min(BATCH, count - done);
    if (bits > 0) {
      reader.readInto(batch, 0, length, bits);
    } else {
      batch.fill(0);
    }
    for (let i = 0; i < length; i++) {
      const distance = batch[i] as number;
      batch[i] = fill !== null && distance === ones ? fill : distance + lowest;
    }
    storeWords(batch, length, result, done * size, size, isLittle);
  }
}

function storeWords(
  batch: Uint32Array,
  length: number,
  result: DataView,
  start: number,
  size: 1 | 2 | 4,
  isLittle: boolean,
): void {
  if (size === 1) {
    for (let i = 0; i < length; i++) {
      result.setUint8(start + i, batch[i] as number);
    }
  } else if (size === 2) {
    for (let i = 0; i < length; i++) {
      result.setUint16(start + 2 * i, batch[i] as number, isLittle);
    }
  } else {
    for (let i = 0; i < length; i++) {
      result.setUint32(start + 4 * i, batch[i] as number, isLittle);
    }
  }
}

/** Integers of 64 bits, in halves: numbers of 53 bits do not hold them, and bigints are several times as slow. */
function decodeLong(
  reader: BitReader,
  bits: number,
  minimum: DataView,
  fillValue: Uint8Array | null,
  result: DataView,
  isLittle: boolean,
): void {
  const highBits = Math.max(0, bits - 32);
  const lowBits = bits - highBits;
  const lowest = minimum.getUint32(0, true);
  const lowestHigh = minimum.getUint32(4, true);
  const fill = fillValue === null ? 0 : wordOf(fillValue);
  const fillHigh = fillValue === null ? 0 : wordOf(fillValue.subarray(4));
  const ones = 2 ** lowBits - 1;
  const onesHigh = 2 ** highBits - 1;
  const lowAt = isLittle ? 0 : 4;
  for (let at = 0; at < result.byteLength; at += 8) {
    let high = reader.read(highBits);
    let low = reader.read(lowBits);
    if (fillValue !== null && low === ones && high === onesHigh) {
      low = fill;
      high = fillHigh;
    } else {
      low += lowest;
      high += lowestHigh + (low > 0xffff_ffff ? 1 : 0);
    }
    result.setUint32(at + lowAt, low, isLittle);
    result.setUint32(at + 4 - lowAt, high, isLittle);
  }
}

/** Finds the smallest integer and the bits that the distances from it need, or takes the bits asked for if they do. */
export function planIntegers(view: DataView, parameters: ScaleOffsetParameters): IntegerPacking {
  const { size, signed, scaleFactor, fillValue } = parameters;
  const range = size === 8 ? longRange(view, parameters) : shortRange(view, parameters);
  const [smallest, largest] = range ?? [0n, 0n];
  const width = BigInt(size * 8);
  const distance = largest - smallest;
  const minimum = BigInt.asUintN(64, smallest);
  if (scaleFactor === 0 && distance > (1n << width) - 3n) {
    // libhdf5 leaves before it stores the minimum, which nobody reads then.
    return { bits: size * 8, minimum: signed && size === 1 && fillValue === null ? minimum : 0n };
  }
  // With a fill value, all ones are its own.
  const needed = bitLength(distance + (fillValue === null ? 0n : 1n));
  return { bits: Math.max(scaleFactor, Math.min(needed, size * 8)), minimum };
}

/** Packs integers as planned. */
export function packIntegers(
  writer: BitWriter,
  view: DataView,
  { bits, minimum }: IntegerPacking,
  { size, byteOrder, fillValue }: ScaleOffsetParameters,
): void {
  const isLittle = byteOrder === "LE";
  const highBits = Math.max(0, bits - 32);
  const lowBits = bits - highBits;
  const lowest = Number(minimum & 0xffff_ffffn);
  const lowestHigh = Number(minimum >> 32n);
  const fill = fillValue === null ? 0 : wordOf(fillValue);
  const fillHigh = fillValue === null || size < 8 ? 0 : wordOf(fillValue.subarray(4));
  const lowAt = isLittle ? 0 : 4;
  for (let at = 0; at < view.byteLength; at += size) {
    const word = size === 8 ? view.getUint32(at + lowAt, isLittle) : unsignedAt(view, at, size, isLittle);
    const high = size === 8 ? view.getUint32(at + 4 - lowAt, isLittle) : 0;
    if (fillValue !== null && word === fill && high === fillHigh) {
      writer.write(-1, highBits);
      writer.write(-1, lowBits);
    } else {
      writer.write(high - lowestHigh - (word < lowest ? 1 : 0), highBits);
      writer.write(word - lowest, lowBits);
    }
  }
}

/** Smallest and largest integer of 1 to 4 bytes that is not the fill value; `null` when all are. */
function shortRange(
  view: DataView,
  { size, signed, byteOrder, fillValue }: ScaleOffsetParameters,
): readonly [bigint, bigint] | null {
  const isLittle = byteOrder === "LE";
  const fill = fillValue === null ? -1 : wordOf(fillValue);
  // Shifting the sign to the top and back extends it.
  const spare = 32 - size * 8;
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < view.byteLength; at += size) {
    const word = unsignedAt(view, at, size, isLittle);
    if (word !== fill) {
      const value = signed ? (word << spare) >> spare : word;
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
    }
  }
  return smallest > largest ? null : [BigInt(smallest), BigInt(largest)];
}

function longRange(
  view: DataView,
  { signed, byteOrder, fillValue }: ScaleOffsetParameters,
): readonly [bigint, bigint] | null {
  const isLittle = byteOrder === "LE";
  const fill = fillValue === null ? null : longAt(new DataView(fillValue.slice().buffer), 0, true, signed);
  let smallest: bigint | null = null;
  let largest = 0n;
  for (let at = 0; at < view.byteLength; at += 8) {
    const value = longAt(view, at, isLittle, signed);
    if (value === fill) {
      continue;
    }
    if (smallest === null) {
      smallest = value;
      largest = value;
    } else if (value < smallest) {
      smallest = value;
    } else if (value > largest) {
      largest = value;
    }
  }
  return smallest === null ? null : [smallest, largest];
}

function longAt(view: DataView, at: number, isLittle: boolean, signed: boolean): bigint {
  return signed ? view.getBigInt64(at, isLittle) : view.getBigUint64(at, isLittle);
}

function unsignedAt(view: DataView, at: number, size: number, isLittle: boolean): number {
  return size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at, isLittle) : view.getUint32(at, isLittle);
}

/** Up to 4 bytes, little-endian, as an unsigned number. */
function wordOf(bytes: Uint8Array): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

/** Bits of a number that is not negative; none for 0. */
export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}
