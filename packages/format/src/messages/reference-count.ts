import type { Codec } from "../codec.js";

/** Hard links to an object with a version 2 header, stored when there is not exactly one. File Format Specification, section IV.A.2.w. */
export interface ReferenceCount {
  readonly count: number;
}

/** The object reference count message. File Format Specification, section IV.A.2.w. */
export const referenceCountMessage: Codec<ReferenceCount> = {
  name: "reference-count",
  section: "IV.A.2.w",
  decode(reader) {
    const version = reader.u8();
    if (version !== 0) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    const count = reader.u32();
    if (count === 0) {
      throw reader.corrupt("the object has no link");
    }
    return { count };
  },
  encode({ count }, writer) {
    writer.u8(0);
    writer.u32(count);
  },
  sizeOf: () => 5,
};
