import type { FormatContext } from "../context.js";
import type { BitfieldType } from "../datatype.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import { byteOrderOf, decodeBitRange, padOf } from "./bit-range.js";
import type { DatatypeClass, DatatypeHead } from "./datatype-class.js";

/** Class 4, bit fields (IV.A.2.d): as an integer without a sign. */
export const bitfieldClass: DatatypeClass<BitfieldType> = {
  id: 4,

  decode(head: DatatypeHead, reader: Reader, _context: FormatContext): BitfieldType {
    const { version, size, bits } = head;
    return {
      class: "bitfield",
      version,
      size,
      byteOrder: byteOrderOf(bits),
      lowPad: padOf(bits, 1),
      highPad: padOf(bits, 2),
      ...decodeBitRange(head, reader),
    };
  },

  bits(type: BitfieldType): number {
    return (type.byteOrder === "BE" ? 1 : 0) | (type.lowPad << 1) | (type.highPad << 2);
  },

  encode(type: BitfieldType, writer: Writer): void {
    writer.u16(type.bitOffset);
    writer.u16(type.bitPrecision);
  },

  sizeOf(): number {
    return 4;
  },
};
