import type { FormatContext } from "../context.js";
import type { ArrayType } from "../datatype.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import type { DatatypeClass, DatatypeHead, NestedDatatypes } from "./datatype-class.js";

const MAX_RANK = 32;

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
    if (version < 2) {
      throw reader.corrupt(`array datatype in version ${version}`);
    }
    const rank = reader.u8();
    if (rank > MAX_RANK) {
      throw reader.corrupt(`array datatype of ${rank} dimensions where ${MAX_RANK} is the most`);
    }
    if (version === 2) {
      reader.skip(3);
    }
    const dimensions: number[] = [];
    for (let i = 0; i < rank; i++) {
      dimensions.push(reader.u32());
    }
    if (version === 2) {
      // A permutation of the dimensions that nobody ever used.
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
    if (version < 2 || dimensions.length > MAX_RANK) {
      throw writer.invalid(`array datatype of ${dimensions.length} dimensions in version ${version}`);
    }
    writer.u8(dimensions.length);
    if (version === 2) {
      writer.zeros(3);
    }
    for (const dimension of dimensions) {
      writer.u32(dimension);
    }
    if (version === 2) {
      for (let i = 0; i < dimensions.length; i++) {
        writer.u32(i);
      }
    }
    nested.encode(type.base, writer, depth + 1);
  },

  sizeOf(type: ArrayType, nested: NestedDatatypes): number {
    const rank = type.dimensions.length;
    return (type.version === 2 ? 4 + 8 * rank : 1 + 4 * rank) + nested.sizeOf(type.base);
  },
};
