import type { FormatContext } from "../context.js";
import type { VariableLengthType } from "../datatype.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import type { DatatypeClass, DatatypeHead, NestedDatatypes } from "./datatype-class.js";
import { decodeStringTraits, encodeStringTraits } from "./string.js";

/** Class 9, variable-length sequences and strings (IV.A.2.d): an element is a count and a global heap ID. */
export const variableLengthClass: DatatypeClass<VariableLengthType> = {
  id: 9,

  decode(
    head: DatatypeHead,
    reader: Reader,
    context: FormatContext,
    nested: NestedDatatypes,
    depth: number,
  ): VariableLengthType {
    const { version, size, bits } = head;
    const kind = bits & 15;
    if (kind > 1) {
      throw reader.corrupt(`variable-length type of kind ${kind}`);
    }
    const expectedSize = 4 + context.offsetSize + 4;
    if (size !== expectedSize) {
      throw reader.corrupt(`variable-length element of ${size} bytes where it takes ${expectedSize}`);
    }
    const traits = decodeStringTraits((bits >> 4) & 15, (bits >> 8) & 15, reader);
    const base = nested.decode(reader, context, depth + 1);
    return { class: "variable-length", version, size, kind: kind === 1 ? "string" : "sequence", ...traits, base };
  },

  bits(type: VariableLengthType): number {
    return (type.kind === "string" ? 1 : 0) | (encodeStringTraits(type) << 4);
  },

  encode(type: VariableLengthType, writer: Writer, nested: NestedDatatypes, depth: number): void {
    nested.encode(type.base, writer, depth + 1);
  },

  sizeOf(type: VariableLengthType, nested: NestedDatatypes): number {
    return nested.sizeOf(type.base);
  },
};
