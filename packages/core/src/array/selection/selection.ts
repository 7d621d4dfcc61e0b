import { type DataspaceSelection, HdfiveError } from "@hdfive/format";
import type { RegionReference } from "../region-reference.js";
import { elementCount } from "../shape.js";
import type { SpanLevel } from "./span-tree.js";

/** Every `step`-th element from `start` up to, not including, `stop`; `null` leaves an end open. */
export interface Slice {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number | null;
}

/** Booleans that pick elements: one per index of an axis, or one per element of the whole array. */
export interface Mask {
  readonly values: Uint8Array;
  readonly shape: readonly number[];
}

/** Picks on one axis: an integer (drops the axis, negative from the end), a slice, increasing indices, a mask. */
export type Index =
  | number
  | Slice
  | Mask
  | readonly number[]
  | readonly boolean[]
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float64Array;

/**
 * What part of an array: `null` is all of it; one index stands for the first axis; a list has an index per axis, where
 * `null` takes the whole axis, `"..."` as many whole axes as are missing, and axes left out at the end are taken whole.
 * A mask of the array's own shape picks single elements.
 *
 * A list at the top is always one index per axis: `[1, 2]` is row 1, column 2, and rows 1 and 2 are `[[1, 2]]`.
 *
 * Selections as files store them are taken as well: `points`, `hyperslab` and `blocks` make such, region references hold
 * one. Points come in their own order and blocks in row-major order, with a shape of one axis unless they are the product
 * of a choice on each axis.
 */
export type Selection =
  | null
  | number
  | Slice
  | Mask
  | readonly (Index | null | "...")[]
  | DataspaceSelection
  | RegionReference;

/** A selection on one axis that is sure to lie inside the array. `drop` axes hold one index and leave the result's shape. */
export type AxisSelection =
  | {
      readonly kind: "range";
      readonly start: number;
      readonly step: number;
      readonly count: number;
      readonly drop: boolean;
    }
  | { readonly kind: "list"; readonly indices: Float64Array | readonly number[]; readonly drop: false }
  | {
      /** Blocks of `block` elements, one every `stride`; the last may be cut off by the `count` of elements. */
      readonly kind: "blocks";
      readonly start: number;
      readonly stride: number;
      readonly block: number;
      readonly count: number;
      readonly drop: false;
    };

/** A selection that was checked against a shape. */
export type ResolvedSelection =
  | {
      readonly kind: "axes";
      readonly axes: readonly AxisSelection[];
      /** Shape of the result, dropped axes gone. */
      readonly shape: readonly number[];
      /** Elements picked on each axis, dropped axes included; has the same elements as `shape`. */
      readonly countShape: readonly number[];
    }
  | {
      readonly kind: "points";
      /** Indices of the points, one group of `rank` after the other. */
      readonly coordinates: Float64Array;
      /** The number of points, as a shape. */
      readonly shape: readonly [number];
    }
  | {
      /** Elements in row-major order, wherever they are. */
      readonly kind: "spans";
      readonly spans: SpanLevel;
      /** The number of elements, or that on each axis where they are a product. */
      readonly shape: readonly number[];
    };

/** The elements from `start` up to, not including, `stop`, every `step`-th; negative ends count from the end, `null` leaves one open. */
export function slice(start: number | null = null, stop: number | null = null, step: number | null = null): Slice {
  return { start, stop, step };
}

/**
 * A boolean mask: for one axis when it has one dimension, for single elements when it has the array's shape.
 *
 * A `Uint8Array` of zeros and ones needs this to be told from a list of indices. Nested arrays give their own shape.
 */
export function mask(values: ArrayLike<number | boolean> | readonly unknown[], shape?: readonly number[]): Mask {
  const flat: number[] = [];
  const found = flatten(values, flat, 0);
  const wanted = shape ?? found;
  if (elementCount(wanted) !== flat.length) {
    throw new HdfiveError("INVALID_ARGUMENT", "Boolean indexing array has incompatible shape");
  }
  return { values: Uint8Array.from(flat), shape: [...wanted] };
}

function flatten(values: unknown, into: number[], depth: number): number[] {
  if (typeof values === "boolean" || typeof values === "number") {
    into.push(values ? 1 : 0);
    return [];
  }
  if (values === null || typeof values !== "object" || !("length" in values) || typeof values.length !== "number") {
    throw new HdfiveError("INVALID_ARGUMENT", `Selection can't process ${String(values)} in a mask`);
  }
  const items = values as ArrayLike<unknown>;
  let inner: number[] | null = null;
  for (let i = 0; i < items.length; i++) {
    const shape = flatten(items[i], into, depth + 1);
    if (inner !== null && inner.join() !== shape.join()) {
      throw new HdfiveError("INVALID_ARGUMENT", "Boolean indexing array has incompatible shape");
    }
    inner = shape;
  }
  return [items.length, ...(inner ?? [])];
}
