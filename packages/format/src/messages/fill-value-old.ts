import type { Codec } from "../codec.js";
import type { FormatContext } from "../context.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";

/** The fill value as libraries before 1.6 stored it, and libhdf5 still adds it for them (IV.A.2.e). */
export interface FillValueOld {
  /** One element of the dataset's datatype; empty for the default. */
  readonly value: Uint8Array;
}

/** Codec of the old fill value message (IV.A.2.e). */
export const fillValueOldMessage: Codec<FillValueOld> = {
  name: "fill-value-old",
  section: "IV.A.2.e",

  decode(reader: Reader, _context: FormatContext): FillValueOld {
    return { value: reader.bytes(reader.u32()) };
  },

  encode(value: FillValueOld, writer: Writer): void {
    writer.u32(value.value.length);
    writer.bytes(value.value);
  },

  sizeOf(value: FillValueOld): number {
    return 4 + value.value.length;
  },
};
