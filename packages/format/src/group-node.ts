import { type BtreeKeys, type BtreeNode, btreeNodeSize, decodeBtreeNode, encodeBtreeNode } from "./btree-v1.js";
import type { NodeCodec } from "./codec.js";
import type { FormatContext } from "./context.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/**
 * A version 1 B-tree node of an old-style group (III.A.1, node type 0).
 *
 * Keys are positions of names in the local heap: key 0 is the empty name, key `i + 1` the last name in child `i`.
 */
export type GroupNode = BtreeNode<number>;

const groupKeys: BtreeKeys<number> = {
  nodeType: 0,
  capacity(context: FormatContext): number {
    return 2 * context.groupInternalK;
  },
  size(context: FormatContext): number {
    return context.lengthSize;
  },
  decode(reader: Reader, context: FormatContext): number {
    return reader.lengthField(context);
  },
  encode(key: number, writer: Writer, context: FormatContext): void {
    writer.lengthField(key, context);
  },
};

/** Codec of a version 1 group B-tree node (III.A.1), which always takes the room of 2K children. */
export const groupNode: NodeCodec<GroupNode> = {
  name: "group-node",
  section: "III.A.1",
  keepsNoBytes: true,
  decode(reader: Reader, context: FormatContext): GroupNode {
    return decodeBtreeNode(groupKeys, reader, context);
  },
  encode(value: GroupNode, writer: Writer, context: FormatContext): void {
    encodeBtreeNode(groupKeys, value, writer, context);
  },
  sizeOf(_value: GroupNode, context: FormatContext): number {
    return btreeNodeSize(groupKeys, context);
  },
  prefixSize(context: FormatContext): number {
    return btreeNodeSize(groupKeys, context);
  },
  totalSize(_prefix: Reader, context: FormatContext): number {
    return btreeNodeSize(groupKeys, context);
  },
};
