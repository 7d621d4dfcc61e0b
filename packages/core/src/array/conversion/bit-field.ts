import { UnsupportedError } from "@hdfive/format";

/** Bytes of the widest number that is looked at; the widest that anybody stores has 32. */
const MAX_NUMBER_SIZE = 64;

/** Refuses numbers so wide that no writer means them: work and memory grow with the size, which is up to 4 GiB. */
export function checkNumberSize(size: number): void {
  if (size > MAX_NUMBER_SIZE) {
    throw new UnsupportedError("datatype", `numbers of ${size} bytes; at most ${MAX_NUMBER_SIZE} are read`);
  }
}

/** The byte that holds the i-th least significant 8 bits of a number, by byte order (IV.A.2.d). */
export function byteOrderMap(size: number, byteOrder: "LE" | "BE" | "VAX"): readonly number[] {
  const places = Array.from({ length: size }, (_, i) => i);
  if (byteOrder === "BE") {
    return places.reverse();
  }
  // VAX keeps the words of 16 bits from the highest to the lowest, each least significant byte first.
  return byteOrder === "LE" ? places : places.map((i) => size - 2 - (i - (i % 2)) + (i % 2));
}

/** All bits of a number of up to 4 bytes, as an unsigned number. */
export function readBits32(bytes: Uint8Array, at: number, order: readonly number[]): number {
  if (order.length === 2) {
    return (bytes[at + (order[0] as number)] as number) | ((bytes[at + (order[1] as number)] as number) << 8);
  }
  let bits = 0;
  for (let i = order.length - 1; i >= 0; i--) {
    bits = (bits << 8) | (bytes[at + (order[i] as number)] as number);
  }
  return bits >>> 0;
}

/** Writes all bits of a number of up to 4 bytes. */
export function writeBits32(bits: number, bytes: Uint8Array, at: number, order: readonly number[]): void {
  for (let i = 0; i < order.length; i++) {
    bytes[at + (order[i] as number)] = (bits >>> (8 * i)) & 0xff;
  }
}

/** All bits of a number of any size. */
export function readBits(bytes: Uint8Array, at: number, order: readonly number[]): bigint {
  let bits = 0n;
  for (let i = order.length - 1; i >= 0; i--) {
    bits = (bits << 8n) | BigInt(bytes[at + (order[i] as number)] as number);
  }
  return bits;
}

/** Writes all bits of a number of any size. */
export function writeBits(bits: bigint, bytes: Uint8Array, at: number, order: readonly number[]): void {
  let rest = bits;
  for (const place of order) {
    bytes[at + place] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}

/** `width` ones from bit `location` on. */
export function bitMask(location: number, width: number): bigint {
  return ((1n << BigInt(width)) - 1n) << BigInt(location);
}

/** The bits below and above a number that padding sets to one. */
export function paddingBits(
  type: { readonly size: number; readonly bitOffset: number; readonly bitPrecision: number } & {
    readonly lowPad: 0 | 1;
    readonly highPad: 0 | 1;
  },
): bigint {
  const { size, bitOffset, bitPrecision, lowPad, highPad } = type;
  const end = bitOffset + bitPrecision;
  return (lowPad === 1 ? bitMask(0, bitOffset) : 0n) | (highPad === 1 ? bitMask(end, 8 * size - end) : 0n);
}
