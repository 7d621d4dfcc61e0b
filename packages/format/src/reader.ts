/// <reference path="./text-encoding.d.ts" />
import { addressFromStored } from "./address-space.js";
import type { FormatContext } from "./context.js";
import { FormatError } from "./errors.js";

const TWO_32 = 0x1_0000_0000;
const LATIN1_CHUNK = 4096;
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/**
 * Text of stored characters: UTF-8, or ISO-8859-1 when the bytes are not valid UTF-8 (old writers stored names so).
 * Short ASCII text, nearly every name, takes a loop that costs less than a call of TextDecoder.
 */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length <= 32) {
    let text = "";
    let at = 0;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte >= 0x80) {
        break;
      }
      text += String.fromCharCode(byte);
    }
    if (at === bytes.length) {
      return text;
    }
  }
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return latin1.decode(bytes);
  }
}

/**
 * A cursor that reads little-endian fields from one structure.
 *
 * Every read is bounded by the bytes it was given and throws a `FormatError` that names the structure when they end.
 * Addresses are relative to the base address of the file; `null` is the undefined address.
 */
export class Reader {
  /** Name of the structure, for errors. */
  readonly structure: string;
  /** Address of the first byte, for errors. */
  readonly address: number | undefined;
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array, structure: string, address?: number) {
    this.#bytes = bytes;
    this.structure = structure;
    this.address = address;
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#position;
  }

  /** Bytes in the structure as given. */
  get length(): number {
    return this.#bytes.length;
  }

  /** Bytes left. */
  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  /** A `FormatError` about this structure, to throw. */
  corrupt(problem: string): FormatError {
    return new FormatError(this.structure, problem, { address: this.address });
  }

  /** Throws unless `byteCount` more bytes are there. */
  need(byteCount: number): void {
    // Written so that a negative count and NaN are refused too.
    if (!(byteCount >= 0 && byteCount <= this.#bytes.length - this.#position)) {
      throw this.corrupt(`${byteCount} bytes wanted at byte ${this.#position}, ${this.remaining} are left`);
    }
  }

  u8(): number {
    this.need(1);
    return this.#bytes[this.#position++] as number;
  }

  u16(): number {
    this.need(2);
    const at = this.#position;
    this.#position = at + 2;
    return (this.#bytes[at] as number) | ((this.#bytes[at + 1] as number) << 8);
  }

  u32(): number {
    this.need(4);
    return this.#word() >>> 0;
  }

  i32(): number {
    this.need(4);
    return this.#word();
  }

  /** An unsigned 64-bit number; throws past 2^53 - 1. */
  u64(): number {
    this.need(8);
    const low = this.#word() >>> 0;
    const high = this.#word() >>> 0;
    if (high > 0x1fffff) {
      throw this.corrupt(`number at byte ${this.#position - 8} exceeds 2^53 - 1`);
    }
    return high * TWO_32 + low;
  }

  /** The next 32 bits, signed. Out of bytes: making a DataView costs more than all that a small structure reads. */
  #word(): number {
    const at = this.#position;
    this.#position = at + 4;
    const bytes = this.#bytes;
    return (
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    );
  }

  /** An unsigned number of 1 to 8 bytes; throws past 2^53 - 1. */
  uint(size: number): number {
    switch (size) {
      case 1:
        return this.u8();
      case 2:
        return this.u16();
      case 4:
        return this.u32();
      case 8:
        return this.u64();
      default:
        return this.#oddUint(size);
    }
  }

  #oddUint(size: number): number {
    this.need(size);
    let value = 0;
    for (let i = size - 1; i >= 0; i--) {
      value = value * 256 + (this.#bytes[this.#position + i] as number);
    }
    if (value > Number.MAX_SAFE_INTEGER) {
      throw this.corrupt(`number at byte ${this.#position} exceeds 2^53 - 1`);
    }
    this.#position += size;
    return value;
  }

  /** A field of "size of offsets" bytes: an address, or `null` when it is undefined (all bits set). */
  offset(context: FormatContext): number | null {
    return context.addressSpace === undefined ? this.optional(context.offsetSize) : this.#translated(context);
  }

  #translated({ offsetSize, addressSpace = [] }: FormatContext): number | null {
    const bytes = this.bytes(offsetSize);
    if (bytes.every((byte) => byte === 0xff)) {
      return null;
    }
    let stored = 0n;
    for (let i = offsetSize - 1; i >= 0; i--) {
      stored = (stored << 8n) | BigInt(bytes[i] as number);
    }
    const address = addressFromStored(addressSpace, stored);
    if (address === null) {
      throw this.corrupt(`address ${stored} is in no member of the file`);
    }
    return address;
  }

  /** An address that must be defined. */
  definedOffset(context: FormatContext, field: string): number {
    const address = this.offset(context);
    if (address === null) {
      throw this.corrupt(`${field} is undefined`);
    }
    return address;
  }

  /** A field of "size of lengths" bytes. */
  lengthField(context: FormatContext): number {
    return this.uint(context.lengthSize);
  }

  /** An unsigned number of `size` bytes, or `null` when all its bits are set. */
  optional(size: number): number | null {
    this.need(size);
    const end = this.#position + size;
    let at = this.#position;
    while (at < end && this.#bytes[at] === 0xff) {
      at++;
    }
    if (at === end) {
      this.#position = end;
      return null;
    }
    return this.uint(size);
  }

  /** The next bytes as a view on the same memory. */
  bytes(byteCount: number): Uint8Array {
    this.need(byteCount);
    const start = this.#position;
    this.#position += byteCount;
    return this.#bytes.subarray(start, this.#position);
  }

  /** The bytes from `start` to `end`, whatever the position. */
  span(start: number, end: number): Uint8Array {
    return this.#bytes.subarray(start, end);
  }

  skip(byteCount: number): void {
    this.need(byteCount);
    this.#position += byteCount;
  }

  /** Skips to the next multiple of `alignment` counted from byte `from`. */
  align(alignment: number, from = 0): void {
    const past = (this.#position - from) % alignment;
    if (past !== 0) {
      this.skip(alignment - past);
    }
  }

  /** Reads the four ASCII characters that open a structure and throws when they are others. */
  signature(expected: string): void {
    this.need(expected.length);
    for (let i = 0; i < expected.length; i++) {
      if (this.#bytes[this.#position + i] !== expected.charCodeAt(i)) {
        const found = this.latin1(expected.length);
        throw this.corrupt(`signature ${JSON.stringify(found)} where ${JSON.stringify(expected)} must stand`);
      }
    }
    this.#position += expected.length;
  }

  /** The next bytes as characters 0 to 255. */
  latin1(byteCount: number): string {
    const bytes = this.bytes(byteCount);
    let text = "";
    for (let at = 0; at < bytes.length; at += LATIN1_CHUNK) {
      text += String.fromCharCode(...bytes.subarray(at, at + LATIN1_CHUNK));
    }
    return text;
  }

  /** Text of a known length: UTF-8, or ISO-8859-1 when it is not valid UTF-8. */
  text(byteCount: number): string {
    return decodeText(this.bytes(byteCount));
  }

  /** Text that ends with a NUL, which is read as well. */
  terminatedText(): string {
    const end = this.#bytes.indexOf(0, this.#position);
    if (end < 0) {
      throw this.corrupt(`text at byte ${this.#position} does not end`);
    }
    const text = this.text(end - this.#position);
    this.#position = end + 1;
    return text;
  }

  /** Another reader on the next bytes, which this one skips. */
  inner(byteCount: number, structure: string): Reader {
    const address = this.address === undefined ? undefined : this.address + this.#position;
    return new Reader(this.bytes(byteCount), structure, address);
  }
}
