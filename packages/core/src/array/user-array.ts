import type { Datatype } from "@hdfive/format";
import type { UserArray } from "./ndarray.js";

/** A user's value, flat, with its shape. */
export interface FlatValues {
  readonly data: UserArray;
  readonly shape: readonly number[];
}

/** on its way */
export function userArray(value: unknown, datatype: Datatype): FlatValues {
  throw new Error(String(value) + datatype.class);
}
