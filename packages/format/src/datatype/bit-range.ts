import type { ByteOrder } from "../datatype.js";
import type { Reader } from "../reader.js";
import type { DatatypeHead } from "./datatype-class.js";

/** Byte order of the class bit field's lowest bit (IV.A.2.d, classes 0, 2 and 4). */
export function byteOrderOf(bits: number): ByteOrder {
  return (bits & 1) === 0 ? "LE" : "BE";
}

/** Value of a padding bit in the class bit field (IV.A.2.d). */
export function padOf(bits: number, bit: number): 0 | 1 {
  return (bits & (1 << bit)) === 0 ? 0 : 1;
}

/** Reads bit offset and bit precision (IV.A.2.d, classes 0, 1 and 4) and throws unless they lie in the element. */
export function decodeBitRange(head: DatatypeHead, reader: Reader): { bitOffset: number; bitPrecision: number } {
  const bitOffset = reader.u16();
  const bitPrecision = reader.u16();
  if (bitPrecision === 0 || bitOffset + bitPrecision > 8 * head.size) {
    throw reader.corrupt(`${bitPrecision} bits from bit ${bitOffset} in an element of ${head.size} bytes`);
  }
  return { bitOffset, bitPrecision };
}
