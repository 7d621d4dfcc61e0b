import type { Codec } from "../codec.js";
import type { Reader } from "../reader.js";

/** Sizes of version 1 B-tree nodes, in the superblock extension. File Format Specification, section IV.A.2.t. */
export interface BtreeK {
  /** Indexed storage internal node K. */
  readonly chunkK: number;
  readonly groupInternalK: number;
  readonly groupLeafK: number;
}

/** The B-tree 'K' values message. File Format Specification, section IV.A.2.t. */
export const btreeKMessage: Codec<BtreeK> = {
  name: "btree-k",
  section: "IV.A.2.t",
  decode(reader) {
    const version = reader.u8();
    if (version !== 0) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    return {
      chunkK: readK(reader, "indexed storage internal node K"),
      groupInternalK: readK(reader, "group internal node K"),
      groupLeafK: readK(reader, "group leaf node K"),
    };
  },
  encode({ chunkK, groupInternalK, groupLeafK }, writer) {
    writer.u8(0);
    writer.u16(chunkK);
    writer.u16(groupInternalK);
    writer.u16(groupLeafK);
  },
  sizeOf: () => 7,
};

function readK(reader: Reader, field: string): number {
  const value = reader.u16();
  if (value === 0) {
    throw reader.corrupt(`${field} is 0`);
  }
  return value;
}
