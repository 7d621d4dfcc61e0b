import type { FormatContext } from "../context.js";
import type { FloatingPointType } from "../datatype.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import { byteOrderOf, decodeBitRange, padOf } from "./bit-range.js";
import type { DatatypeClass, DatatypeHead } from "./datatype-class.js";

const NORMALIZATIONS: readonly FloatingPointType["normalization"][] = ["none", "msb-set", "implied"];
const VAX_BIT = 0x40;

function decodeByteOrder(head: DatatypeHead, reader: Reader): FloatingPointType["byteOrder"] {
  // Bit 6 came with version 3; older writers left anything there.
  if (head.version >= 3 && (head.bits & VAX_BIT) !== 0) {
    if ((head.bits & 1) === 0) {
      throw reader.corrupt("byte order of a floating-point type is a reserved one");
    }
    return "VAX";
  }
  return byteOrderOf(head.bits);
}

/** Throws unless sign, exponent and mantissa, counted from bit 0 of the element, lie apart and below the number's end. */
function verifyFields(type: FloatingPointType, reader: Reader): void {
  const { signLocation: sign, exponentLocation, exponentSize, mantissaLocation, mantissaSize } = type;
  const end = type.bitOffset + type.bitPrecision;
  const exponentEnd = exponentLocation + exponentSize;
  const mantissaEnd = mantissaLocation + mantissaSize;
  const inside = sign < end && exponentEnd <= end && mantissaEnd <= end;
  const apart =
    (sign < exponentLocation || sign >= exponentEnd) &&
    (sign < mantissaLocation || sign >= mantissaEnd) &&
    (exponentEnd <= mantissaLocation || mantissaEnd <= exponentLocation);
  if (exponentSize === 0 || mantissaSize === 0 || !inside || !apart) {
    throw reader.corrupt(
      `sign at bit ${sign}, exponent ${exponentSize} bits at ${exponentLocation}, mantissa ${mantissaSize} bits at ` +
        `${mantissaLocation} do not make a floating-point number that ends at bit ${end}`,
    );
  }
}

/** Class 1, floating-point numbers (IV.A.2.d): where sign, exponent and mantissa stand, and the exponent's bias. */
export const floatingPointClass: DatatypeClass<FloatingPointType> = {
  id: 1,

  decode(head: DatatypeHead, reader: Reader, _context: FormatContext): FloatingPointType {
    const { version, size, bits } = head;
    const normalization = NORMALIZATIONS[(bits >> 4) & 3];
    if (normalization === undefined) {
      throw reader.corrupt("mantissa normalization 3");
    }
    const byteOrder = decodeByteOrder(head, reader);
    const { bitOffset, bitPrecision } = decodeBitRange(head, reader);
    const type: FloatingPointType = {
      class: "floating-point",
      version,
      size,
      byteOrder,
      lowPad: padOf(bits, 1),
      highPad: padOf(bits, 2),
      internalPad: padOf(bits, 3),
      normalization,
      signLocation: (bits >> 8) & 0xff,
      bitOffset,
      bitPrecision,
      exponentLocation: reader.u8(),
      exponentSize: reader.u8(),
      mantissaLocation: reader.u8(),
      mantissaSize: reader.u8(),
      exponentBias: reader.u32(),
    };
    verifyFields(type, reader);
    return type;
  },

  bits(type: FloatingPointType): number {
    const order = type.byteOrder === "LE" ? 0 : type.byteOrder === "BE" ? 1 : 1 | VAX_BIT;
    const pads = (type.lowPad << 1) | (type.highPad << 2) | (type.internalPad << 3);
    return order | pads | (NORMALIZATIONS.indexOf(type.normalization) << 4) | (type.signLocation << 8);
  },

  encode(type: FloatingPointType, writer: Writer): void {
    if (type.byteOrder === "VAX" && type.version < 3) {
      throw writer.invalid("VAX byte order needs version 3");
    }
    writer.u16(type.bitOffset);
    writer.u16(type.bitPrecision);
    writer.u8(type.exponentLocation);
    writer.u8(type.exponentSize);
    writer.u8(type.mantissaLocation);
    writer.u8(type.mantissaSize);
    writer.u32(type.exponentBias);
  },

  sizeOf(): number {
    return 12;
  },
};
