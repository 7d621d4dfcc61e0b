import type { NodeCodec } from "./codec.js";
import { decodeV1, encodeV1, type ObjectHeaderV1, totalSizeV1, V1_PREFIX_SIZE } from "./object-header-v1.js";
import {
  decodeV2,
  encodeV2,
  type ObjectHeaderV2,
  sizeOfV2,
  totalSizeV2,
  V2_MAX_PREFIX_SIZE,
} from "./object-header-v2.js";
import type { Reader } from "./reader.js";

/** An object header of either version: prefix and first chunk. File Format Specification, section IV.A.1. */
export type ObjectHeader = ObjectHeaderV1 | ObjectHeaderV2;

const FIRST_BYTE_OF_SIGNATURE = 0x4f;

/** Version 2 opens with "OHDR", version 1 with its version number. */
function isVersion2(reader: Reader): boolean {
  reader.need(1);
  return reader.span(reader.position, reader.position + 1)[0] === FIRST_BYTE_OF_SIGNATURE;
}

/**
 * The object header. File Format Specification, section IV.A.1.
 *
 * The version 2 prefix has up to 34 bytes, so the prefix to fetch may reach past a header at the end of a file: `totalSize`
 * needs only those bytes of it that the header really has.
 */
export const objectHeader: NodeCodec<ObjectHeader> = {
  name: "object-header",
  section: "IV.A.1",
  prefixSize: () => V2_MAX_PREFIX_SIZE,
  totalSize: (prefix) => (isVersion2(prefix) ? totalSizeV2(prefix) : totalSizeV1(prefix)),
  decode: (reader) => (isVersion2(reader) ? decodeV2(reader) : decodeV1(reader)),
  encode(header, writer) {
    if (header.version === 1) {
      encodeV1(header, writer);
    } else {
      encodeV2(header, writer);
    }
  },
  sizeOf: (header) => (header.version === 1 ? V1_PREFIX_SIZE + header.chunkSize : sizeOfV2(header)),
};
