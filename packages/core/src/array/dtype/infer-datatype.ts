import { type Datatype, HdfiveError } from "@hdfive/format";
import { ComplexArray } from "../complex-array.js";
import { describe } from "../describe-value.js";
import { NdArray } from "../ndarray.js";
import { type NumericKind, numericKindOf } from "../numeric-array.js";
import { ObjectReference } from "../object-reference.js";
import { RegionReference } from "../region-reference.js";
import { bool, complexType, floatType, integerType } from "./atomic-types.js";
import { reference, regionReference } from "./builders.js";
import { variableString } from "./to-datatype.js";

/**
 * The datatype that a JavaScript value is stored in when the caller names none, chosen as numpy would; whole
 * numbers that all fit take 32 bits, so that they come back as numbers and not as bigints.
 *
 * | value | datatype |
 * | --- | --- |
 * | typed array | the same numbers |
 * | whole numbers, all within 32 bits | `int32` |
 * | other whole numbers, all safe integers | `int64` |
 * | other numbers, or none | `float64` |
 * | bigint | `int64`, `uint64` when one is too large for it |
 * | boolean | `bool` |
 * | string | variable-length UTF-8 |
 * | `ObjectReference` | object reference |
 * | `RegionReference` | region reference |
 * | `ComplexArray` | `complex64` or `complex128` |
 * | `NdArray` | its own |
 * | nested arrays | by what is in them |
 *
 * @throws HdfiveError `INVALID_ARGUMENT` for `null`, `undefined`, other objects, and mixtures such as text and numbers
 */
export function inferDatatype(value: unknown): Datatype {
  const whole = wholeType(value);
  if (whole !== null) {
    return whole;
  }
  const seen: Seen = { kind: null, typed: null, fractional: false, large: false, wide: false };
  scan(value, seen, 0);
  switch (seen.kind) {
    case "boolean":
      return bool;
    case "string":
      return variableString();
    case "reference":
      return reference();
    case "regionReference":
      return regionReference();
    case "typed":
      return seen.typed as Datatype;
    case "bigint":
      return seen.fractional ? floatType(8) : integerType(8, !seen.large);
    case "number":
      return seen.fractional ? floatType(8) : integerType(seen.wide ? 8 : 4, true);
    case null:
      return floatType(8);
  }
}

/** The integer or float type of a kind of typed array. */
export function numericType(kind: NumericKind): Datatype {
  const size = Number(kind.slice(1)) / 8;
  return kind.startsWith("f") ? floatType(size as 4 | 8) : integerType(size, kind.startsWith("i"));
}

interface Seen {
  kind: "boolean" | "number" | "bigint" | "string" | "reference" | "regionReference" | "typed" | null;
  typed: Datatype | null;
  fractional: boolean;
  /** A bigint that only an unsigned integer holds. */
  large: boolean;
  /** A number past 32 bits. */
  wide: boolean;
}

/** Type of a value that is an array in itself. */
function wholeType(value: unknown): Datatype | null {
  if (value instanceof NdArray) {
    return value.datatype;
  }
  if (value instanceof ComplexArray) {
    return complexType(value.data instanceof Float32Array ? 4 : 8);
  }
  const kind = numericKindOf(value);
  if (kind !== null) {
    return numericType(kind);
  }
  return Object.prototype.toString.call(value) === "[object Float16Array]" ? floatType(2) : null;
}

function scan(value: unknown, seen: Seen, depth: number): void {
  if (Array.isArray(value)) {
    if (depth >= 32) {
      throw new HdfiveError("INVALID_ARGUMENT", "Dimensionality is too large (arrays nested more than 32 deep)");
    }
    for (const item of value) {
      scan(item, seen, depth + 1);
    }
    return;
  }
  const typed = wholeType(value);
  if (typed !== null) {
    merge(seen, "typed");
    seen.typed ??= typed;
    return;
  }
  switch (typeof value) {
    case "boolean":
    case "string":
      merge(seen, typeof value as "boolean" | "string");
      return;
    case "number":
      merge(seen, "number");
      seen.fractional ||= !Number.isSafeInteger(value);
      seen.wide ||= value !== (value | 0);
      return;
    case "bigint":
      merge(seen, "bigint");
      seen.large ||= value >= 2n ** 63n;
      return;
  }
  if (value instanceof ObjectReference) {
    merge(seen, "reference");
    return;
  }
  if (value instanceof RegionReference) {
    merge(seen, "regionReference");
    return;
  }
  throw new HdfiveError("INVALID_ARGUMENT", `${describe(value)} has no HDF5 equivalent; name a dtype that can hold it`);
}

/** Numbers beside booleans or bigints become the wider of the two, as in numpy; nothing else mixes. */
function merge(seen: Seen, kind: NonNullable<Seen["kind"]>): void {
  if (seen.kind === null || seen.kind === kind) {
    seen.kind = kind;
    return;
  }
  const order = ["boolean", "number", "bigint"];
  const before = order.indexOf(seen.kind);
  const now = order.indexOf(kind);
  if (before < 0 || now < 0) {
    throw new HdfiveError("INVALID_ARGUMENT", `${seen.kind} and ${kind} values in one array have no HDF5 equivalent`);
  }
  seen.kind = before > now ? seen.kind : kind;
}
