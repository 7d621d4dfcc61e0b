import { HdfiveError } from "@hdfive/format";
import { DEFAULT_LIMITS, type Limits } from "./file-state.js";

/**
 * All limits: those given, and the safe ones where none is. `Infinity` takes a limit away.
 *
 * @throws HdfiveError `INVALID_ARGUMENT` for what is no number to compare with, which would be no limit at all
 */
export function limitsOf(given: { readonly [Name in keyof Limits]?: number | undefined } = {}): Limits {
  const limits: { -readonly [Name in keyof Limits]: number } = { ...DEFAULT_LIMITS };
  for (const name of Object.keys(DEFAULT_LIMITS) as (keyof Limits)[]) {
    const limit = given[name] ?? limits[name];
    if (typeof limit !== "number" || !(limit >= 0)) {
      throw new HdfiveError("INVALID_ARGUMENT", `The limit ${name} must be a number from 0 on, not ${String(limit)}`);
    }
    limits[name] = limit;
  }
  return limits;
}
