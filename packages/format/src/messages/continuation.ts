import type { Codec } from "../codec.js";

/** Where a further chunk of the object header stands. File Format Specification, section IV.A.2.q. */
export interface Continuation {
  readonly address: number;
  /** Bytes of the whole chunk, with signature and checksum where it has them. */
  readonly byteLength: number;
}

/** The object header continuation message. File Format Specification, section IV.A.2.q. */
export const continuationMessage: Codec<Continuation> = {
  name: "continuation",
  section: "IV.A.2.q",
  decode(reader, context) {
    const address = reader.definedOffset(context, "address of the continuation chunk");
    const byteLength = reader.lengthField(context);
    if (byteLength === 0) {
      throw reader.corrupt("the continuation chunk is empty");
    }
    return { address, byteLength };
  },
  encode({ address, byteLength }, writer, context) {
    writer.offset(address, context);
    writer.lengthField(byteLength, context);
  },
  sizeOf: (_, { offsetSize, lengthSize }) => offsetSize + lengthSize,
};
