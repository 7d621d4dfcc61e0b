import type { FormatContext } from "../context.js";
import type { OpaqueType } from "../datatype.js";
import { decodeText, type Reader } from "../reader.js";
import { encodeText, type Writer } from "../writer.js";
import type { DatatypeClass, DatatypeHead } from "./datatype-class.js";

/** The length of a tag takes 8 bits and has to be a multiple of 8. */
const MAX_TAG = 248;

function tagSize(type: OpaqueType): number {
  return Math.ceil(encodeText(type.tag).length / 8) * 8;
}

/** Class 5, opaque bytes (IV.A.2.d): a tag, padded with NULs to a multiple of 8 bytes. */
export const opaqueClass: DatatypeClass<OpaqueType> = {
  id: 5,

  decode(head: DatatypeHead, reader: Reader, _context: FormatContext): OpaqueType {
    const length = head.bits & 0xff;
    if (length % 8 !== 0) {
      throw reader.corrupt(`tag of ${length} bytes is not a multiple of 8`);
    }
    const stored = reader.bytes(length);
    const end = stored.indexOf(0);
    const tag = decodeText(end < 0 ? stored : stored.subarray(0, end));
    return { class: "opaque", version: head.version, size: head.size, tag };
  },

  bits(type: OpaqueType): number {
    return tagSize(type);
  },

  encode(type: OpaqueType, writer: Writer): void {
    const tag = encodeText(type.tag);
    if (tag.length > MAX_TAG || tag.includes(0)) {
      throw writer.invalid(`tag of ${tag.length} bytes; it takes ${MAX_TAG} at most, and no NUL`);
    }
    writer.bytes(tag);
    writer.zeros(tagSize(type) - tag.length);
  },

  sizeOf(type: OpaqueType): number {
    return tagSize(type);
  },
};
