import type { FormatContext } from "../context.js";
import type { ComplexType } from "../datatype.js";
import { UnsupportedError } from "../errors.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import type { DatatypeClass, DatatypeHead, NestedDatatypes } from "./datatype-class.js";

const HOMOGENEOUS = 1;

/** Class 11, complex numbers (IV.A.2.d of specification 4.0): two numbers of a floating-point type. */
export const complexClass: DatatypeClass<ComplexType> = {
  id: 11,

  decode(
    head: DatatypeHead,
    reader: Reader,
    context: FormatContext,
    nested: NestedDatatypes,
    depth: number,
  ): ComplexType {
    const { version, size, bits } = head;
    if (version < 5) {
      throw reader.corrupt(`complex datatype in version ${version}`);
    }
    if ((bits & 7) !== HOMOGENEOUS) {
      throw new UnsupportedError("complex datatype", "only two equal parts in rectangular form are handled", {
        address: reader.address,
      });
    }
    const base = nested.decode(reader, context, depth + 1);
    if (base.class !== "floating-point" || size !== 2 * base.size) {
      throw reader.corrupt(`complex number of ${size} bytes on a ${base.class} type of ${base.size}`);
    }
    return { class: "complex", version, size, base };
  },

  bits(): number {
    return HOMOGENEOUS;
  },

  encode(type: ComplexType, writer: Writer, nested: NestedDatatypes, depth: number): void {
    if (type.version < 5) {
      throw writer.invalid(`complex datatype in version ${type.version}`);
    }
    nested.encode(type.base, writer, depth + 1);
  },

  sizeOf(type: ComplexType, nested: NestedDatatypes): number {
    return nested.sizeOf(type.base);
  },
};
