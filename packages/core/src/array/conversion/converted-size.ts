import type { Datatype } from "@hdfive/format";
import { memberType } from "../dtype/datatypes-equal.js";
import { elementCount } from "../shape.js";

/** Bytes of memory, at least, of a value that is an object. */
const SLOT_BYTES = 8;

/**
 * Bytes that an element of a datatype takes in memory, about: for compounds those of the fields they have, not of the
 * gaps between them, so that one field of a wide record is not taken for the record.
 */
export function convertedSize(datatype: Datatype): number {
  switch (datatype.class) {
    case "compound":
      return datatype.members.reduce((sum, member) => sum + convertedSize(memberType(member)), 0);
    case "array":
      return elementCount(datatype.dimensions) * convertedSize(datatype.base);
    case "fixed-point":
    case "floating-point":
    case "bitfield":
    case "enumeration":
    case "complex":
      return datatype.size;
    default:
      return Math.max(SLOT_BYTES, datatype.size);
  }
}
