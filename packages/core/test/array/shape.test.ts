import { describe, expect, test } from "vitest";
import {
  broadcastIndices,
  CompoundArray,
  elementCount,
  elementOf,
  fillsOnce,
  guessChunk,
  NdArray,
  rowMajorStrides,
  toDatatype,
} from "../../src/array/index.ts";

describe("elementCount", () => {
  test("is 1 for a scalar and 0 for an empty axis", () => {
    expect([elementCount([]), elementCount([3, 0, 2]), elementCount([2, 3])]).toEqual([1, 0, 6]);
  });

  test("refuses shapes past 2^53, also when an axis is empty", () => {
    expect(() => elementCount([2 ** 30, 2 ** 30])).toThrow(expect.objectContaining({ code: "LIMIT" }));
    expect(() => elementCount([2 ** 30, 0, 2 ** 30])).toThrow(expect.objectContaining({ code: "LIMIT" }));
  });
});

test("rowMajorStrides counts elements, the last axis fastest", () => {
  expect(rowMajorStrides([2, 3, 4])).toEqual([12, 4, 1]);
});

describe("broadcast", () => {
  test.each<[readonly number[], readonly number[], readonly number[]]>([
    [[], [3], [0, 0, 0]],
    [[1], [2, 2], [0, 0, 0, 0]],
    [[2], [2, 2], [0, 1, 0, 1]],
    [
      [2, 1],
      [2, 2],
      [0, 0, 1, 1],
    ],
    [[1, 1, 3], [3], [0, 1, 2]],
    [[3], [0, 3], []],
  ])("puts (%j) in (%j)", (source, target, expected) => {
    expect(Array.from(broadcastIndices(source, target))).toEqual(expected);
  });

  test("knows when nothing is repeated", () => {
    expect([fillsOnce([1, 4], [4]), fillsOnce([4], [1, 4]), fillsOnce([1], [4])]).toEqual([true, true, false]);
  });

  test.each<[readonly number[], readonly number[], string]>([
    [[9], [10], "Can't broadcast (9) -> (10)"],
    [[2, 3], [3], "Can't broadcast (2, 3) -> (3)"],
    [[3, 2], [2, 3], "Can't broadcast (3, 2) -> (2, 3)"],
  ])("refuses (%j) for (%j)", (source, target, message) => {
    expect(() => broadcastIndices(source, target)).toThrow(
      expect.objectContaining({ message, code: "SHAPE_MISMATCH" }),
    );
    expect(() => fillsOnce(source, target)).toThrow(message);
  });
});

// Values of h5py 3.16's guess_chunk.
test.each<[readonly number[], number, readonly number[]]>([
  [[0], 4, [1024]],
  [[0, 5], 4, [512, 5]],
  [[10], 8, [10]],
  [[1000], 8, [1000]],
  [[1_000_000], 8, [3907]],
  [[1000, 1000], 4, [63, 125]],
  [[1000, 1000], 8, [63, 63]],
  [[10_000, 10_000], 8, [79, 157]],
  [[100_000, 100_000], 8, [196, 391]],
  [[1, 1000, 1000], 2, [1, 63, 125]],
  [[0, 2048, 2048], 2, [32, 64, 64]],
  [[100, 100, 100], 8, [13, 13, 25]],
  [[512, 512, 512], 4, [32, 32, 32]],
  [[1_000_000, 3], 8, [7813, 1]],
])("guessChunk of (%j) with %i bytes an element is what h5py guesses", (shape, size, expected) => {
  expect(guessChunk(shape, size)).toEqual(expected);
});

describe("NdArray", () => {
  const int32 = toDatatype("int32");
  const values = new NdArray<"int32">(Int32Array.from([1, 2, 3, 4, 5, 6]), [2, 3], int32);

  test("gets elements by index, from the end as well", () => {
    expect([values.get(0, 0), values.get(1, 2), values.get(-1, -3)]).toEqual([1, 6, 4]);
  });

  test("gives nested arrays", () => {
    expect(values.toNested()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(new NdArray(Int32Array.of(7), [], int32).toNested()).toBe(7);
  });

  test("gives the one element of an array of one", () => {
    expect(new NdArray(BigInt64Array.of(7n), [1, 1], toDatatype("int64")).item()).toBe(7n);
    expect(new NdArray(Uint8Array.of(1), [], toDatatype("bool")).item()).toBe(true);
    expect(() => values.item()).toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
  });

  test("refuses data that does not fill its shape, and indices outside of it", () => {
    expect(() => new NdArray(new Int32Array(5), [2, 3], int32)).toThrow(
      expect.objectContaining({ code: "SHAPE_MISMATCH" }),
    );
    expect(() => values.get(2, 0)).toThrow("Index (2) out of range for (0-1)");
    expect(() => values.get(0)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  test("knows its dtype, stride, size and rank", () => {
    expect([values.dtype, values.stride, values.size, values.rank]).toEqual(["int32", [3, 1], 6, 2]);
  });

  test("reaches the fields of a compound in its own shape", () => {
    const columns = new CompoundArray(4, [
      { name: "a", datatype: int32, innerShape: [], data: Int32Array.of(1, 2, 3, 4) },
      { name: "b", datatype: int32, innerShape: [2], data: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
    ]);
    const array = new NdArray(columns, [2, 2], int32);
    expect(array.field("a").toNested()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(array.field("b").shape).toEqual([2, 2, 2]);
    expect(array.get(1, 0)).toEqual({ a: 3, b: [5, 6] });
    expect(elementOf(columns, 3)).toEqual({ a: 4, b: [7, 8] });
    expect(() => array.field("c")).toThrow("Field c does not appear in this type.");
    expect(() => values.field("a")).toThrow("Field names only allowed for compound types");
  });
});
