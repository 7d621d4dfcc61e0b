import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ChunkProjection,
  contiguousBlockShape,
  contiguousRuns,
  cutProjection,
  elementCount,
  fillBytes,
  forEachRun,
  gather,
  hyperslab,
  type Index,
  mask,
  projectChunk,
  projectChunks,
  type ResolvedSelection,
  resolveSelection,
  rowMajorStrides,
  type Selection,
  scatter,
  slice,
  touchedGrid,
} from "../../src/array/index.ts";
import { isStoredSelection } from "../../src/array/selection/resolve-stored.ts";
import { storedModel, storedSelectionOf } from "./stored-selections.ts";

interface Case {
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
  readonly selection: Selection;
}

const indexOf = (extent: number): fc.Arbitrary<Index | null> => {
  const end = fc.option(fc.integer({ min: -extent - 1, max: extent + 1 }), { nil: null });
  const choices: fc.Arbitrary<Index | null>[] = [
    fc.constant(null),
    fc
      .tuple(end, end, fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }))
      .map(([a, b, step]) => slice(a, b, step)),
  ];
  if (extent > 0) {
    choices.push(fc.integer({ min: -extent, max: extent - 1 }));
  }
  return fc.oneof(...choices);
};
const listOf = (extent: number): fc.Arbitrary<Index> =>
  fc.oneof(
    fc.subarray(Array.from({ length: extent }, (_, i) => i)),
    fc.array(fc.boolean(), { minLength: extent, maxLength: extent }).map((values) => mask(values, [extent])),
  );

const cases: fc.Arbitrary<Case> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 5 })), { maxLength: 4 })
  .chain((axes) => {
    const shape = axes.map(([extent]) => extent);
    const chunkShape = axes.map(([, side]) => side);
    const perAxis = fc
      .tuple(...shape.map(indexOf))
      .chain((indices) =>
        shape.length === 0
          ? fc.constant(indices)
          : fc
              .tuple(fc.boolean(), fc.nat(shape.length - 1))
              .chain(([fancy, axis]) =>
                fancy
                  ? listOf(shape[axis] as number).map((list) => indices.map((index, i) => (i === axis ? list : index)))
                  : fc.constant(indices),
              ),
      );
    const count = elementCount(shape);
    const points = fc
      .array(fc.boolean(), { minLength: count, maxLength: count })
      .map((values): Selection => mask(values, shape));
    const plain: fc.Arbitrary<Selection> =
      shape.length > 1 ? fc.oneof({ weight: 4, arbitrary: perAxis }, points) : perAxis;
    const selection: fc.Arbitrary<Selection> =
      shape.length > 0 && !shape.includes(0)
        ? fc.oneof({ weight: 3, arbitrary: plain }, { weight: 2, arbitrary: storedSelectionOf(shape) })
        : plain;
    return selection.map((chosen) => ({ shape, chunkShape, selection: chosen }));
  });

/** Flat dataset elements in the order of the result: the naive model that everything is compared with. */
function modelOf(resolved: ResolvedSelection, shape: readonly number[], selection: Selection): number[] {
  const strides = rowMajorStrides(shape);
  if (isStoredSelection(selection)) {
    return storedModel(selection, shape);
  }
  if (resolved.kind === "spans") {
    throw new Error("only stored selections have no product");
  }
  if (resolved.kind === "points") {
    return Array.from({ length: resolved.shape[0] }, (_, point) =>
      strides.reduce(
        (sum, stride, axis) => sum + stride * (resolved.coordinates[point * shape.length + axis] as number),
        0,
      ),
    );
  }
  let elements = [0];
  resolved.axes.forEach((axis, i) => {
    const indices =
      axis.kind === "range"
        ? Array.from({ length: axis.count }, (_, k) => axis.start + k * axis.step)
        : axis.kind === "list"
          ? Array.from(axis.indices)
          : [];
    elements = elements.flatMap((base) => indices.map((index) => base + index * (strides[i] as number)));
  });
  return elements;
}

/** What each chunk holds: the number of its dataset element plus 1, and 0 in what lies outside the dataset. */
function chunkOf(chunk: readonly number[], shape: readonly number[], chunkShape: readonly number[]): number[] {
  const strides = rowMajorStrides(shape);
  let cells: (number | null)[] = [0];
  chunk.forEach((scaled, axis) => {
    const side = chunkShape[axis] as number;
    cells = cells.flatMap((base) =>
      Array.from({ length: side }, (_, k) => {
        const index = scaled * side + k;
        return base === null || index >= (shape[axis] as number) ? null : base + index * (strides[axis] as number);
      }),
    );
  });
  return cells.map((cell) => (cell === null ? 0 : cell + 1));
}

const outShape = (resolved: ResolvedSelection): readonly number[] =>
  resolved.kind === "axes" ? resolved.countShape : resolved.shape;

/** Elements of `size` bytes that hold numbers, at an odd position of a buffer when `skew` is 1. */
function pack(values: readonly number[], size: number, skew: number): Uint8Array {
  const bytes = new Uint8Array(new ArrayBuffer(values.length * size + skew), skew);
  values.forEach((value, i) => {
    for (let b = 0; b < size; b++) {
      bytes[i * size + b] = (value * 31 + b * 7) & 0xff;
    }
    bytes[i * size] = value & 0xff;
    if (size > 1) {
      bytes[i * size + 1] = value >> 8;
    }
  });
  return bytes;
}

const sizes = fc.constantFrom(1, 2, 3, 4, 6, 8, 12, 16, 40);

describe("projectChunks", () => {
  test("yields every chunk that holds a selected element once, in row-major order, and says which are covered", () => {
    fc.assert(
      fc.property(cases, ({ shape, chunkShape, selection }) => {
        const resolved = resolveSelection(selection, shape);
        const selected = new Set(modelOf(resolved, shape, selection));
        const found = [...projectChunks(resolved, shape, chunkShape)];
        const names = found.map(({ chunk }) => chunk.join());
        const grid = shape.map((extent, axis) => Math.ceil(extent / (chunkShape[axis] as number)));
        let all: number[][] = [[]];
        for (const n of grid) {
          all = all.flatMap((head) => Array.from({ length: n }, (_, i) => [...head, i]));
        }
        const expected = all.filter((chunk) =>
          chunkOf(chunk, shape, chunkShape).some((cell) => cell > 0 && selected.has(cell - 1)),
        );
        expect(names).toEqual(expected.map((chunk) => chunk.join()));
        for (const { chunk, coversWholeChunk } of found) {
          const inside = chunkOf(chunk, shape, chunkShape).filter((cell) => cell > 0);
          const all = inside.every((cell) => selected.has(cell - 1));
          // Points out of order may cover a chunk unnoticed: then it is read for nothing.
          expect(coversWholeChunk).toBe(all && (resolved.kind !== "points" || coversWholeChunk));
        }
      }),
      { numRuns: 400 },
    );
  });

  test("is lazy: the first chunk of an enormous grid comes at once", () => {
    const shape = [2 ** 30, 2 ** 20];
    const resolved = resolveSelection([slice(5, null, 1000), slice(3)], shape);
    const [first] = projectChunks(resolved, shape, [1, 1]);
    expect(first?.chunk).toEqual([5, 3]);
  });

  test("steps over chunks between the steps of a slice", () => {
    const resolved = resolveSelection(slice(0, null, 10), [100]);
    const chunks = [...projectChunks(resolved, [100], [2])].map(({ chunk }) => chunk[0]);
    expect(chunks).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
  });
});

describe("projectChunk", () => {
  test("gives of any chunk of the grid what projectChunks gives, and nothing of the others", () => {
    fc.assert(
      fc.property(cases, ({ shape, chunkShape, selection }) => {
        const resolved = resolveSelection(selection, shape);
        if (resolved.kind !== "axes") {
          return;
        }
        const expected = new Map(
          [...projectChunks(resolved, shape, chunkShape)].map((each) => [each.chunk.join(), each]),
        );
        const box = touchedGrid(resolved, chunkShape);
        expect(box === null).toBe(expected.size === 0);
        expect(box?.chunkCount ?? 0).toBeGreaterThanOrEqual(expected.size);
        let grid: number[][] = [[]];
        for (const [axis, extent] of shape.entries()) {
          const count = Math.ceil(extent / (chunkShape[axis] as number));
          grid = grid.flatMap((head) => Array.from({ length: count }, (_, i) => [...head, i]));
        }
        for (const place of grid.filter(() => expected.size > 0)) {
          const found = projectChunk(resolved, shape, chunkShape, place);
          expect(found).toEqual(expected.get(place.join()) ?? null);
          const isInBox = place.every((at, i) => at >= (box?.first[i] ?? 0) && at <= (box?.last[i] ?? -1));
          expect(found === null || isInBox).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("cutProjection", () => {
  test("gives the same result from stretches of a chunk as from the whole", () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 12 }), ({ shape, chunkShape, selection }, most) => {
        const resolved = resolveSelection(selection, shape);
        const size = 2;
        const whole = new Uint8Array(elementCount(outShape(resolved)) * size);
        const cut = whole.slice();
        for (const projection of projectChunks(resolved, shape, chunkShape)) {
          const bytes = pack(chunkOf(projection.chunk, shape, chunkShape), size, 0);
          scatter(projection, bytes, chunkShape, size, whole, outShape(resolved));
          for (const { start, projection: part, blockShape } of cutProjection(projection, chunkShape, most)) {
            expect(elementCount(blockShape)).toBeLessThanOrEqual(most);
            const stretch = bytes.slice(start * size, (start + most) * size);
            scatter(part, stretch, blockShape, size, cut, outShape(resolved));
          }
        }
        expect(cut).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });
});

describe("scatter", () => {
  test("puts every selected element where the naive model has it, for every element size and alignment", () => {
    fc.assert(
      fc.property(cases, sizes, fc.constantFrom(0, 1, 2), ({ shape, chunkShape, selection }, size, skew) => {
        const resolved = resolveSelection(selection, shape);
        const model = modelOf(resolved, shape, selection).map((element) => element + 1);
        const result = new Uint8Array(new ArrayBuffer(model.length * size + skew), skew);
        for (const projection of projectChunks(resolved, shape, chunkShape)) {
          const bytes = pack(chunkOf(projection.chunk, shape, chunkShape), size, skew);
          scatter(projection, bytes, chunkShape, size, result, outShape(resolved));
        }
        expect(result).toEqual(pack(model, size, skew));
      }),
      { numRuns: 400 },
    );
  });

  test("is undone by gather, which touches nothing else", () => {
    fc.assert(
      fc.property(cases, sizes, fc.constantFrom(0, 1, 2), ({ shape, chunkShape, selection }, size, skew) => {
        const resolved = resolveSelection(selection, shape);
        const model = modelOf(resolved, shape, selection);
        const source = pack(
          model.map((element) => element + 1),
          size,
          skew,
        );
        const selected = new Set(model);
        for (const projection of projectChunks(resolved, shape, chunkShape)) {
          const cells = chunkOf(projection.chunk, shape, chunkShape);
          const bytes = pack(
            cells.map(() => 999),
            size,
            skew,
          );
          gather(projection, bytes, chunkShape, size, source, outShape(resolved));
          const expected = cells.map((cell) => (cell > 0 && selected.has(cell - 1) ? cell : 999));
          expect(bytes).toEqual(pack(expected, size, skew));
        }
      }),
      { numRuns: 400 },
    );
  });
});

test("forEachRun visits every selected element once, side by side on both sides", () => {
  fc.assert(
    fc.property(cases, ({ shape, chunkShape, selection }) => {
      const resolved = resolveSelection(selection, shape);
      const result: number[] = modelOf(resolved, shape, selection).map(() => 0);
      for (const projection of projectChunks(resolved, shape, chunkShape)) {
        const cells = chunkOf(projection.chunk, shape, chunkShape);
        forEachRun(projection, chunkShape, outShape(resolved), (chunkElement, resultElement, count) => {
          for (let i = 0; i < count; i++) {
            expect(result[resultElement + i]).toBe(0);
            result[resultElement + i] = cells[chunkElement + i] as number;
          }
        });
      }
      expect(result).toEqual(modelOf(resolved, shape, selection).map((element) => element + 1));
    }),
    { numRuns: 300 },
  );
});

describe("forEachRun", () => {
  const runs = (projection: ChunkProjection, chunkShape: readonly number[], shape: readonly number[]): number => {
    let count = 0;
    forEachRun(projection, chunkShape, shape, () => count++);
    return count;
  };

  test("takes a chunk that is the whole result in one run", () => {
    const [whole] = projectChunks(resolveSelection(null, [4, 5, 6]), [4, 5, 6], [4, 5, 6]);
    expect(runs(whole as ChunkProjection, [4, 5, 6], [4, 5, 6])).toBe(1);
  });

  test("joins rows when the chunk is as wide as the result", () => {
    const resolved = resolveSelection(slice(1, 3), [8, 5, 6]);
    const [part] = projectChunks(resolved, [8, 5, 6], [4, 5, 6]);
    expect(runs(part as ChunkProjection, [4, 5, 6], [2, 5, 6])).toBe(1);
  });
});

describe("contiguousRuns", () => {
  test("covers the selection in order, with runs that could not be longer", () => {
    fc.assert(
      fc.property(cases, ({ shape, selection }) => {
        const resolved = resolveSelection(selection, shape);
        const runs = [...contiguousRuns(resolved, shape)];
        const elements = runs.flatMap(({ offset, count }) => Array.from({ length: count }, (_, i) => offset + i));
        expect(elements).toEqual(modelOf(resolved, shape, selection));
        let at = 0;
        runs.forEach((run, i) => {
          expect(run.at).toBe(at);
          at += run.count;
          const before = runs[i - 1];
          expect(before === undefined || before.offset + before.count !== run.offset).toBe(true);
        });
      }),
      { numRuns: 400 },
    );
  });

  test("parts blocks where the rows in them are not whole", () => {
    const selection = hyperslab({ start: [0, 0], stride: [3, 1], count: [2, 1], block: [2, 1] });
    const runs = [...contiguousRuns(resolveSelection(selection, [6, 9]), [6, 9])];
    expect(runs.map(({ offset }) => offset)).toEqual([0, 9, 27, 36]);
  });

  test("reads whole rows of a large dataset as one run", () => {
    const shape = [1000, 1000, 10];
    expect([...contiguousRuns(resolveSelection(slice(10, 20), shape), shape)]).toEqual([
      { offset: 100_000, count: 100_000, at: 0 },
    ]);
  });
});

test("contiguousBlockShape cuts a dataset into unbroken stretches that are not larger than asked for", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 200 }),
      (shape, most) => {
        const block = contiguousBlockShape(shape, most);
        expect(elementCount(block)).toBeLessThanOrEqual(most);
        for (const { chunk } of projectChunks(resolveSelection(null, shape), shape, block)) {
          const cells = chunkOf(chunk, shape, block).filter((cell) => cell > 0);
          expect(cells).toEqual(cells.map((_, i) => (cells[0] as number) + i));
        }
      },
    ),
  );
});

test("fillBytes repeats a pattern to the last byte", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.integer({ min: 0, max: 60 }), (pattern, length) => {
      const bytes = new Uint8Array(length).fill(255);
      fillBytes(bytes, pattern);
      expect(Array.from(bytes)).toEqual(Array.from({ length }, (_, i) => pattern[i % pattern.length]));
    }),
  );
});
