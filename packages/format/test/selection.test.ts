import { describe, expect, test } from "vitest";
import { DEFAULT_CONTEXT } from "../src/context.js";
import { FormatError } from "../src/errors.js";
import {
  type DataspaceSelection,
  type Libver,
  Reader,
  type StoredSelection,
  selectionForm,
  storedSelection,
  Writer,
} from "../src/index.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const words = (text: string): string => text.replaceAll(" ", "");

function encoded(stored: StoredSelection): string {
  const writer = new Writer(storedSelection.sizeOf(stored, DEFAULT_CONTEXT), "selection");
  storedSelection.encode(stored, writer, DEFAULT_CONTEXT);
  return hex(writer.finish());
}

const decoded = (text: string): StoredSelection =>
  storedSelection.decode(new Reader(Buffer.from(words(text), "hex"), "selection"), DEFAULT_CONTEXT);

const slab = (
  start: number[],
  stride: number[],
  count: (number | null)[],
  block: (number | null)[],
): DataspaceSelection => ({ kind: "hyperslab", start, stride, count, block });
const blocks = (rank: number, ...corners: number[]): DataspaceSelection => ({
  kind: "blocks",
  rank,
  corners: Float64Array.from(corners),
});
const points = (...coordinates: number[]): DataspaceSelection => ({
  kind: "points",
  rank: 1,
  coordinates: Float64Array.from(coordinates),
});

/** What H5Sencode2 of HDF5 2.0.0 makes of selections under a lower bound. */
const STORED: readonly [string, DataspaceSelection, Libver, string][] = [
  ["all", { kind: "all" }, "latest", "03000000 01000000 00000000 00000000"],
  ["nothing", { kind: "none" }, "earliest", "00000000 01000000 00000000 00000000"],
  [
    "a range",
    slab([2], [1], [5], [1]),
    "earliest",
    "02000000 01000000 00000000 10000000 01000000 01000000 02000000 06000000",
  ],
  ["a range under v112", slab([2], [1], [5], [1]), "v112", "02000000 03000000 01 02 01000000 0200 0100 0100 0500"],
  [
    "three blocks",
    slab([2], [4], [3], [2]),
    "v110",
    "02000000 01000000 00000000 20000000 01000000 03000000 02000000 03000000 06000000 07000000 0a000000 0b000000",
  ],
  [
    "five blocks under v110",
    slab([2], [4], [5], [2]),
    "v110",
    "02000000 02000000 01 24000000 01000000 0200000000000000 0400000000000000 0500000000000000 0200000000000000",
  ],
  [
    "blocks that touch",
    slab([2], [2], [5], [2]),
    "earliest",
    "02000000 01000000 00000000 10000000 01000000 01000000 02000000 0b000000",
  ],
  [
    "blocks of two dimensions",
    slab([2, 3], [4, 1], [2, 2], [2, 1]),
    "earliest",
    "02000000 01000000 00000000 28000000 02000000 02000000 02000000 03000000 03000000 04000000 06000000 03000000 07000000 04000000",
  ],
  [
    "numbers past 16 bits",
    slab([70000], [4], [5], [2]),
    "v112",
    "02000000 03000000 01 04 01000000 70110100 04000000 05000000 02000000",
  ],
  [
    "the largest number of 16 bits",
    slab([65535], [4], [5], [2]),
    "v112",
    "02000000 03000000 01 02 01000000 ffff 0400 0500 0200",
  ],
  [
    "numbers past 32 bits",
    slab([2 ** 33], [4], [2], [2]),
    "earliest",
    "02000000 02000000 01 24000000 01000000 0000000002000000 0400000000000000 0200000000000000 0200000000000000",
  ],
  [
    "blocks past 32 bits",
    blocks(1, 2 ** 33, 2 ** 33 + 1, 2 ** 34, 2 ** 34 + 1),
    "earliest",
    "02000000 03000000 00 08 01000000 0200000000000000 0000000002000000 0100000002000000 0000000004000000 0100000004000000",
  ],
  [
    "blocks without a limit",
    slab([2], [4], [null], [2]),
    "earliest",
    "02000000 02000000 01 24000000 01000000 0200000000000000 0400000000000000 ffffffffffffffff 0200000000000000",
  ],
  [
    "a block without a limit under v112",
    slab([2], [1], [1], [null]),
    "v112",
    "02000000 03000000 01 02 01000000 0200 0100 0100 ffff",
  ],
  [
    "irregular blocks under v112",
    blocks(1, 2, 3, 20, 22),
    "latest",
    "02000000 03000000 00 02 01000000 0200 0200 0300 1400 1600",
  ],
  [
    "points",
    points(3, 1, 7),
    "v110",
    "01000000 01000000 00000000 14000000 01000000 03000000 03000000 01000000 07000000",
  ],
  ["points under v112", points(3, 1, 7), "v112", "01000000 02000000 02 01000000 0300 0300 0100 0700"],
  [
    "points past 32 bits",
    points(2 ** 35, 1),
    "earliest",
    "01000000 02000000 08 01000000 0200000000000000 0000000008000000 0100000000000000",
  ],
];

describe("the selection of", () => {
  test.each(STORED)("%s is stored as libhdf5 stores it", (_, selection, low, bytes) => {
    const form = selectionForm(selection, low);
    expect(encoded(form)).toBe(words(bytes));
    expect(decoded(bytes)).toEqual(form);
  });

  test("65535 blocks is not stored as one without a limit", () => {
    const form = selectionForm(slab([0], [3], [65535], [2]), "v112");
    expect(form.numberSize).toBe(4);
    expect(decoded(encoded(form))).toEqual(form);
  });
});

describe("a selection is corrupt", () => {
  test.each([
    ["of a type that there is not", "07000000 01000000 00000000 00000000"],
    ["in a version that there is not", "02000000 04000000 00000000 00000000"],
    ["with more points than bytes", "01000000 01000000 00000000 14000000 01000000 ffffffff 03000000"],
    ["with more dimensions than there can be", "01000000 01000000 00000000 14000000 21000000 01000000 03000000"],
    ["without dimensions", "01000000 01000000 00000000 14000000 00000000 01000000 03000000"],
    ["with numbers of 3 bytes", "01000000 02000000 03 01000000 0300 0300"],
    [
      "with a block that ends before it starts",
      "02000000 01000000 00000000 10000000 01000000 01000000 06000000 02000000",
    ],
    ["with blocks that overlap", "02000000 03000000 01 02 01000000 0200 0100 0500 0500"],
    ["with flags that there are not", "02000000 03000000 03 02 01000000 0200 0500 0500 0500"],
  ])("%s", (_, bytes) => {
    expect(() => decoded(bytes)).toThrow(FormatError);
  });
});
