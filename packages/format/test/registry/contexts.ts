import fc from "fast-check";
import { DEFAULT_CONTEXT, type FormatContext } from "../../src/context.js";

/** Contexts with other field sizes and other K values than the default. */
export const CONTEXTS: readonly (readonly [string, FormatContext])[] = [
  ["8-byte offsets and lengths", DEFAULT_CONTEXT],
  ["4-byte offsets and lengths", { ...DEFAULT_CONTEXT, offsetSize: 4, lengthSize: 4, groupLeafK: 2 }],
  ["2-byte offsets, 4-byte lengths", { ...DEFAULT_CONTEXT, offsetSize: 2, lengthSize: 4, groupInternalK: 3 }],
  ["8-byte offsets, 4-byte lengths", { ...DEFAULT_CONTEXT, offsetSize: 8, lengthSize: 4, chunkK: 2 }],
];

/** A defined address, or another number that fits `size` bytes and is not all ones. */
export function address(size: number): fc.Arbitrary<number> {
  return fc.maxSafeNat().map((n) => n % Math.min(256 ** size - 1, Number.MAX_SAFE_INTEGER));
}

/** An address or none. */
export function optionalAddress(size: number): fc.Arbitrary<number | null> {
  return fc.option(address(size));
}

/** Text as names are: no NUL, every character encodable. */
export const nameText: fc.Arbitrary<string> = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
  .filter((text) => !text.includes("\0"));

/** Some bytes. */
export function someBytes(minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength }).map((bytes) => new Uint8Array(bytes));
}
