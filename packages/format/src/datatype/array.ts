import type { FormatContext } from "../context.js";
import type { ArrayType } from "../datatype.js";
import { MAX_RANK } from "../messages/dataspace.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import type { DatatypeClass, DatatypeHead, NestedDatatypes } from "./datatype-class.js";

/**
 * Before version 3 reserved bytes and a permutation of the dimensions stand in an array's properties.
 *
 * The specification has arrays from version 2 on, but libhdf5 1.4 wrote them into version 1 as well.
 */
function hasPermutation(version: number): boolean {
  return version < 3;
}

/** Class 10, arrays (IV.A.2.d): dimensions, the slowest first, and the type of the elements. */
export const arrayClass: DatatypeClass<ArrayType> = {
  id: 10,

  decode(
    head: DatatypeHead,
    reader: Reader,
    context: FormatContext,
    nested: NestedDatatypes,
    depth: number,
  ): ArrayType {
    const { version, size } = head;
    const rank = reader.u8();
    if (rank > MAX_RANK) {
      throw reader.corrupt(`array datatype of ${rank} dimensions where ${MAX_RANK} is the most`);
    }
    if (hasPermutation(version)) {
      reader.skip(3);
    }
    const dimensions: number[] = [];
    for (let i = 0; i < rank; i++) {
      dimensions.push(reader.u32());
    }
    if (hasPermutation(version)) {
      // Nothing ever permuted dimensions.
      reader.skip(4 * rank);
    }
    const base = nested.decode(reader, context, depth + 1);
    if (dimensions.reduce((length, dimension) => length * dimension, base.size) !== size) {
      throw reader.corrupt(`array datatype of ${size} bytes with dimensions ${dimensions.join(" x ")} of ${base.size}`);
    }
    return { class: "array", version, size, dimensions, base };
  },

  bits(): number {
    return 0;
  },

  encode(type: ArrayType, writer: Writer, nested: NestedDatatypes, depth: number): void {
    const { version, dimensions } = type;
    if (dimensions.length > MAX_RANK) {
      throw writer.invalid(`array datatype of ${dimensions.length} dimensions where ${MAX_RANK} is the most`);
    }
    writer.u8(dimensions.length);
    if (hasPermutation(version)) {
      writer.zeros(3);
    }
    for (const dimension of dimensions) {
      writer.u32(dimension);
    }
    if (hasPermutation(version)) {
      for (let i = 0; i < dimensions.length; i++) {
        writer.u32(i);
      }
    }
    nested.encode(type.base, writer, depth + 1);
  },

  sizeOf(type: ArrayType, nested: NestedDatatypes): number {
    const rank = type.dimensions.length;
    return (hasPermutation(type.version) ? 4 + 8 * rank : 1 + 4 * rank) + nested.sizeOf(type.base);
  },
};
