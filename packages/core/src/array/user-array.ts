import { type Datatype, HdfiveError } from "@hdfive/format";
import { ComplexArray } from "./complex-array.js";
import { CompoundArray, NdArray, type UserArray } from "./ndarray.js";
import { elementCount, shapeText } from "./shape.js";

/** A user's value, flat in row-major order, with its shape. */
export interface FlatValues {
  readonly data: UserArray;
  /** Shape in elements of the datatype: dimensions of an array datatype are not in it. */
  readonly shape: readonly number[];
}

/**
 * Takes a user's value apart into flat data and a shape, as elements of a datatype.
 *
 * Typed arrays, `NdArray`s and columns are shared, not copied; nested arrays are flattened and have to be regular. The
 * innermost arrays are the elements where the datatype is a variable-length sequence, and its own dimensions where it
 * is an array datatype.
 *
 * Flat memory of an array datatype, as `decode` fills it, is taken for as many elements as it holds.
 *
 * @param rank axes of the result when they are known, which tells an empty sequence from no sequences
 * @throws HdfiveError `SHAPE_MISMATCH` for nested arrays of unequal length
 */
export function flattenTo(value: unknown, datatype: Datatype, rank?: number): FlatValues {
  const inner: number[] = [];
  let element = datatype;
  while (element.class === "array") {
    inner.push(...element.dimensions);
    element = element.base;
  }
  if (rank === 1 && isList(value, element) && value.length === 0) {
    return { data: [], shape: [0] };
  }
  const whole = wholeArray(value, element);
  const { data, shape } = whole ?? nested(value, element, rank === undefined ? null : rank + inner.length);
  const outer = shape.length - inner.length;
  const fits = outer >= (rank ?? 0) && inner.every((extent, axis) => extent === shape[outer + axis]);
  if (fits) {
    return { data, shape: shape.slice(0, outer) };
  }
  const [length = 0] = shape;
  if (shape.length === 1 && (whole !== null || rank === 1) && length % elementCount(inner) === 0) {
    return { data, shape: [length / elementCount(inner)] };
  }
  throw new HdfiveError(
    "SHAPE_MISMATCH",
    `Array dtype shape ${shapeText(inner)} is incompatible with data shape ${shapeText(shape)}`,
  );
}

/** Arrays inside one element: sequences of sequences have two. */
function sequenceDepth(datatype: Datatype): number {
  if (datatype.class === "array") {
    return datatype.dimensions.length + sequenceDepth(datatype.base);
  }
  return datatype.class === "variable-length" && datatype.kind === "sequence" ? 1 + sequenceDepth(datatype.base) : 0;
}

/** Values that are flat already. */
function wholeArray(value: unknown, element: Datatype): FlatValues | null {
  if (value instanceof NdArray) {
    const data: UserArray = value.data;
    return { data, shape: value.shape };
  }
  if (value instanceof ComplexArray || value instanceof CompoundArray) {
    return { data: value, shape: [value.length] };
  }
  if (!ArrayBuffer.isView(value) || value instanceof DataView) {
    return null;
  }
  if ((element.class === "opaque" || element.class === "time") && value instanceof Uint8Array) {
    return packedBytes(value, element.size);
  }
  if (element.class === "variable-length" && element.kind === "sequence") {
    return { data: [value], shape: [] };
  }
  const numbers = value as ArrayBufferView & UserArray;
  return { data: numbers, shape: [numbers.length] };
}

function packedBytes(bytes: Uint8Array, size: number): FlatValues {
  if (bytes.length === size) {
    return { data: [bytes], shape: [] };
  }
  if (bytes.length % size !== 0) {
    throw new HdfiveError("SHAPE_MISMATCH", `${bytes.length} bytes are no whole number of elements of ${size} bytes`);
  }
  return { data: bytes, shape: [bytes.length / size] };
}

function nested(value: unknown, element: Datatype, expected: number | null): FlatValues {
  const leafDepth = sequenceDepth(element);
  const found = depthOf(value, element) - leafDepth;
  // Flat memory has one axis where the elements are arrays themselves.
  const rank = expected === null ? found : expected > 1 && found <= 1 ? 1 : expected;
  if (rank < 0) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      "an element of a variable-length sequence is an array; this value is none",
    );
  }
  const shape: number[] = [];
  for (let axis = 0, first: unknown = value; axis < rank; axis++) {
    const length: number = isList(first, element) ? first.length : 0;
    shape.push(length);
    first = isList(first, element) ? first[0] : undefined;
  }
  if (rank === 1 && Array.isArray(value) && !value.some((item) => isList(item, element) && leafDepth === 0)) {
    return { data: value, shape };
  }
  const data: unknown[] = [];
  flatten(value, shape, 0, data, element);
  return { data, shape };
}

function flatten(value: unknown, shape: readonly number[], axis: number, data: unknown[], element: Datatype): void {
  if (axis === shape.length) {
    // A list where the first branch had an element is as ragged as the other way round.
    if (sequenceDepth(element) === 0 && isList(value, element)) {
      throw ragged();
    }
    data.push(value);
    return;
  }
  if (!isList(value, element) || value.length !== shape[axis]) {
    throw ragged();
  }
  for (let i = 0; i < value.length; i++) {
    flatten(value[i], shape, axis + 1, data, element);
  }
}

/** Levels of arrays, along the deepest branch. */
function depthOf(value: unknown, element: Datatype, level = 0): number {
  if (level > 64) {
    throw new HdfiveError("INVALID_ARGUMENT", "Dimensionality is too large (arrays nested more than 64 deep)");
  }
  if (!isList(value, element)) {
    return 0;
  }
  let deepest = 0;
  if (Array.isArray(value)) {
    for (const item of value) {
      deepest = Math.max(deepest, depthOf(item, element, level + 1));
    }
  }
  return deepest + 1;
}

/** Lists of nothing, however deep. */
function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isEmpty) : ArrayBuffer.isView(value) && value.byteLength === 0;
}

/** Arrays and typed arrays, except the bytes of one opaque element. */
function isList(value: unknown, element: Datatype): value is ArrayLike<unknown> {
  const bytes = (element.class === "opaque" || element.class === "time") && value instanceof Uint8Array;
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView) && !bytes);
}

function ragged(): HdfiveError {
  return new HdfiveError(
    "SHAPE_MISMATCH",
    "nested arrays of unequal length (the array has an inhomogeneous shape); use vlen() for rows of different lengths",
  );
}

/**
 * A user's value as flat data and shape, checked to fill a shape when one is given.
 *
 * @param mismatch what is said when it does not
 * @throws HdfiveError `SHAPE_MISMATCH`
 */
export function userArray(
  value: unknown,
  datatype: Datatype,
  shape?: readonly number[],
  mismatch = "Shape tuple is incompatible with data",
): FlatValues {
  // Without a shape an empty list is an empty sequence, or nothing of an array's dimensions.
  if (shape !== undefined && elementCount(shape) === 0 && isEmpty(value)) {
    return { data: [], shape };
  }
  const flat = flattenTo(value, datatype);
  if (shape === undefined) {
    return flat;
  }
  if (elementCount(shape) !== elementCount(flat.shape)) {
    throw new HdfiveError("SHAPE_MISMATCH", mismatch);
  }
  return { data: flat.data, shape };
}
