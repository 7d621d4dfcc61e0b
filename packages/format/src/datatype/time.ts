import type { FormatContext } from "../context.js";
import type { TimeType } from "../datatype.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import { byteOrderOf } from "./bit-range.js";
import type { DatatypeClass, DatatypeHead } from "./datatype-class.js";

/** Class 2, times (IV.A.2.d): byte order and precision. */
export const timeClass: DatatypeClass<TimeType> = {
  id: 2,

  decode(head: DatatypeHead, reader: Reader, _context: FormatContext): TimeType {
    const { version, size, bits } = head;
    return { class: "time", version, size, byteOrder: byteOrderOf(bits), bitPrecision: reader.u16() };
  },

  bits(type: TimeType): number {
    return type.byteOrder === "BE" ? 1 : 0;
  },

  encode(type: TimeType, writer: Writer): void {
    writer.u16(type.bitPrecision);
  },

  sizeOf(): number {
    return 2;
  },
};
