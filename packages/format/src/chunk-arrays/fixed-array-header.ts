import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "../checksum.js";
import type { NodeCodec } from "../codec.js";
import type { FormatContext } from "../context.js";
import { ARRAY_PREFIX_SIZE, readArrayPrefix, writeArrayPrefix } from "./array-block.js";

/** The header of a fixed array of chunks. File Format Specification, section VII.C. */
export interface FixedArrayHeader {
  /** 1 for filtered chunks. */
  readonly clientId: 0 | 1;
  /** Bytes of an element. */
  readonly elementSize: number;
  /** A page has 2 to this power elements. */
  readonly pageBits: number;
  readonly elementCount: number;
  /** Address of the data block; `null` while there is none. */
  readonly dataBlockAddress: number | null;
}

const SIGNATURE = "FAHD";
const MAX_PAGE_BITS = 31;

function headerSize({ offsetSize, lengthSize }: FormatContext): number {
  return ARRAY_PREFIX_SIZE + 2 + lengthSize + offsetSize + CHECKSUM_SIZE;
}

/** The header of a fixed array of chunks. File Format Specification, section VII.C. */
export const fixedArrayHeader: NodeCodec<FixedArrayHeader> = {
  name: "fixed-array-header",
  section: "VII.C",
  keepsNoBytes: true,
  prefixSize: headerSize,
  totalSize: (_prefix, context) => headerSize(context),
  sizeOf: (_header, context) => headerSize(context),
  decode(reader, context) {
    const start = reader.position;
    const header = {
      clientId: readArrayPrefix(reader, SIGNATURE),
      elementSize: reader.u8(),
      pageBits: reader.u8(),
      elementCount: reader.lengthField(context),
      dataBlockAddress: reader.offset(context),
    };
    readChecksum(reader, start);
    if (header.pageBits === 0 || header.pageBits > MAX_PAGE_BITS) {
      throw reader.corrupt(`pages of 2^${header.pageBits} elements where 2^1 to 2^${MAX_PAGE_BITS} can stand`);
    }
    return header;
  },
  encode(header, writer, context) {
    const start = writer.position;
    writeArrayPrefix(writer, SIGNATURE, header.clientId);
    writer.u8(header.elementSize);
    writer.u8(header.pageBits);
    writer.lengthField(header.elementCount, context);
    writer.offset(header.dataBlockAddress, context);
    writeChecksum(writer, start);
  },
};
