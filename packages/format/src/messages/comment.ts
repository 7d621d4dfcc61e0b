import type { Codec } from "../codec.js";
import { encodeText } from "../writer.js";

/** A text that a person wrote about the object. File Format Specification, section IV.A.2.n. */
export interface Comment {
  readonly text: string;
}

/** The object comment message. File Format Specification, section IV.A.2.n. */
export const commentMessage: Codec<Comment> = {
  name: "comment",
  section: "IV.A.2.n",
  decode: (reader) => ({ text: reader.terminatedText() }),
  encode({ text }, writer) {
    if (text.includes("\0")) {
      throw writer.invalid("the comment has a NUL in it, which would end it");
    }
    writer.bytes(encodeText(text));
    writer.zeros(1);
  },
  sizeOf: ({ text }) => encodeText(text).length + 1,
};
