import type {
  BitfieldType,
  ComplexType,
  CompoundMember,
  CompoundType,
  Datatype,
  DatatypeVersion,
  EnumerationType,
  OpaqueType,
  ReferenceType,
  VariableLengthType,
} from "@hdfive/format";
import { HdfiveError } from "@hdfive/format";
import { elementCount } from "../shape.js";
import { integerType } from "./atomic-types.js";
import type { DtypeLike } from "./dtype-like.js";
import { toDatatype, variableString } from "./to-datatype.js";
import { raiseVersion } from "./versions.js";

/** A compound of named fields, packed in the order given: an object of name to dtype, or a list of pairs. */
export function compound(
  fields: Readonly<Record<string, DtypeLike>> | readonly (readonly [string, DtypeLike])[],
): CompoundType {
  const entries = isPairs(fields) ? fields : Object.entries(fields);
  if (entries.length === 0) {
    throw new HdfiveError("INVALID_ARGUMENT", "a compound needs at least one field");
  }
  const names = new Set<string>();
  let version: DatatypeVersion = 1;
  let members: CompoundMember[] = [];
  let byteOffset = 0;
  for (const [name, like] of entries) {
    if (names.has(name)) {
      throw new HdfiveError("INVALID_ARGUMENT", `two fields of a compound are named "${name}"`);
    }
    names.add(name);
    const datatype = toDatatype(like);
    // libhdf5 raises what it has so far when a member needs a newer version, and leaves what comes later alone.
    const needed = datatype.version;
    if (needed > version) {
      version = needed;
      members = members.map((member) => ({ ...member, datatype: raiseVersion(member.datatype, needed) }));
    }
    members.push({ name, byteOffset, dimensions: [], datatype });
    byteOffset += datatype.size;
  }
  return { version, size: byteOffset, class: "compound", members };
}

function isPairs(fields: unknown): fields is readonly (readonly [string, DtypeLike])[] {
  return Array.isArray(fields);
}

/**
 * An enumeration: names and their values, in the order given.
 *
 * Without a base the smallest integer type that holds every value is taken, unsigned when none is negative:
 * `{ RED: 0, GREEN: 1 }` is stored in a `uint8`.
 */
export function enumeration(values: Readonly<Record<string, number | bigint>>, base?: DtypeLike): EnumerationType {
  const entries = Object.entries(values).map(([name, value]): [string, bigint] => [name, integral(name, value)]);
  if (entries.length === 0) {
    throw new HdfiveError("INVALID_ARGUMENT", "an enumeration needs at least one name");
  }
  const type = base === undefined ? smallestInteger(entries.map(([, value]) => value)) : toDatatype(base);
  if (type.class !== "fixed-point" || type.bitOffset !== 0 || type.bitPrecision !== 8 * type.size) {
    throw new HdfiveError("INVALID_ARGUMENT", "the base of an enumeration is an integer type such as 'int32'");
  }
  const members = entries.map(([name, value]) => {
    const stored = type.signed ? BigInt.asIntN(8 * type.size, value) : BigInt.asUintN(8 * type.size, value);
    if (stored !== value) {
      throw new HdfiveError(
        "OUT_OF_RANGE",
        `${value} of ${name} does not fit the enumeration's base of ${type.size} bytes`,
      );
    }
    const bytes = new Uint8Array(type.size);
    for (let i = 0; i < type.size; i++) {
      const at = type.byteOrder === "LE" ? i : type.size - 1 - i;
      bytes[at] = Number((value >> BigInt(8 * i)) & 0xffn);
    }
    return { name, value: bytes };
  });
  return { version: 1, size: type.size, class: "enumeration", base: type, members };
}

function integral(name: string, value: number | bigint): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new HdfiveError("INVALID_ARGUMENT", `the value ${value} of ${name} is no integer`);
  }
  return BigInt(value);
}

function smallestInteger(values: readonly bigint[]): ReturnType<typeof integerType> {
  const signed = values.some((value) => value < 0n);
  const size = [1, 2, 4].find((bytes) =>
    values.every((value) => (signed ? BigInt.asIntN(8 * bytes, value) : BigInt.asUintN(8 * bytes, value)) === value),
  );
  return integerType(size ?? 8, signed);
}

/** A fixed number of elements in each element: `array("float32", [3])`; a read appends the dimensions to the shape. */
export function array(like: DtypeLike, dimensions: readonly number[]): Datatype {
  const base = toDatatype(like);
  const valid = dimensions.every((extent) => Number.isInteger(extent) && extent > 0 && extent < 2 ** 32);
  if (!valid || dimensions.length === 0 || dimensions.length > 32) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `an array datatype has 1 to 32 dimensions of at least 1, not (${dimensions.join(", ")})`,
    );
  }
  const size = elementCount(dimensions) * base.size;
  if (!(size < 2 ** 32)) {
    throw new HdfiveError("OUT_OF_RANGE", `an element of ${size} bytes is larger than the format allows`);
  }
  return { version: base.version === 1 ? 2 : base.version, size, class: "array", dimensions: [...dimensions], base };
}

/** Any number of elements in each element: `vlen("int32")`; a read gives an array of arrays. */
export function vlen(like: DtypeLike): VariableLengthType {
  const base = toDatatype(like);
  return {
    version: base.version,
    size: 16,
    class: "variable-length",
    kind: "sequence",
    padding: "null-terminate",
    charset: "ascii",
    base,
  };
}

/** What `string` takes. */
export interface StringOptions {
  /** Bytes of room, for a string of fixed length; without it strings have any length. */
  readonly length?: number;
  /** Characters that are allowed; UTF-8 when left out. */
  readonly charset?: "ascii" | "utf-8";
  /** How a fixed string fills its room: zero bytes when left out. */
  readonly padding?: "null-terminate" | "null-pad" | "space-pad";
}

/** A string type: of any length, or with `length` of that many bytes. */
export function string(options: StringOptions = {}): Datatype {
  const { length, charset = "utf-8", padding } = options;
  if (length === undefined) {
    return variableString(charset);
  }
  if (!Number.isInteger(length) || length < 1 || length >= 2 ** 32) {
    throw new HdfiveError("INVALID_ARGUMENT", `a fixed string has at least 1 byte, not ${length}`);
  }
  return { version: 1, size: length, class: "string", padding: padding ?? "null-pad", charset };
}

/** `size` bytes that nothing interprets, with a tag that says what they are. */
export function opaque(size: number, tag = ""): OpaqueType {
  return { version: 1, size: positive(size, "opaque bytes"), class: "opaque", tag };
}

/** A bit field of 1, 2, 4 or 8 bytes; a read gives unsigned integers. */
export function bitfield(size: number): BitfieldType {
  const bitPrecision = 8 * positive(size, "a bit field");
  return { version: 1, size, class: "bitfield", byteOrder: "LE", lowPad: 0, highPad: 0, bitOffset: 0, bitPrecision };
}

function positive(size: number, what: string): number {
  if (!Number.isInteger(size) || size < 1 || size >= 2 ** 32) {
    throw new HdfiveError("INVALID_ARGUMENT", `${what} of size ${size}`);
  }
  return size;
}

/** A reference to an object of the same file. */
export function reference(): ReferenceType {
  return { version: 1, size: 8, class: "reference", kind: "object", encodingVersion: 0 };
}

/** A reference to a region of a dataset of the same file. */
export function regionReference(): ReferenceType {
  return { version: 1, size: 12, class: "reference", kind: "region", encodingVersion: 0 };
}

/**
 * A reference of HDF5 1.12 (`H5T_STD_REF`): to an object, a region or an attribute, also of another file. Libraries before
 * 1.12 do not read it.
 */
export function standardReference(): ReferenceType {
  return { version: 4, size: 18, class: "reference", kind: "object-2", encodingVersion: 1 };
}

/**
 * A complex number as HDF5 2.0 has it, a class of its own: `complex("float32")`. Older libraries do not read it; "complex64"
 * and "complex128" are compounds, as in h5py, which every library reads.
 */
export function complex(like: DtypeLike = "float64"): ComplexType {
  const base = toDatatype(like);
  if (base.class !== "floating-point") {
    throw new HdfiveError("INVALID_ARGUMENT", "the parts of a complex number are of a floating-point type");
  }
  return { version: 5, size: 2 * base.size, class: "complex", base: raiseVersion(base, 5) };
}
