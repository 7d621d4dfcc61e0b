import type { Datatype } from "@hdfive/format";

/** Names of datatypes that need no parameters, as numpy spells them; `string` is the variable-length UTF-8 string. */
export type DtypeName =
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float16"
  | "bfloat16"
  | "float8_e4m3"
  | "float8_e5m2"
  | "float32"
  | "float64"
  | "bool"
  | "complex64"
  | "complex128"
  | "string"
  | "reference"
  | "regionReference";

type Order = "" | "<" | ">" | "=" | "|";

/** A numpy type code such as `<i4`, `>f8`, `|b1` or `S10`: byte order, kind, size in bytes. */
export type DtypeCode =
  | `${Order}${"i1" | "i2" | "i4" | "i8" | "u1" | "u2" | "u4" | "u8"}`
  | `${Order}${"f2" | "f4" | "f8" | "c8" | "c16" | "b1"}`
  | `${"" | "|"}${"S" | "V"}${number}`;

/** What a caller may give as a datatype: a name, a numpy type code, any other string (checked at run time), or a whole `Datatype`. */
export type DtypeLike = DtypeName | DtypeCode | (string & Record<never, never>) | Datatype;
