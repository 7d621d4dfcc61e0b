import type { Datatype } from "@hdfive/format";
import { datatypesEqual } from "./datatypes-equal.js";

/** Whether every value of one datatype has its place in another: numpy's "safe" casting. Equal types always cast. */
export function canCast(from: Datatype, to: Datatype): boolean {
  if (datatypesEqual(from, to)) {
    return true;
  }
  if (from.class === "fixed-point" && to.class === "fixed-point") {
    const bits = to.bitPrecision - from.bitPrecision;
    return from.signed === to.signed ? bits >= 0 : to.signed && bits > 0;
  }
  if (from.class === "fixed-point" && to.class === "floating-point") {
    // As numpy has it: 8 bits fit float16, 16 fit float32, and float64 takes all of the rest.
    return to.size >= 8 || from.size < to.size;
  }
  if (from.class === "floating-point" && to.class === "floating-point") {
    return to.exponentSize >= from.exponentSize && to.mantissaSize >= from.mantissaSize;
  }
  if (from.class === "string" && to.class === "string") {
    return to.size >= from.size;
  }
  return (
    from.class === "variable-length" && to.class === from.class && from.kind === to.kind && canCast(from.base, to.base)
  );
}
