import type { Datatype } from "@hdfive/format";
import { memberType } from "../dtype/datatypes-equal.js";
import { elementCount } from "../shape.js";

/** Bytes of memory that a value takes which is an object, besides what it holds: a text, a view on bytes, a large integer. */
const OBJECT_BYTES = 64;
const TEXT_BYTES = 24;
const NUMBER_BYTES = 8;

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
      return datatype.size <= NUMBER_BYTES ? datatype.size : OBJECT_BYTES;
    case "floating-point":
    case "bitfield":
    case "enumeration":
    case "complex":
      return datatype.size;
    case "string":
      return TEXT_BYTES + datatype.size;
    default:
      return OBJECT_BYTES + datatype.size;
  }
}
