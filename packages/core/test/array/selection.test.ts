import { describe, expect, test } from "vitest";
import {
  type AxisSelection,
  mask,
  NdArray,
  resolveSelection,
  type Selection,
  slice,
  toDatatype,
} from "../../src/array/index.ts";
import { indexAt } from "../../src/array/selection/axis-index.ts";

/** Indices picked on each axis, and the shape of the result. */
function picked(selection: Selection, shape: readonly number[]): unknown {
  const resolved = resolveSelection(selection, shape);
  if (resolved.kind === "points") {
    return { points: Array.from(resolved.coordinates), shape: resolved.shape };
  }
  if (resolved.kind === "spans") {
    throw new Error("indices on each axis give no spans");
  }
  const axes = resolved.axes.map((axis) => Array.from({ length: lengthOf(axis) }, (_, i) => indexAt(axis, i)));
  expect(resolved.countShape).toEqual(axes.map((axis) => axis.length));
  return { axes, shape: resolved.shape };
}

const lengthOf = (axis: AxisSelection): number => (axis.kind === "list" ? axis.indices.length : axis.count);

describe("resolveSelection picks", () => {
  test.each<[string, Selection, readonly number[], unknown]>([
    [
      "all with null",
      null,
      [2, 2],
      {
        axes: [
          [0, 1],
          [0, 1],
        ],
        shape: [2, 2],
      },
    ],
    ["all with nothing named", [], [2], { axes: [[0, 1]], shape: [2] }],
    ["a scalar", null, [], { axes: [], shape: [] }],
    ["a scalar with an ellipsis", ["..."], [], { axes: [], shape: [] }],
    ["a row, dropping the axis", 1, [3, 2], { axes: [[1], [0, 1]], shape: [2] }],
    ["from the end", [-1, -2], [3, 4], { axes: [[2], [2]], shape: [] }],
    ["a slice", slice(1, 3), [5], { axes: [[1, 2]], shape: [2] }],
    ["a slice with a step", slice(1, null, 2), [6], { axes: [[1, 3, 5]], shape: [3] }],
    ["a slice past the end", slice(3, 100), [5], { axes: [[3, 4]], shape: [2] }],
    ["a slice from the end", slice(-2), [5], { axes: [[3, 4]], shape: [2] }],
    ["nothing with start past stop", slice(4, 2), [5], { axes: [[]], shape: [0] }],
    ["nothing of an empty axis", slice(0, 5), [0], { axes: [[]], shape: [0] }],
    ["the last axis with an ellipsis", ["...", 1], [2, 2, 3], { axes: [[0, 1], [0, 1], [1]], shape: [2, 2] }],
    ["with an ellipsis that stands for nothing", [0, "...", 1], [2, 3], { axes: [[0], [1]], shape: [] }],
    [
      "a list",
      [null, [0, 3, 4]],
      [2, 5],
      {
        axes: [
          [0, 1],
          [0, 3, 4],
        ],
        shape: [2, 3],
      },
    ],
    ["a list with a wrapped index", [[0, -1]], [5], { axes: [[0, 4]], shape: [2] }],
    ["a typed list", [Int32Array.of(1, 2, 4)], [5], { axes: [[1, 2, 4]], shape: [3] }],
    ["an empty list", [[]], [5], { axes: [[]], shape: [0] }],
    ["with booleans", [[true, false, true, true]], [4], { axes: [[0, 2, 3]], shape: [3] }],
    [
      "with a mask of an axis",
      [null, mask(Uint8Array.of(0, 1, 1))],
      [2, 3],
      {
        axes: [
          [0, 1],
          [1, 2],
        ],
        shape: [2, 2],
      },
    ],
    [
      "with a mask of everything",
      mask([
        [true, false],
        [false, true],
      ]),
      [2, 2],
      { points: [0, 0, 1, 1], shape: [2] },
    ],
    ["with a mask of nothing", mask([[false], [false]]), [2, 1], { points: [], shape: [0] }],
  ])("%s", (_name, selection, shape, expected) => {
    expect(picked(selection, shape)).toEqual(expected);
  });

  test("with an NdArray of booleans", () => {
    const flags = new NdArray<"bool">(Uint8Array.of(0, 1, 1, 0), [2, 2], toDatatype("bool"));
    expect(resolveSelection(flags, [2, 2])).toMatchObject({ kind: "points", shape: [2] });
  });

  test("a list that is evenly spaced as a range", () => {
    expect(resolveSelection([[1, 4, 7]], [9])).toMatchObject({
      axes: [{ kind: "range", start: 1, step: 3, count: 3 }],
    });
  });
});

describe("resolveSelection refuses, in h5py's words,", () => {
  test.each<[Selection, readonly number[], string, string]>([
    [10, [10], "Index (10) out of range for (0-9)", "OUT_OF_RANGE"],
    [-11, [10], "Index (-11) out of range for (0-9)", "OUT_OF_RANGE"],
    [0, [0], "Index (0) out of range for empty dimension", "OUT_OF_RANGE"],
    [[0, 0, 0], [2, 2], "3 indexing arguments for 2 dimensions", "INVALID_ARGUMENT"],
    [[0], [], "Illegal slicing argument for scalar dataspace", "INVALID_ARGUMENT"],
    [slice(0, 5, -1), [10], "Step must be >= 1 (got -1)", "INVALID_ARGUMENT"],
    [slice(0, 5, 0), [10], "slice step cannot be zero", "INVALID_ARGUMENT"],
    [["...", "..."], [2, 2], "Only one ellipsis may be used.", "INVALID_ARGUMENT"],
    [[[1, 0]], [5], "Indexing elements must be in increasing order", "INVALID_ARGUMENT"],
    [[[1, 1]], [5], "Indexing elements must be in increasing order", "INVALID_ARGUMENT"],
    [[[-1, 0]], [5], "Indexing elements must be in increasing order", "INVALID_ARGUMENT"],
    [[[0, 10]], [10], "Fancy indexing out of range for (0-9)", "OUT_OF_RANGE"],
    [
      [
        [0, 1],
        [0, 1],
      ],
      [5, 5],
      "Only one indexing vector or array is currently allowed for fancy indexing",
      "INVALID_ARGUMENT",
    ],
    [[[true, false]], [5], "Boolean indexing array has incompatible shape", "INVALID_ARGUMENT"],
    [mask([[true]]), [2, 2], "Boolean indexing array has incompatible shape", "INVALID_ARGUMENT"],
    [1.5, [5], "Selection can't process 1.5", "INVALID_ARGUMENT"],
    [slice(0.5), [5], "Selection can't process 0.5", "INVALID_ARGUMENT"],
    [[[0.5]], [5], "Selection can't process 0.5", "INVALID_ARGUMENT"],
  ])("%j of (%j): %s", (selection, shape, message, code) => {
    const attempt = (): unknown => resolveSelection(selection, shape);
    expect(attempt).toThrow(expect.objectContaining({ message, code }));
  });
});
