import type { FormatContext } from "../context.js";
import type { ReferenceKind, ReferenceType } from "../datatype.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import type { DatatypeClass, DatatypeHead } from "./datatype-class.js";

const KINDS: readonly ReferenceKind[] = ["object", "region", "object-2", "region-2", "attribute"];
/** First kind that came with version 4 (early files have it in version 1), and the one way those are stored so far. */
const FIRST_NEW_KIND = 2;
const NEW_ENCODING = 1;

/** Class 7, references (IV.A.2.d): the kind in the bit field, no properties. */
export const referenceClass: DatatypeClass<ReferenceType> = {
  id: 7,

  decode(head: DatatypeHead, reader: Reader, context: FormatContext): ReferenceType {
    const { version, size, bits } = head;
    const kind = KINDS[bits & 15];
    if (kind === undefined) {
      throw reader.corrupt(`reference of kind ${bits & 15}`);
    }
    const isNew = (bits & 15) >= FIRST_NEW_KIND;
    const encodingVersion = isNew ? (bits >> 4) & 15 : 0;
    if (isNew && encodingVersion !== NEW_ENCODING) {
      throw reader.corrupt(`${kind} reference with encoding version ${encodingVersion}`);
    }
    const least = kind === "object" ? context.offsetSize : kind === "region" ? context.offsetSize + 4 : 0;
    if (size < least) {
      throw reader.corrupt(`${kind} reference of ${size} bytes where ${least} are needed`);
    }
    return { class: "reference", version, size, kind, encodingVersion };
  },

  bits(type: ReferenceType): number {
    return KINDS.indexOf(type.kind) | (type.encodingVersion << 4);
  },

  encode(type: ReferenceType, writer: Writer): void {
    const isNew = KINDS.indexOf(type.kind) >= FIRST_NEW_KIND;
    if (type.encodingVersion !== (isNew ? NEW_ENCODING : 0)) {
      throw writer.invalid(`${type.kind} reference with encoding version ${type.encodingVersion}`);
    }
  },

  sizeOf(): number {
    return 0;
  },
};
