import { type BtreeKeys, type BtreeNode, btreeNodeSize, decodeBtreeNode, encodeBtreeNode } from "./btree-v1.js";
import type { NodeCodec } from "./codec.js";
import type { FormatContext } from "./context.js";
import { FormatError } from "./errors.js";
import { MAX_RANK } from "./messages/dataspace.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** Where a chunk lies in its dataset and how it is stored (III.A.1, key of node type 1). */
export interface ChunkKey {
  /** Bytes of the chunk as stored, after the filters. */
  readonly storedSize: number;
  /** Bit `i` set: filter `i` of the pipeline was not applied to this chunk. */
  readonly filterMask: number;
  /** First element of the chunk, one entry per dimension of the dataset, in elements. */
  readonly offset: readonly number[];
  /** Entry of the dimension that stands for the element's bytes: 0 for a chunk; in a last key anything. */
  readonly tail: number;
}

/** A version 1 B-tree node of a chunked dataset (III.A.1, node type 1). */
export type ChunkNode = BtreeNode<ChunkKey>;

function chunkKeys(rank: number): BtreeKeys<ChunkKey> {
  return {
    nodeType: 1,
    capacity(context: FormatContext): number {
      return 2 * context.chunkK;
    },
    size(): number {
      // 64-bit offsets whatever "size of lengths" is.
      return 8 + 8 * (rank + 1);
    },
    decode(reader: Reader): ChunkKey {
      const storedSize = reader.u32();
      const filterMask = reader.u32();
      const offset: number[] = [];
      for (let i = 0; i < rank; i++) {
        offset.push(reader.u64());
      }
      return { storedSize, filterMask, offset, tail: reader.u64() };
    },
    encode(key: ChunkKey, writer: Writer): void {
      if (key.offset.length !== rank) {
        throw writer.invalid(`key of ${key.offset.length} dimensions where ${rank} are needed`);
      }
      writer.u32(key.storedSize);
      writer.u32(key.filterMask);
      for (const start of key.offset) {
        writer.u64(start);
      }
      writer.u64(key.tail);
    },
  };
}

/**
 * Codec of a version 1 chunk B-tree node (III.A.1) of a dataset with `rank` dimensions, which always takes the room of
 * 2K children. Throws a `FormatError` for a rank past 32.
 */
export function chunkNode(rank: number): NodeCodec<ChunkNode> {
  if (!Number.isInteger(rank) || rank < 0 || rank > MAX_RANK) {
    throw new FormatError("chunk-node", `rank ${rank} where at most ${MAX_RANK} is allowed`);
  }
  const keys = chunkKeys(rank);
  return {
    name: "chunk-node",
    section: "III.A.1",
    keepsNoBytes: true,
    decode(reader: Reader, context: FormatContext): ChunkNode {
      return decodeBtreeNode(keys, reader, context);
    },
    encode(value: ChunkNode, writer: Writer, context: FormatContext): void {
      encodeBtreeNode(keys, value, writer, context);
    },
    sizeOf(_value: ChunkNode, context: FormatContext): number {
      return btreeNodeSize(keys, context);
    },
    prefixSize(context: FormatContext): number {
      return btreeNodeSize(keys, context);
    },
    totalSize(_prefix: Reader, context: FormatContext): number {
      return btreeNodeSize(keys, context);
    },
  };
}
