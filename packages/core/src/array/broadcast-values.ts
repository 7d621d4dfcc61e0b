import type { Datatype } from "@hdfive/format";
import { broadcastIndices, fillsOnce } from "./broadcast.js";
import { ComplexArray } from "./complex-array.js";
import { type Column, CompoundArray, type MemoryArray, type UserArray } from "./ndarray.js";
import { elementCount } from "./shape.js";
import { flattenTo } from "./user-array.js";

/**
 * A user's value as flat elements that fill a shape, by numpy's rule of broadcasting. What fits as it is, is not copied.
 *
 * @throws HdfiveError `SHAPE_MISMATCH`, "Can't broadcast (9) -> (10)"
 */
export function valuesFor(value: unknown, datatype: Datatype, shape: readonly number[]): UserArray {
  const flat = flattenTo(value, datatype);
  if (fillsOnce(flat.shape, shape)) {
    return flat.data;
  }
  const inner = elementCount(flat.shape) === 0 ? 1 : flat.data.length / elementCount(flat.shape);
  return take(flat.data, broadcastIndices(flat.shape, shape), inner);
}

/** The elements at these indices, each of `inner` values. */
function take(data: UserArray, indices: Float64Array, inner: number): UserArray {
  if (data instanceof CompoundArray) {
    const columns = data.columns.map((column): Column => {
      const width = elementCount(column.innerShape) * inner;
      return { ...column, data: take(column.data, indices, width) as MemoryArray };
    });
    return new CompoundArray(indices.length * inner, columns);
  }
  if (data instanceof ComplexArray) {
    return new ComplexArray(take(data.data, indices, 2 * inner) as Float32Array | Float64Array);
  }
  const picked = emptyLike(data, indices.length * inner);
  for (let i = 0; i < indices.length; i++) {
    const from = (indices[i] as number) * inner;
    for (let j = 0; j < inner; j++) {
      picked[i * inner + j] = data[from + j];
    }
  }
  return picked as UserArray;
}

/** Room for elements of the same kind of array. */
function emptyLike(data: readonly unknown[] | ArrayLike<unknown>, length: number): { [index: number]: unknown } {
  const isTyped = ArrayBuffer.isView(data);
  const make = data.constructor as new (length: number) => { [index: number]: unknown };
  return isTyped ? new make(length) : new Array<unknown>(length);
}
