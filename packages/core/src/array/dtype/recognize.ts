import type { Datatype } from "@hdfive/format";

/** True for h5py's boolean: an enumeration of one byte whose members are FALSE = 0 and TRUE = 1. */
export function isBooleanType(datatype: Datatype): boolean {
  if (datatype.class !== "enumeration" || datatype.size !== 1 || datatype.members.length !== 2) {
    return false;
  }
  const value = (name: string): number | undefined => datatype.members.find((member) => member.name === name)?.value[0];
  return value("FALSE") === 0 && value("TRUE") === 1;
}

/** The floating-point type of the parts when a compound is h5py's complex number (members `r` and `i`), else `null`. */
export function isComplexType(datatype: Datatype): Datatype | null {
  if (datatype.class === "complex") {
    return datatype.base.class === "floating-point" ? datatype.base : null;
  }
  if (datatype.class !== "compound" || datatype.members.length !== 2) {
    return null;
  }
  const [real, imag] = datatype.members;
  if (real?.name !== "r" || imag?.name !== "i" || real.dimensions.length + imag.dimensions.length !== 0) {
    return null;
  }
  const packed =
    real.byteOffset === 0 && imag.byteOffset === real.datatype.size && datatype.size === 2 * imag.byteOffset;
  return packed && sameFloat(real.datatype, imag.datatype) ? real.datatype : null;
}

function sameFloat(a: Datatype, b: Datatype): boolean {
  return (
    a.class === "floating-point" &&
    b.class === "floating-point" &&
    a.size === b.size &&
    a.byteOrder === b.byteOrder &&
    a.exponentSize === b.exponentSize &&
    a.mantissaSize === b.mantissaSize &&
    a.exponentBias === b.exponentBias &&
    a.normalization === b.normalization
  );
}
