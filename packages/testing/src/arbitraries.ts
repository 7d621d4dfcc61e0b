/**
 * Arbitraries of fast-check for tests of HDF5 files: names, shapes, chunks, selections, and dtypes with values.
 *
 * @module @hdfive/testing/arbitraries
 */
import { type DtypeLike, enumeration, type Index, type Selection, slice, vlen } from "@hdfive/core";
import * as fc from "fast-check";

/** Names of objects and attributes: short ASCII ones, long ones, and any characters but "/" and NUL. */
export function names(): fc.Arbitrary<string> {
  const isName = (name: string): boolean => name !== "" && name !== "." && !/[/\0]/.test(name);
  return fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 8 }).filter(isName) },
    { weight: 2, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).filter(isName) },
    { weight: 1, arbitrary: fc.integer({ min: 20, max: 300 }).map((length) => "n".repeat(length)) },
    { weight: 1, arbitrary: fc.constantFrom("..", " ", "a.b", "ä", "-", "0", "__proto__", "constructor") },
  );
}

/** Bounds of shapes. */
export interface ShapeBounds {
  /** Fewest axes; 0, a scalar, by default. */
  readonly minRank?: number | undefined;
  /** Most axes; 4 by default. */
  readonly maxRank?: number | undefined;
  /** Smallest extent of an axis; 0 by default. */
  readonly minExtent?: number | undefined;
  /** Largest extent of an axis; 7 by default. */
  readonly maxExtent?: number | undefined;
}

/** Shapes of datasets, scalars and empty ones among them. */
export function shapes(bounds: ShapeBounds = {}): fc.Arbitrary<number[]> {
  const { minRank = 0, maxRank = 4, minExtent = 0, maxExtent = 7 } = bounds;
  const extents = fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: Math.max(1, minExtent), max: maxExtent }) },
    { weight: 1, arbitrary: fc.integer({ min: minExtent, max: maxExtent }) },
  );
  return fc.array(extents, { minLength: minRank, maxLength: maxRank });
}

/** Shapes of chunks for a shape: of one element, of all elements, and past the edge; never for a scalar. */
export function chunkShapes(shape: readonly number[]): fc.Arbitrary<number[]> {
  return fc.tuple(...shape.map((extent) => fc.integer({ min: 1, max: Math.max(1, extent + 2) })));
}

/** Maximal shapes that a shape can have: itself, more, or no limit on an axis. */
export function maxShapes(shape: readonly number[]): fc.Arbitrary<(number | null)[]> {
  return fc.tuple(
    ...shape.map((extent) =>
      fc.oneof(fc.constant(extent), fc.constant(null), fc.integer({ min: Math.max(1, extent), max: extent + 5 })),
    ),
  );
}

/** Selections of a shape that are in range: everything, indices, slices with steps, at most one list, an ellipsis. */
export function selections(shape: readonly number[]): fc.Arbitrary<Selection> {
  const axes = fc
    .tuple(fc.nat({ max: Math.max(0, shape.length - 1) }), fc.boolean())
    .chain(([listed, hasList]) =>
      fc.tuple(...shape.map((extent, axis) => (hasList && axis === listed ? lists(extent) : plainIndices(extent)))),
    );
  const shortened = fc
    .tuple(axes, fc.nat({ max: shape.length }), fc.boolean())
    .map(([indices, kept, ellipsis]): Selection => {
      const leading = indices.slice(0, kept);
      return ellipsis ? [...leading, "..."] : leading;
    });
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 6, arbitrary: axes },
    { weight: 2, arbitrary: shortened },
  );
}

function plainIndices(extent: number): fc.Arbitrary<Index | null> {
  const bound = fc.integer({ min: -extent - 1, max: extent + 2 });
  const slices = fc
    .tuple(fc.option(bound), fc.option(bound), fc.integer({ min: 1, max: 4 }))
    .map(([start, stop, step]) => slice(start, stop, step));
  const inRange = extent === 0 ? [] : [fc.integer({ min: -extent, max: extent - 1 })];
  return fc.oneof(fc.constant(null), slices, ...inRange);
}

function lists(extent: number): fc.Arbitrary<Index | null> {
  return fc
    .uniqueArray(fc.nat({ max: Math.max(0, extent - 1) }), { maxLength: extent })
    .map((indices) => indices.sort((a, b) => a - b));
}

/** A dtype with values of it: what `createDataset` takes as `dtype` and as flat `data`. */
export interface TypedValues {
  readonly dtype: DtypeLike;
  /** Flat values in row-major order: a typed array, or JavaScript values. */
  readonly data: ArrayLike<unknown>;
}

/** Dtypes with `count` values that they hold exactly. */
export function typedValues(count: number): fc.Arbitrary<TypedValues> {
  const size = { minLength: count, maxLength: count };
  const many = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, size);
  const of = (dtypes: readonly DtypeLike[], data: fc.Arbitrary<ArrayLike<unknown>>): fc.Arbitrary<TypedValues> =>
    fc.record({ dtype: fc.constantFrom(...dtypes), data });
  const ascii = fc.string({ unit: "grapheme-ascii", maxLength: 6 }).filter((text) => !/[\0 ]$|\0/.test(text));
  const text = fc.string({ unit: "grapheme", maxLength: 9 }).filter((value) => !value.includes("\0"));
  return fc.oneof(
    of(["int8"], fc.int8Array(size)),
    of(["uint8", "|u1"], fc.uint8Array(size)),
    of(["int16", ">i2"], fc.int16Array(size)),
    of(["uint16", "<u2"], fc.uint16Array(size)),
    of(["int32", ">i4"], fc.int32Array(size)),
    of(["uint32"], fc.uint32Array(size)),
    of(["int64", ">i8"], fc.bigInt64Array(size)),
    of(["uint64"], fc.bigUint64Array(size)),
    of(["float32", ">f4"], fc.float32Array(size)),
    of(["float64", "<f8", ">f8"], fc.float64Array(size)),
    of(["float16"], many(fc.integer({ min: -2048, max: 2048 }).map((value) => value / 8))),
    of(["bool"], many(fc.boolean())),
    of(["S6"], many(ascii)),
    of(["string"], many(text)),
    of([enumeration({ RED: 0, GREEN: 1, BLUE: 7 })], many(fc.constantFrom(0, 1, 7))),
    of([vlen("int32")], many(fc.int32Array({ maxLength: 5 }))),
  );
}
