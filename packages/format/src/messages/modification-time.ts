import type { Codec } from "../codec.js";

/** When the object was last changed. File Format Specification, section IV.A.2.s. */
export interface ModificationTime {
  /** Seconds since 1970, UTC. */
  readonly seconds: number;
}

/** The object modification time message. File Format Specification, section IV.A.2.s. */
export const modificationTimeMessage: Codec<ModificationTime> = {
  name: "modification-time",
  section: "IV.A.2.s",
  decode(reader) {
    const version = reader.u8();
    if (version !== 1) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    reader.skip(3);
    return { seconds: reader.u32() };
  },
  encode({ seconds }, writer) {
    writer.u8(1);
    writer.zeros(3);
    writer.u32(seconds);
  },
  sizeOf: () => 8,
};
