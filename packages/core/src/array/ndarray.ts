import { type Datatype, HdfiveError } from "@hdfive/format";
import type { AttributeReference } from "./attribute-reference.js";
import { type Complex, ComplexArray } from "./complex-array.js";
import type { DtypeCode, DtypeLike } from "./dtype/dtype-like.js";
import { dtypeName } from "./dtype/dtype-name.js";
import type { NumericArray } from "./numeric-array.js";
import type { ObjectReference } from "./object-reference.js";
import type { RegionReference } from "./region-reference.js";
import { elementCount, rowMajorStrides } from "./shape.js";

/** What a read gives: one array for all elements, its kind chosen by the datatype; `bigint[]` is for integers of more than 64 bits. */
export type MemoryArray =
  | NumericArray
  | bigint[]
  | string[]
  | Uint8Array[]
  | ObjectReference[]
  | RegionReference[]
  | (ObjectReference | RegionReference | AttributeReference)[]
  | MemoryArray[]
  | ComplexArray
  | CompoundArray;

/** What a write takes, already flat: a memory array, or any array of JavaScript values. */
export type UserArray = MemoryArray | readonly unknown[];

/** One element as a JavaScript value. */
export type Scalar =
  | number
  | bigint
  | boolean
  | string
  | Complex
  | Uint8Array
  | ObjectReference
  | RegionReference
  | AttributeReference
  | MemoryArray
  | { readonly [field: string]: unknown };

interface DataByDtype {
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  float16: Float32Array;
  bfloat16: Float32Array;
  float8_e4m3: Float32Array;
  float8_e5m2: Float32Array;
  float32: Float32Array;
  float64: Float64Array;
  bool: Uint8Array;
  complex64: ComplexArray;
  complex128: ComplexArray;
  string: string[];
  raw: Uint8Array[];
  reference: ObjectReference[];
  regionReference: RegionReference[];
  i1: Int8Array;
  i2: Int16Array;
  i4: Int32Array;
  i8: BigInt64Array;
  u1: Uint8Array;
  u2: Uint16Array;
  u4: Uint32Array;
  u8: BigUint64Array;
  f2: Float32Array;
  f4: Float32Array;
  f8: Float64Array;
  c8: ComplexArray;
  c16: ComplexArray;
  b1: Uint8Array;
}

type CodeOf<D> = D extends `${"<" | ">" | "=" | "|"}${infer Code}` ? Code : D;

/** The array type that a read of a dtype gives: `DataOf<"float32">` is `Float32Array`; `MemoryArray` when it is not known. */
export type DataOf<D extends DtypeLike> = D extends keyof DataByDtype
  ? DataByDtype[D]
  : D extends DtypeCode
    ? CodeOf<D> extends keyof DataByDtype
      ? DataByDtype[CodeOf<D>]
      : D extends `${"" | "|"}S${number}`
        ? string[]
        : Uint8Array[]
    : MemoryArray;

/**
 * An array of any rank: flat data in row-major order, with its shape.
 *
 * `stride` counts elements. The datatype is that of the values as stored or as asked for; the data is always in the
 * machine's byte order, whatever the datatype says about the file.
 */
export class NdArray<D extends DtypeLike = DtypeLike> {
  /** Elements in row-major order. */
  readonly data: DataOf<D>;
  /** Extent of each axis; empty for a scalar. */
  readonly shape: readonly number[];
  /** Elements between neighbours on each axis. */
  readonly stride: readonly number[];
  /** Datatype of the elements (of one number, when an array datatype was read: its dimensions are in `shape`). */
  readonly datatype: Datatype;
  readonly #elements: MemoryArray;
  readonly #isBool: boolean;

  constructor(data: DataOf<D>, shape: readonly number[], datatype: Datatype) {
    this.#elements = data as MemoryArray;
    this.#isBool = dtypeName(datatype) === "bool";
    if (this.#elements.length !== elementCount(shape)) {
      throw new HdfiveError(
        "SHAPE_MISMATCH",
        `${this.#elements.length} elements do not fill the shape (${shape.join(", ")})`,
      );
    }
    this.data = data;
    this.shape = shape;
    this.stride = rowMajorStrides(shape);
    this.datatype = datatype;
  }

  /** Name of the datatype, as numpy spells it. */
  get dtype(): string {
    return dtypeName(this.datatype);
  }

  /** Number of elements. */
  get size(): number {
    return this.#elements.length;
  }

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** The element at an index per axis; negative indices count from the end. */
  get(...indices: readonly number[]): Scalar {
    if (indices.length !== this.shape.length) {
      throw new HdfiveError("INVALID_ARGUMENT", `${indices.length} indices for ${this.shape.length} dimensions`);
    }
    let element = 0;
    for (let axis = 0; axis < indices.length; axis++) {
      const extent = this.shape[axis] as number;
      const given = indices[axis] as number;
      const index = given < 0 ? given + extent : given;
      if (!Number.isInteger(index) || index < 0 || index >= extent) {
        throw new HdfiveError("OUT_OF_RANGE", `Index (${given}) out of range for (0-${extent - 1})`);
      }
      element += index * (this.stride[axis] as number);
    }
    return this.#scalar(element);
  }

  /** The only element; throws when there is not exactly one. Booleans come as `boolean`. */
  item(): Scalar {
    if (this.size !== 1) {
      throw new HdfiveError(
        "SHAPE_MISMATCH",
        `can only convert an array of size 1 to a scalar, this one has ${this.size}`,
      );
    }
    return this.#scalar(0);
  }

  /** Nested JavaScript arrays of elements, or the element itself for a scalar. */
  toNested(): unknown {
    return this.#nested(0, 0);
  }

  /** One field of a compound, as an array of the same shape (with the field's own dimensions after it). */
  field(name: string): NdArray {
    const data = this.#elements;
    if (!(data instanceof CompoundArray)) {
      throw new HdfiveError("INVALID_ARGUMENT", "Field names only allowed for compound types");
    }
    const column = data.field(name);
    return new NdArray(column.data, [...this.shape, ...column.shape.slice(1)], column.datatype);
  }

  #nested(axis: number, element: number): unknown {
    if (axis === this.shape.length) {
      return this.#scalar(element);
    }
    const rows: unknown[] = [];
    for (let i = 0; i < (this.shape[axis] as number); i++) {
      rows.push(this.#nested(axis + 1, element + i * (this.stride[axis] as number)));
    }
    return rows;
  }

  #scalar(element: number): Scalar {
    const value = elementOf(this.#elements, element) as Scalar;
    return this.#isBool && typeof value === "number" ? value !== 0 : value;
  }
}

/** One column of a compound array. */
export interface Column {
  readonly name: string;
  readonly datatype: Datatype;
  /** Dimensions of the field itself, when it is an array datatype. */
  readonly innerShape: readonly number[];
  readonly data: MemoryArray;
}

/** Elements of a compound datatype, kept as columns: one array per field. */
export class CompoundArray {
  /** Number of elements. */
  readonly length: number;
  /** Fields in the order of the datatype. */
  readonly columns: readonly Column[];
  readonly #byName: ReadonlyMap<string, Column>;

  constructor(length: number, columns: readonly Column[]) {
    this.length = length;
    this.columns = columns;
    this.#byName = new Map(columns.map((column) => [column.name, column]));
  }

  /** Names of the fields in the order of the datatype. */
  get names(): readonly string[] {
    return this.columns.map((column) => column.name);
  }

  /** One field of all elements; its shape is the length, then the field's own dimensions. */
  field(name: string): NdArray {
    const column = this.#byName.get(name);
    if (column === undefined) {
      throw new HdfiveError("NOT_FOUND", `Field ${name} does not appear in this type.`);
    }
    return new NdArray(column.data, [this.length, ...column.innerShape], column.datatype);
  }

  /** One element as an object with a property per field; nested compounds are objects, array fields nested arrays. */
  row(index: number): { readonly [field: string]: unknown } {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new HdfiveError("OUT_OF_RANGE", `Index (${index}) out of range for (0-${this.length - 1})`);
    }
    const entries = this.columns.map((column): [string, unknown] => [column.name, cell(column, index)]);
    return Object.fromEntries(entries);
  }
}

function cell(column: Column, index: number): unknown {
  const count = elementCount(column.innerShape);
  return new NdArray(copyElements(column.data, index * count, count), column.innerShape, column.datatype).toNested();
}

/** One element of any memory array as a JavaScript value; `undefined` past the end. */
export function elementOf(data: MemoryArray, index: number): Scalar | undefined {
  if (data instanceof CompoundArray) {
    return data.row(index);
  }
  if (data instanceof ComplexArray) {
    return data.get(index);
  }
  return data[index];
}

/** A copy of `count` elements from an index on, as a memory array of the same kind. */
export function copyElements(data: MemoryArray, from: number, count: number): MemoryArray {
  if (data instanceof CompoundArray) {
    return new CompoundArray(
      count,
      data.columns.map((column): Column => {
        const inner = elementCount(column.innerShape);
        return { ...column, data: copyElements(column.data, from * inner, count * inner) };
      }),
    );
  }
  if (data instanceof ComplexArray) {
    return new ComplexArray(data.data.slice(2 * from, 2 * (from + count)));
  }
  return data.slice(from, from + count) as MemoryArray;
}

/** The bytes of a memory array that is one typed array (complex numbers included), shared; `null` for any other. */
export function bytesOf(data: MemoryArray): Uint8Array | null {
  const typed = data instanceof ComplexArray ? data.data : data;
  return ArrayBuffer.isView(typed) ? new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength) : null;
}
