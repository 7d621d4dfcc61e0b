import { type Codec, DEFAULT_CONTEXT, type FormatContext, Reader, Writer } from "../src/index.js";

/** Bytes of hexadecimal digits; spaces are for the eye. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(digits.replace(/\s/g, "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Hexadecimal digits of bytes. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Reads a structure from hexadecimal digits. */
export function decodeHex<T>(codec: Codec<T>, digits: string, context: FormatContext = DEFAULT_CONTEXT): T {
  return codec.decode(new Reader(hex(digits), codec.name), context);
}

/** Hexadecimal digits of a structure. */
export function encodeHex<T>(codec: Codec<T>, value: T, context: FormatContext = DEFAULT_CONTEXT): string {
  const writer = new Writer(codec.sizeOf(value, context), codec.name);
  codec.encode(value, writer, context);
  return toHex(writer.finish());
}
