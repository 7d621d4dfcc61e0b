import { type Datatype, HdfiveError, type VariableLengthType } from "@hdfive/format";
import { LITTLE_ENDIAN } from "../numeric-array.js";
import { bfloat16Type, bool, complexType, float8Type, floatType, integerType } from "./atomic-types.js";
import type { DtypeLike } from "./dtype-like.js";

/**
 * The datatype of a name, a numpy code or a whole datatype (which is returned as it is), as h5py writes it:
 * version 1, `bool` as an enumeration, complex numbers as compounds, `string` as variable-length UTF-8.
 *
 * Variable-length and reference types have addresses in them; their sizes are for addresses of 8 bytes, and
 * `withOffsetSize` fits them to a file that has others.
 *
 * @throws HdfiveError `INVALID_ARGUMENT` for a name that is none
 */
export function toDatatype(like: DtypeLike): Datatype {
  if (typeof like !== "string") {
    return like;
  }
  return named(like) ?? coded(like) ?? unknown(like);
}

/** The variable-length string that h5py writes for JavaScript's strings: `19 01 01 00 10000000 …` (IV.A.2.d, class 9). */
export function variableString(charset: "ascii" | "utf-8" = "utf-8"): VariableLengthType {
  return {
    version: 1,
    size: 16,
    class: "variable-length",
    kind: "string",
    padding: "null-terminate",
    charset,
    base: integerType(1, false),
  };
}

function named(name: string): Datatype | null {
  switch (name) {
    case "float16":
      return floatType(2);
    case "bfloat16":
      return bfloat16Type();
    case ">bfloat16":
      return bfloat16Type("BE");
    case "float8_e4m3":
      return float8Type(4);
    case "float8_e5m2":
      return float8Type(5);
    case "float32":
      return floatType(4);
    case "float64":
      return floatType(8);
    case "bool":
    case "?":
      return bool;
    case "complex64":
      return complexType(4);
    case "complex128":
      return complexType(8);
    case "string":
      return variableString();
    case "reference":
      return { version: 1, size: 8, class: "reference", kind: "object", encodingVersion: 0 };
    case "regionReference":
      return { version: 1, size: 12, class: "reference", kind: "region", encodingVersion: 0 };
  }
  const integer = /^(u?)int(8|16|32|64)$/.exec(name);
  return integer === null ? null : integerType(Number(integer[2]) / 8, integer[1] === "");
}

function coded(code: string): Datatype | null {
  const parts = /^([<>=|]?)([iufbcSUV])(\d*)$/.exec(code);
  if (parts === null) {
    return null;
  }
  const size = Number(parts[3]);
  const byteOrder = parts[1] === ">" || (parts[1] === "=" && !LITTLE_ENDIAN) ? "BE" : "LE";
  switch (parts[2]) {
    case "i":
    case "u":
      return size === 1 || size === 2 || size === 4 || size === 8
        ? integerType(size, parts[2] === "i", size === 1 ? "LE" : byteOrder)
        : null;
    case "f":
      return size === 2 || size === 4 || size === 8 ? floatType(size, byteOrder) : null;
    case "c":
      return size === 4 || size === 8 || size === 16 ? complexType((size / 2) as 2 | 4 | 8, byteOrder) : null;
    case "b":
      return size === 1 ? bool : null;
    case "S":
      return size > 0 ? { version: 1, size, class: "string", padding: "null-pad", charset: "ascii" } : null;
    case "V":
      return size > 0 ? { version: 1, size, class: "opaque", tag: "" } : null;
    default:
      throw new HdfiveError(
        "INVALID_ARGUMENT",
        `No conversion path for dtype: "${code}"; use "string" for text of any length or string({ length }) for fixed room`,
      );
  }
}

function unknown(name: string): never {
  const hint =
    name === "S" ? '; say how many bytes, as in "S10"' : '; use a name such as "float32" or a code such as "<i4"';
  throw new HdfiveError("INVALID_ARGUMENT", `"${name}" is no dtype${hint}`);
}
