/// <reference path="./text-encoding.d.ts" />
import { storedAddress } from "./address-space.js";
import type { FormatContext } from "./context.js";
import { FormatError } from "./errors.js";

const TWO_32 = 0x1_0000_0000;
const utf8 = new TextEncoder();
const SHORT_TEXT = 32;

/** Bytes of a text in UTF-8. Short ASCII text, nearly every name, takes a loop that costs less than a call of TextEncoder. */
export function encodeText(text: string): Uint8Array {
  if (text.length <= SHORT_TEXT) {
    const bytes = new Uint8Array(text.length);
    let at = 0;
    for (; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit >= 0x80) {
        break;
      }
      bytes[at] = unit;
    }
    if (at === text.length) {
      return bytes;
    }
  }
  return utf8.encode(text);
}

/** A cursor that writes little-endian fields of one structure into bytes of a known size, which start as zeros. */
export class Writer {
  /** Name of the structure, for errors. */
  readonly structure: string;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #position = 0;

  constructor(byteLength: number, structure: string) {
    this.#bytes = new Uint8Array(byteLength);
    this.structure = structure;
  }

  /** Bytes written so far. */
  get position(): number {
    return this.#position;
  }

  /** Bytes there is room for. */
  get length(): number {
    return this.#bytes.length;
  }

  /** The bytes written so far, as a view. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#position);
  }

  /** The whole buffer; throws unless it is full, so that a wrong `sizeOf` cannot go unseen. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#position !== this.#bytes.length) {
      throw new FormatError(
        this.structure,
        `${this.#position} bytes written where ${this.#bytes.length} were promised`,
      );
    }
    return this.#bytes;
  }

  /** A `FormatError` about this structure, to throw. */
  invalid(problem: string): FormatError {
    return new FormatError(this.structure, problem);
  }

  #room(byteCount: number): number {
    const at = this.#position;
    if (at + byteCount > this.#bytes.length) {
      throw this.invalid(`${byteCount} bytes do not fit at byte ${at} of ${this.#bytes.length}`);
    }
    this.#position = at + byteCount;
    return at;
  }

  /** Puts 32 bits somewhere. Into bytes: making a DataView costs more than all that a small structure writes. */
  #word(at: number, value: number): void {
    this.#bytes[at] = value;
    this.#bytes[at + 1] = value >>> 8;
    this.#bytes[at + 2] = value >>> 16;
    this.#bytes[at + 3] = value >>> 24;
  }

  u8(value: number): void {
    this.uint(value, 1);
  }

  u16(value: number): void {
    this.uint(value, 2);
  }

  u32(value: number): void {
    this.uint(value, 4);
  }

  i32(value: number): void {
    const at = this.#room(4);
    this.#word(at, value);
  }

  u64(value: number): void {
    this.uint(value, 8);
  }

  /** An unsigned number of 1 to 8 bytes; throws when it does not fit. */
  uint(value: number, size: number): void {
    if (!Number.isSafeInteger(value) || value < 0 || (size < 7 && value >= 256 ** size)) {
      throw this.invalid(`${value} does not fit an unsigned field of ${size} bytes`);
    }
    const at = this.#room(size);
    switch (size) {
      case 1:
        this.#bytes[at] = value;
        return;
      case 2:
        this.#bytes[at] = value;
        this.#bytes[at + 1] = value >>> 8;
        return;
      case 4:
        this.#word(at, value);
        return;
      case 8:
        this.#word(at, value % TWO_32);
        this.#word(at + 4, Math.floor(value / TWO_32));
        return;
      default: {
        let rest = value;
        for (let i = 0; i < size; i++) {
          this.#bytes[at + i] = rest % 256;
          rest = Math.floor(rest / 256);
        }
      }
    }
  }

  /** A field of "size of offsets" bytes; `null` writes the undefined address (all bits set). */
  offset(address: number | null, context: FormatContext): void {
    if (context.addressSpace === undefined || address === null) {
      this.optional(address, context.offsetSize);
      return;
    }
    let rest = storedAddress(context.addressSpace, address);
    for (let i = 0; i < context.offsetSize; i++) {
      this.u8(Number(rest & 0xffn));
      rest >>= 8n;
    }
  }

  /** A field of "size of lengths" bytes. */
  lengthField(value: number, context: FormatContext): void {
    this.uint(value, context.lengthSize);
  }

  /** An unsigned number of `size` bytes, all bits set for `null`. */
  optional(value: number | null, size: number): void {
    if (value === null) {
      this.fill(size, 0xff);
    } else {
      this.uint(value, size);
    }
  }

  bytes(source: Uint8Array): void {
    this.#bytes.set(source, this.#room(source.length));
  }

  /** Repeats one byte. */
  fill(byteCount: number, byte: number): void {
    const at = this.#room(byteCount);
    this.#bytes.fill(byte, at, at + byteCount);
  }

  /** Zero bytes. */
  zeros(byteCount: number): void {
    this.#room(byteCount);
  }

  /** Zeros up to the next multiple of `alignment` counted from byte `from`. */
  align(alignment: number, from = 0): void {
    const past = (this.#position - from) % alignment;
    if (past !== 0) {
      this.zeros(alignment - past);
    }
  }

  /** ASCII characters that open a structure. */
  signature(text: string): void {
    for (let i = 0; i < text.length; i++) {
      this.u8(text.charCodeAt(i));
    }
  }
}
