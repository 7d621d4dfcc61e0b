import { describe, expect, test } from "vitest";
import { DEFAULT_CONTEXT, FormatError, type GlobalHeap, globalHeap, globalHeapId, Reader } from "../src/index.js";
import { decodeHex, encodeHex, hex } from "./hex.js";

const HEADER = "47434f4c 01 000000 0010000000000000";
const text = (value: string): Uint8Array => Uint8Array.from(value, (character) => character.charCodeAt(0));

function collection(digits: string): string {
  return (HEADER + digits).replace(/\s/g, "").padEnd(2 * 4096, "0");
}

describe("a global heap collection", () => {
  const written = collection(`0100 0000 00000000 0500000000000000 6465666768000000
    0200 0000 00000000 0000000000000000
    0300 0000 00000000 0300000000000000 6162630000000000
    0000 0000 00000000 b00f000000000000`);

  test("is read and written as libhdf5 does: reference counts 0, data padded to 8, free space with its own 16 bytes", () => {
    const heap: GlobalHeap = {
      byteLength: 4096,
      objects: [
        { index: 1, referenceCount: 0, data: text("defgh") },
        { index: 2, referenceCount: 0, data: text("") },
        { index: 3, referenceCount: 0, data: text("abc") },
      ],
    };
    expect(decodeHex(globalHeap, written)).toEqual(heap);
    expect(encodeHex(globalHeap, heap)).toBe(written);
  });

  test.each([4064, 4056, 4049])(
    "with fewer than 16 bytes left has no free space described: %d bytes of data",
    (length) => {
      const heap = {
        byteLength: 4096,
        objects: [{ index: 1, referenceCount: 0, data: new Uint8Array(length).fill(7) }],
      };
      const digits = encodeHex(globalHeap, heap);
      expect(digits.slice(2 * (32 + length))).toMatch(/^0*$/);
      expect(decodeHex(globalHeap, digits)).toEqual(heap);
    },
  );

  test("with exactly 16 bytes left describes them", () => {
    const heap = { byteLength: 4096, objects: [{ index: 1, referenceCount: 0, data: new Uint8Array(4048).fill(7) }] };
    expect(encodeHex(globalHeap, heap).slice(-32)).toBe("0000000000000000 1000000000000000".replace(" ", ""));
    expect(decodeHex(globalHeap, encodeHex(globalHeap, heap))).toEqual(heap);
  });

  test("smaller than libhdf5 makes them is read, as libhdf5 reads it", () => {
    const digits = "47434f4c 01 000000 2800000000000000 0100 0000 00000000 0600000000000000 76616c7565300000";
    expect(decodeHex(globalHeap, digits)).toEqual({
      byteLength: 40,
      objects: [{ index: 1, referenceCount: 0, data: text("value0") }],
    });
  });

  test("says its size in its first 16 bytes", () => {
    expect(globalHeap.totalSize(new Reader(hex(HEADER), "global-heap"), DEFAULT_CONTEXT)).toBe(4096);
  });

  test.each([
    ["an object that ends after the collection", collection("0100 0000 00000000 f00f000000000000")],
    ["an object whose size is near 2^53", collection("0100 0000 00000000 ffffffffffff1f00")],
    ["an object whose size is past 2^53", collection("0100 0000 00000000 ffffffffffffffff")],
    ["two objects of one index", collection(`${"0100 0000 00000000 0000000000000000".repeat(2)}`)],
    ["free space of size 0, which would never end", collection("0000 0000 00000000 0000000000000000")],
    ["free space without its own header", collection("0000 0000 00000000 0800000000000000")],
    ["free space larger than the rest", collection("0000 0000 00000000 f80f000000000000")],
    ["free space of an odd size", collection("0000 0000 00000000 ef0f000000000000")],
    ["a size smaller than the header", collection("").replace("0010000000000000", "0800000000000000")],
    ["fewer bytes than the size", collection("0000 0000 00000000 f00f000000000000").slice(0, -2)],
    ["another version", collection("0000 0000 00000000 f00f000000000000").replace("434f4c01", "434f4c02")],
  ])("with %s is refused", (_name, digits) => {
    expect(() => decodeHex(globalHeap, digits)).toThrow(FormatError);
  });

  test("does not take more than fits, nor index 0", () => {
    const object = { index: 1, referenceCount: 0, data: new Uint8Array(4072) };
    expect(() => encodeHex(globalHeap, { byteLength: 4096, objects: [object] })).toThrow(FormatError);
    const zero = { index: 0, referenceCount: 0, data: new Uint8Array(8) };
    expect(() => encodeHex(globalHeap, { byteLength: 4096, objects: [zero] })).toThrow(FormatError);
  });
});

describe("a global heap ID", () => {
  test("is an address and an index, and all zeros for no data", () => {
    const digits = "4f01000000000000 03000000";
    expect(decodeHex(globalHeapId, digits)).toEqual({ collectionAddress: 335, index: 3 });
    expect(encodeHex(globalHeapId, { collectionAddress: 335, index: 3 })).toBe(digits.replace(" ", ""));
    expect(encodeHex(globalHeapId, { collectionAddress: 0, index: 0 })).toBe("00".repeat(12));
  });

  test("with the undefined address means no data as well", () => {
    expect(decodeHex(globalHeapId, "ffffffffffffffff 00000000")).toEqual({ collectionAddress: 0, index: 0 });
  });
});
