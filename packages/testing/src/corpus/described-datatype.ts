import type { Datatype } from "@hdfive/core";
import type { CompoundMember, CompoundType, EnumerationMember } from "@hdfive/format";

const PADDINGS = { "null-terminate": "nullterm", "null-pad": "nullpad", "space-pad": "spacepad" } as const;
const NORMALIZATIONS = { none: "none", "msb-set": "msbset", implied: "implied" } as const;
const CHARSETS = { ascii: "ascii", "utf-8": "utf8" } as const;

/** What the C library keeps of a variable-length sequence and of a string in memory, and of a reference of HDF5 1.12. */
const MEMORY_SIZES = { sequence: 16, string: 8, reference: 64 } as const;

/**
 * A datatype in the words of the expected values.
 *
 * The C library describes a datatype as it is in memory once it holds variable-length data: sizes, and the offsets of
 * what follows in a compound, are then not those in the file.
 */
export function describedDatatype(type: Datatype): Readonly<Record<string, unknown>> {
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
      return describedCompound(type);
    case "reference":
      return { class: "reference", ref: type.kind === "object" || type.kind === "region" ? type.kind : "std" };
    case "enumeration":
      return {
        class: "enum",
        size: type.size,
        base: describedDatatype(type.base),
        members: type.members.map((member) => [member.name, memberValue(member, type.base)]),
      };
    case "variable-length":
      return type.kind === "string"
        ? { class: "string", size: "variable", pad: PADDINGS[type.padding], cset: CHARSETS[type.charset] }
        : { class: "vlen", base: describedDatatype(type.base) };
    case "array":
      return arrayOf(type.dimensions, type.base);
    case "complex":
      return { class: "complex", size: type.size, base: describedDatatype(type.base) };
  }
}

/** A compound with every member shifted by what the members before it grow in memory. */
function describedCompound({ members, size }: CompoundType): Readonly<Record<string, unknown>> {
  const growth = (member: CompoundMember): number => grownMember(member) - storedMember(member);
  return {
    class: "compound",
    size: members.reduce((total, member) => total + growth(member), size),
    members: members.map(({ name, byteOffset, dimensions, datatype }) => ({
      name,
      offset: members.reduce((at, other) => (other.byteOffset < byteOffset ? at + growth(other) : at), byteOffset),
      type: dimensions.length === 0 ? describedDatatype(datatype) : arrayOf(dimensions, datatype),
    })),
  };
}

const storedMember = ({ dimensions, datatype }: CompoundMember): number => product(dimensions) * datatype.size;
const grownMember = ({ dimensions, datatype }: CompoundMember): number => product(dimensions) * memorySize(datatype);

function product(dimensions: readonly number[]): number {
  return dimensions.reduce((total, extent) => total * extent, 1);
}

/** Bytes of an element in the memory of the C library. */
function memorySize(type: Datatype): number {
  switch (type.class) {
    case "variable-length":
      return MEMORY_SIZES[type.kind];
    case "reference":
      return type.kind === "object" || type.kind === "region" ? type.size : MEMORY_SIZES.reference;
    case "array":
      return product(type.dimensions) * memorySize(type.base);
    case "compound":
      return type.members.reduce((total, member) => total + grownMember(member) - storedMember(member), type.size);
    default:
      return type.size;
  }
}

function arrayOf(dimensions: readonly number[], base: Datatype): Readonly<Record<string, unknown>> {
  return { class: "array", dims: [...dimensions], base: describedDatatype(base) };
}

/** The value of a member of an enumeration: a number, or past 2^53 its decimal digits. */
function memberValue({ value }: EnumerationMember, base: Datatype): number | string {
  const isBigEndian = base.class === "fixed-point" && base.byteOrder === "BE";
  const highestFirst = isBigEndian ? value : value.slice().reverse();
  const unsigned = highestFirst.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const signed = base.class === "fixed-point" && base.signed ? BigInt.asIntN(8 * value.length, unsigned) : unsigned;
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : String(signed);
}
