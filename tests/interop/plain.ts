import {
  type Complex,
  ComplexArray,
  CompoundArray,
  type Datatype,
  type MemoryArray,
  type NdArray,
  ObjectReference,
} from "@hdfive/core";

/** A value as JSON, as `plain` in describe.py writes it. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain };

/** The path of the object at an address. */
export type PathOf = (address: number) => string;

/** All values of an array, nested by its shape. */
export function plainArray(array: NdArray, pathOf: PathOf): Plain {
  return nested(array.toNested(), array.shape.length, array.datatype, pathOf);
}

/** One number as JSON: what JSON has no number for is text. */
export function plainNumber(value: number | bigint): number | string {
  if (typeof value === "bigint") {
    const small = value < 2n ** 53n && value > -(2n ** 53n);
    return small ? Number(value) : value.toString();
  }
  if (Number.isFinite(value)) {
    return Object.is(value, -0) ? "-0" : value;
  }
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/** One element as JSON; the datatype tells bytes from numbers. */
export function plainValue(value: unknown, datatype: Datatype, pathOf: PathOf): Plain {
  switch (typeof value) {
    case "boolean":
    case "string":
      return value;
    case "number":
    case "bigint":
      // Sequences of booleans are memory, where they are bytes.
      return datatype.class === "enumeration" && datatype.members[0]?.name === "FALSE"
        ? value !== 0
        : plainNumber(value);
  }
  if (value === null || value === undefined) {
    return null;
  }
  if (value instanceof ObjectReference) {
    return { ref: value.isNull ? null : pathOf(value.address) };
  }
  switch (datatype.class) {
    case "opaque":
      return { hex: Buffer.from(value as Uint8Array).toString("hex") };
    case "array":
      return nested(value, datatype.dimensions.length, datatype.base, pathOf);
    case "variable-length":
      return elements(value as MemoryArray).map((item) => plainValue(item, datatype.base, pathOf));
    case "compound":
      if (!("real" in (value as object))) {
        const row = value as Readonly<Record<string, unknown>>;
        return Object.fromEntries(
          datatype.members.map(({ name, datatype: type }) => [name, plainValue(row[name], type, pathOf)]),
        );
      }
  }
  const { real, imag } = value as Complex;
  return { real: plainNumber(real), imag: plainNumber(imag) };
}

function nested(value: unknown, depth: number, datatype: Datatype, pathOf: PathOf): Plain {
  if (depth === 0) {
    return plainValue(value, datatype, pathOf);
  }
  return (value as readonly unknown[]).map((item) => nested(item, depth - 1, datatype, pathOf));
}

function elements(data: MemoryArray): unknown[] {
  if (data instanceof CompoundArray) {
    return Array.from({ length: data.length }, (_, index) => data.row(index));
  }
  if (data instanceof ComplexArray) {
    return Array.from({ length: data.length }, (_, index) => data.get(index));
  }
  return Array.from(data as ArrayLike<unknown>);
}
