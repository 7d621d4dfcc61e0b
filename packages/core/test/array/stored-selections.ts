import type { DataspaceSelection } from "@hdfive/format";
import fc from "fast-check";
import { rowMajorStrides } from "../../src/array/index.ts";

/** Selections as files store them, inside a shape without empty axes. */
export function storedSelectionOf(shape: readonly number[]): fc.Arbitrary<DataspaceSelection> {
  const rank = shape.length;
  const index = shape.map((extent) => fc.nat({ max: extent - 1 }));
  const point = fc.tuple(...index);
  const block = fc.tuple(...index.map((at) => fc.tuple(at, at)));
  const axis = (extent: number): fc.Arbitrary<readonly [number, number, number | null, number | null]> =>
    fc
      .record({
        start: fc.nat({ max: extent - 1 }),
        block: fc.integer({ min: 1, max: 3 }),
        gap: fc.nat({ max: 3 }),
        count: fc.integer({ min: 0, max: 4 }),
        unlimited: fc.integer({ min: 0, max: 9 }),
      })
      .map(({ start, block: wanted, gap, count: blocks, unlimited }) => {
        const side = Math.min(wanted, extent - start);
        const stride = side + gap;
        if (unlimited === 0) {
          return [start, stride, null, side] as const;
        }
        if (unlimited === 1) {
          return [start, 1, 1, null] as const;
        }
        return [start, stride, Math.min(blocks, Math.floor((extent - start - side) / stride) + 1), side] as const;
      });
  return fc.oneof(
    fc.constantFrom<DataspaceSelection>({ kind: "all" }, { kind: "none" }),
    fc.array(point, { maxLength: 12 }).map((found): DataspaceSelection => {
      return { kind: "points", rank, coordinates: Float64Array.from(found.flat()) };
    }),
    fc.tuple(...shape.map(axis)).map((axes): DataspaceSelection => {
      return {
        kind: "hyperslab",
        start: axes.map(([start]) => start),
        stride: axes.map(([, stride]) => stride),
        count: axes.map(([, , count]) => count),
        block: axes.map(([, , , side]) => side),
      };
    }),
    fc.array(block, { maxLength: 6 }).map((found): DataspaceSelection => {
      const corners = found.flatMap((ends) => [
        ...ends.map(([a, b]) => Math.min(a, b)),
        ...ends.map(([a, b]) => Math.max(a, b)),
      ]);
      return { kind: "blocks", rank, corners: Float64Array.from(corners) };
    }),
  );
}

/** Flat elements that a selection picks, in the order of the result, found by asking every element. */
export function storedModel(selection: DataspaceSelection, shape: readonly number[]): number[] {
  const strides = rowMajorStrides(shape);
  if (selection.kind === "points") {
    const { rank, coordinates } = selection;
    return Array.from({ length: coordinates.length / rank }, (_, point) =>
      strides.reduce((sum, stride, axis) => sum + stride * (coordinates[point * rank + axis] as number), 0),
    );
  }
  const total = shape.reduce((product, extent) => product * extent, 1);
  const elements = Array.from({ length: total }, (_, element) => element);
  return elements.filter((element) => {
    const indices = shape.map((extent, axis) => Math.floor(element / (strides[axis] as number)) % extent);
    return isSelected(selection, indices);
  });
}

function isSelected(selection: DataspaceSelection, indices: readonly number[]): boolean {
  switch (selection.kind) {
    case "all":
      return true;
    case "hyperslab":
      return indices.every((index, axis) => {
        const past = index - (selection.start[axis] as number);
        const stride = selection.stride[axis] as number;
        const side = selection.block[axis] ?? Number.POSITIVE_INFINITY;
        const count = selection.count[axis] ?? Number.POSITIVE_INFINITY;
        if (side === Number.POSITIVE_INFINITY) {
          return past >= 0 && count > 0;
        }
        return past >= 0 && Math.floor(past / stride) < count && past % stride < side;
      });
    case "blocks": {
      const { rank, corners } = selection;
      return Array.from({ length: corners.length / (2 * rank) }).some((_, block) =>
        indices.every(
          (index, axis) =>
            index >= (corners[2 * rank * block + axis] as number) &&
            index <= (corners[2 * rank * block + rank + axis] as number),
        ),
      );
    }
    default:
      return false;
  }
}
