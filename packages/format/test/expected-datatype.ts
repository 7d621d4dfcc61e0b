import type { Datatype, EnumerationMember } from "../src/datatype.js";

const PADDINGS = { "null-terminate": "nullterm", "null-pad": "nullpad", "space-pad": "spacepad" } as const;
const NORMALIZATIONS = { none: "none", "msb-set": "msbset", implied: "implied" } as const;
const CHARSETS = { ascii: "ascii", "utf-8": "utf8" } as const;

/** A datatype in the words of the corpus, which has what the C library says of the same file. */
export function expectedForm(type: Datatype): unknown {
  switch (type.class) {
    case "fixed-point":
      return {
        class: "integer",
        size: type.size,
        order: type.byteOrder,
        signed: type.signed,
        precision: type.bitPrecision,
        offset: type.bitOffset,
      };
    case "floating-point":
      return {
        class: "float",
        size: type.size,
        order: type.byteOrder,
        precision: type.bitPrecision,
        offset: type.bitOffset,
        sign_pos: type.signLocation,
        exp_pos: type.exponentLocation,
        exp_size: type.exponentSize,
        mant_pos: type.mantissaLocation,
        mant_size: type.mantissaSize,
        exp_bias: type.exponentBias,
        norm: NORMALIZATIONS[type.normalization],
      };
    case "time":
      return { class: "time", size: type.size, order: type.byteOrder };
    case "string":
      return { class: "string", size: type.size, pad: PADDINGS[type.padding], cset: CHARSETS[type.charset] };
    case "bitfield":
      return {
        class: "bitfield",
        size: type.size,
        order: type.byteOrder,
        precision: type.bitPrecision,
        offset: type.bitOffset,
      };
    case "opaque":
      return { class: "opaque", size: type.size, tag: type.tag };
    case "compound":
      return {
        class: "compound",
        size: type.size,
        members: type.members.map(({ name, byteOffset, dimensions, datatype }) => ({
          name,
          offset: byteOffset,
          type: dimensions.length === 0 ? expectedForm(datatype) : arrayForm(dimensions, datatype),
        })),
      };
    case "reference":
      return { class: "reference", ref: type.kind === "object" || type.kind === "region" ? type.kind : "std" };
    case "enumeration":
      return {
        class: "enum",
        size: type.size,
        base: expectedForm(type.base),
        members: type.members.map((member) => [member.name, memberValue(member, type.base)]),
      };
    case "variable-length":
      return type.kind === "string"
        ? { class: "string", size: "variable", pad: PADDINGS[type.padding], cset: CHARSETS[type.charset] }
        : { class: "vlen", base: expectedForm(type.base) };
    case "array":
      return arrayForm(type.dimensions, type.base);
    case "complex":
      return { class: "complex", size: type.size, base: expectedForm(type.base) };
  }
}

function arrayForm(dimensions: readonly number[], base: Datatype): unknown {
  return { class: "array", dims: [...dimensions], base: expectedForm(base) };
}

/** A number, or past 2^53 its decimal digits. */
function memberValue({ value }: EnumerationMember, base: Datatype): number | string {
  const isBigEndian = base.class === "fixed-point" && base.byteOrder === "BE";
  const bytes = isBigEndian ? value : Uint8Array.from(value).reverse();
  const unsigned = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const signed = base.class === "fixed-point" && base.signed ? BigInt.asIntN(8 * bytes.length, unsigned) : unsigned;
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : String(signed);
}
