import type { FormatContext } from "../context.js";
import type { CharacterSet, StringPadding, StringType } from "../datatype.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import type { DatatypeClass, DatatypeHead } from "./datatype-class.js";

const PADDINGS: readonly StringPadding[] = ["null-terminate", "null-pad", "space-pad"];
const CHARSETS: readonly CharacterSet[] = ["ascii", "utf-8"];

/** Padding and character set from the byte that holds both (IV.A.2.d, classes 3 and 9); throws for reserved ones. */
export function decodeStringTraits(
  padding: number,
  charset: number,
  reader: Reader,
): { padding: StringPadding; charset: CharacterSet } {
  const paddingName = PADDINGS[padding];
  const charsetName = CHARSETS[charset];
  if (paddingName === undefined || charsetName === undefined) {
    throw reader.corrupt(`string with padding ${padding} and character set ${charset}`);
  }
  return { padding: paddingName, charset: charsetName };
}

/** Padding and character set as one byte, padding in its low half (IV.A.2.d, classes 3 and 9). */
export function encodeStringTraits(type: { readonly padding: StringPadding; readonly charset: CharacterSet }): number {
  return PADDINGS.indexOf(type.padding) | (CHARSETS.indexOf(type.charset) << 4);
}

/** Class 3, strings of a fixed length (IV.A.2.d): no properties. */
export const stringClass: DatatypeClass<StringType> = {
  id: 3,

  decode(head: DatatypeHead, reader: Reader, _context: FormatContext): StringType {
    const { version, size, bits } = head;
    return { class: "string", version, size, ...decodeStringTraits(bits & 15, (bits >> 4) & 15, reader) };
  },

  bits: encodeStringTraits,

  encode(_type: StringType, _writer: Writer): void {},

  sizeOf(): number {
    return 0;
  },
};
