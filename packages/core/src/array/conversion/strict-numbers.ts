import { HdfiveError } from "@hdfive/format";
import { describe } from "../describe-value.js";
import { isBigKind, type NumericArray } from "../numeric-array.js";
import type { NumberTarget } from "./convert-numbers.js";

/** What values of the user's are checked against. */
export interface StrictTarget extends NumberTarget {
  /** Name of the datatype, for errors. */
  readonly name: string;
  /** Values by name, for enumerations. */
  readonly names: ReadonlyMap<string, number | bigint> | null;
}

/**
 * Puts JavaScript numbers, bigints, booleans and names of enumeration members into a typed array.
 *
 * Unlike numbers in a typed array, which are clamped as HDF5 does, a plain number that does not fit is an error, as in
 * numpy. A fraction is dropped for an integer datatype.
 *
 * @throws HdfiveError `OUT_OF_RANGE` for a number that does not fit, `INVALID_ARGUMENT` for what is no number
 */
export function strictNumbers(
  from: ArrayLike<unknown>,
  at: number,
  count: number,
  into: NumericArray,
  target: StrictTarget,
): void {
  const big = isBigKind(target.kind);
  const { limits } = target;
  const min = limits === null ? 0 : Number(limits.min);
  const max = limits === null ? 0 : Number(limits.max);
  for (let i = 0; i < count; i++) {
    let value = from[at + i];
    if (typeof value === "string" && target.names !== null) {
      value = target.names.get(value) ?? value;
    }
    if (typeof value === "boolean" || (target.boolean && typeof value === "number")) {
      value = value ? 1 : 0;
    }
    if (limits === null) {
      into[i] = asFloat(value, target);
    } else if (!big && typeof value === "number") {
      const whole = Math.trunc(value);
      if (!(whole >= min && whole <= max)) {
        throw outOfRange(value, target);
      }
      into[i] = whole;
    } else {
      const whole = asBigint(value, target);
      if (whole < limits.min || whole > limits.max) {
        throw outOfRange(whole, target);
      }
      into[i] = big ? whole : Number(whole);
    }
  }
}

function asFloat(value: unknown, target: StrictTarget): number {
  if (typeof value === "number") {
    return value;
  }
  if (typeof value === "bigint") {
    return Number(value);
  }
  throw noNumber(value, target);
}

function asBigint(value: unknown, target: StrictTarget): bigint {
  if (typeof value === "bigint") {
    return value;
  }
  if (typeof value !== "number") {
    throw noNumber(value, target);
  }
  const whole = Math.trunc(value);
  if (!Number.isFinite(value)) {
    throw outOfRange(value, target);
  }
  if (!Number.isSafeInteger(whole)) {
    throw new HdfiveError(
      "OUT_OF_RANGE",
      `${value} is past 2^53, where numbers are not exact; use a bigint for ${target.name}`,
    );
  }
  return BigInt(whole);
}

function outOfRange(value: number | bigint, target: StrictTarget): HdfiveError {
  return new HdfiveError("OUT_OF_RANGE", `${value} does not fit ${target.name}`);
}

function noNumber(value: unknown, target: StrictTarget): HdfiveError {
  const known = target.names === null ? "" : `; it knows ${[...target.names.keys()].slice(0, 10).join(", ")}`;
  const what = typeof value === "string" ? `"${value}"` : describe(value);
  return new HdfiveError("INVALID_ARGUMENT", `${what} is no value of ${target.name}${known}`);
}
