import { HdfiveError } from "@hdfive/format";

/** Number of elements of a shape, 1 for a scalar; throws `LIMIT` past 2^53, where counting stops being exact. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  let product = 1;
  for (const extent of shape) {
    count *= extent;
    // An extent of zero must not hide a shape that would overflow without it.
    product *= extent === 0 ? 1 : extent;
  }
  if (!Number.isSafeInteger(product)) {
    throw new HdfiveError("LIMIT", `the shape (${shape.join(", ")}) has more than 2^53 elements`);
  }
  return count;
}

/** Elements between neighbours on each axis when the last axis varies fastest. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

/** True when two shapes have the same extents. */
export function shapesEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** A shape as h5py prints it: `(2, 3)`, `(5,)` as `(5)`. */
export function shapeText(shape: readonly number[]): string {
  return `(${shape.join(", ")})`;
}
