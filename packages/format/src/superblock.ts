import type { NodeCodec } from "./codec.js";
import type { FormatContext } from "./context.js";
import type { Reader } from "./reader.js";
import { HDF5_SIGNATURE, type Superblock } from "./superblock-fields.js";
import { decodeV0, encodeV0, sizeV0, totalSizeV0 } from "./superblock-v0.js";
import { decodeV2, encodeV2, sizeV2, totalSizeV2 } from "./superblock-v2.js";

/** Signature, version and the sizes of the fields, wherever a version puts them. */
const PREFIX_SIZE = 16;
const NEWEST_VERSION = 3;

/** Version of the superblock at the reader's position, which stays where it is. */
function versionOf(reader: Reader): number {
  const at = HDF5_SIGNATURE.length;
  reader.need(at + 1);
  const version = reader.span(reader.position + at, reader.position + at + 1)[0] as number;
  if (version > NEWEST_VERSION) {
    throw reader.corrupt(`version ${version} is not known; ${NEWEST_VERSION} is the newest`);
  }
  return version;
}

/**
 * The superblock. File Format Specification, section II.A.
 *
 * The sizes of offsets and lengths are in the structure itself, so those of the context are ignored.
 */
export const superblock: NodeCodec<Superblock> = {
  name: "superblock",
  section: "II.A",
  prefixSize: () => PREFIX_SIZE,
  totalSize: (prefix) => (versionOf(prefix) < 2 ? totalSizeV0(prefix) : totalSizeV2(prefix)),
  decode: (reader, { addressSpace }) =>
    versionOf(reader) < 2 ? decodeV0(reader, addressSpace) : decodeV2(reader, addressSpace),
  encode(value, writer) {
    if (value.version < 2) {
      encodeV0(value, writer);
    } else {
      encodeV2(value, writer);
    }
  },
  sizeOf({ version, offsetSize, lengthSize }) {
    return version === 0 || version === 1 ? sizeV0(version, offsetSize, lengthSize) : sizeV2(offsetSize);
  },
};

/**
 * What every other structure depends on, from a superblock and where it was found. File Format Specification, section II.A.
 *
 * The place where it was found is the base address: files that got a user block later store another one.
 */
export function contextOf(value: Superblock, foundAt: number): FormatContext {
  return {
    offsetSize: value.offsetSize,
    lengthSize: value.lengthSize,
    baseAddress: foundAt,
    groupLeafK: value.groupLeafK,
    groupInternalK: value.groupInternalK,
    chunkK: value.chunkK,
  };
}
