import type { FormatContext } from "../context.js";
import type { FixedPointType } from "../datatype.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import { byteOrderOf, decodeBitRange, padOf } from "./bit-range.js";
import type { DatatypeClass, DatatypeHead } from "./datatype-class.js";

/** Class 0, integers (IV.A.2.d): byte order, paddings and sign in the bit field, then offset and precision. */
export const fixedPointClass: DatatypeClass<FixedPointType> = {
  id: 0,

  decode(head: DatatypeHead, reader: Reader, _context: FormatContext): FixedPointType {
    const { version, size, bits } = head;
    return {
      class: "fixed-point",
      version,
      size,
      byteOrder: byteOrderOf(bits),
      signed: (bits & 8) !== 0,
      lowPad: padOf(bits, 1),
      highPad: padOf(bits, 2),
      ...decodeBitRange(head, reader),
    };
  },

  bits(type: FixedPointType): number {
    return (type.byteOrder === "BE" ? 1 : 0) | (type.lowPad << 1) | (type.highPad << 2) | (type.signed ? 8 : 0);
  },

  encode(type: FixedPointType, writer: Writer): void {
    writer.u16(type.bitOffset);
    writer.u16(type.bitPrecision);
  },

  sizeOf(): number {
    return 4;
  },
};
