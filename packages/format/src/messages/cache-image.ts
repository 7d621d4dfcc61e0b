import type { Codec } from "../codec.js";

/** Where the metadata cache image is. The specification does not describe the message: this is as libhdf5 writes it. */
export interface CacheImageInfo {
  /** Address of the image; `null` for none. */
  readonly address: number | null;
  readonly byteLength: number;
}

/** The metadata cache image message of the superblock extension, type 0x18. */
export const cacheImageMessage: Codec<CacheImageInfo> = {
  name: "cache-image-info",
  section: "II.C",
  decode(reader, context) {
    const version = reader.u8();
    if (version !== 0) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    return { address: reader.offset(context), byteLength: reader.lengthField(context) };
  },
  encode({ address, byteLength }, writer, context) {
    writer.u8(0);
    writer.offset(address, context);
    writer.lengthField(byteLength, context);
  },
  sizeOf: (_value, { offsetSize, lengthSize }) => 1 + offsetSize + lengthSize,
};
