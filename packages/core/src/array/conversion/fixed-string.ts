import { encodeText, HdfiveError, type StringType } from "@hdfive/format";
import { describe } from "../describe-value.js";
import type { MemoryType } from "./memory-type.js";
import { decodePieces } from "./text-block.js";

/** Bytes of strings that are turned to text in one call when all of them are ASCII. */
const BLOCK_BYTES = 1 << 16;

/**
 * Memory of fixed-length strings (IV.A.2.d, class 3): JavaScript strings without the padding.
 *
 * @throws HdfiveError `OUT_OF_RANGE` when a text has more bytes than there is room; it is never cut
 */
export function fixedStringMemory(datatype: StringType): MemoryType {
  const { size } = datatype;
  return {
    datatype,
    memoryDatatype: datatype,
    innerShape: [],
    native: false,
    bytesPerElement: 0,
    needsHeap: false,
    asFileBytes: () => null,
    allocate: (count) => new Array<string>(count).fill(""),
    decode(bytes, byteOffset, count, into, at) {
      const perBlock = Math.max(1, Math.floor(BLOCK_BYTES / size));
      for (let done = 0; done < count; done += perBlock) {
        const length = Math.min(perBlock, count - done);
        decodeBlock(datatype, bytes, byteOffset + done * size, length, into as string[], at + done);
      }
    },
    encode(from, at, count, bytes, byteOffset) {
      const values = from as ArrayLike<unknown>;
      for (let i = 0; i < count; i++) {
        encodeOne(datatype, values[at + i], bytes, byteOffset + i * size);
      }
    },
  };
}

function decodeBlock(
  datatype: StringType,
  bytes: Uint8Array,
  byteOffset: number,
  count: number,
  into: string[],
  at: number,
): void {
  const { size } = datatype;
  const block = bytes.subarray(byteOffset, byteOffset + count * size);
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    starts[i] = i * size;
    ends[i] = i * size + textLength(datatype, block, i * size);
  }
  decodePieces(block, starts, ends, count, into, at);
}

/** Bytes of the text that starts at `start`, without its padding (IV.A.2.d, class 3). */
export function textLength({ size, padding }: StringType, bytes: Uint8Array, start: number): number {
  if (padding === "null-terminate") {
    let length = 0;
    while (length < size && bytes[start + length] !== 0) {
      length++;
    }
    return length;
  }
  const unpadded = padding === "space-pad" ? lengthBefore(0x20, size, bytes, start) : size;
  // Writers call strings space-padded and pad them with zeros (h5wasm does); to h5py those are padding after the spaces.
  return lengthBefore(0, unpadded, bytes, start);
}

function lengthBefore(pad: number, size: number, bytes: Uint8Array, start: number): number {
  let length = size;
  while (length > 0 && bytes[start + length - 1] === pad) {
    length--;
  }
  return length;
}

function encodeOne(datatype: StringType, value: unknown, bytes: Uint8Array, at: number): void {
  const { size, padding, charset } = datatype;
  const text = textBytes(value, charset);
  const room = padding === "null-terminate" ? size - 1 : size;
  if (text.length > room) {
    const reserve = room === size ? "" : " and the NUL that ends it";
    throw new HdfiveError(
      "OUT_OF_RANGE",
      `a text of ${text.length} bytes${reserve} does not fit a string of ${size} bytes`,
    );
  }
  if (padding === "null-terminate" && text.includes(0)) {
    throw new HdfiveError("INVALID_ARGUMENT", "strings that end with NUL do not support embedded NULLs");
  }
  bytes.set(text, at);
  bytes.fill(padding === "space-pad" ? 0x20 : 0, at + text.length, at + size);
}

/** Bytes of a user's text in a character set. */
export function textBytes(value: unknown, charset: "ascii" | "utf-8"): Uint8Array {
  if (typeof value !== "string") {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `Can't implicitly convert non-string objects to strings (got ${describe(value)})`,
    );
  }
  const bytes = encodeText(value);
  if (charset === "ascii" && bytes.length !== value.length) {
    throw new HdfiveError("INVALID_ARGUMENT", `"${value}" is not ASCII; use a string datatype with charset "utf-8"`);
  }
  return bytes;
}
