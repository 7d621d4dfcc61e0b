import { BTREE_V2_NODE_OVERHEAD, type BtreeV2Geometry, type BtreeV2Level } from "./btree-v2-geometry.js";
import type { BtreeV2Records } from "./btree-v2-record.js";
import { readChecksum, writeChecksum } from "./checksum.js";
import type { NodeCodec } from "./codec.js";
import type { FormatContext } from "./context.js";
import { FormatError } from "./errors.js";
import type { Reader } from "./reader.js";

/** Where a child node is and how much is in it. File Format Specification, section III.A.2. */
export interface BtreeV2Child {
  readonly address: number;
  /** Records in the child itself. */
  readonly recordCount: number;
  /** Records in the child and all below it; for a leaf the same, which is not stored. */
  readonly totalRecordCount: number;
}

/** A node of a version 2 B-tree, leaf or internal. File Format Specification, section III.A.2. */
export interface BtreeV2Node<R> {
  /** Height above the leaves, which the node itself does not store. */
  readonly level: number;
  /** Bytes of a record, which the node itself does not store: trees that claim one node must agree on them. */
  readonly recordSize: number;
  /** In the order of the tree. */
  readonly records: readonly R[];
  /** One more than records, `children[i]` before `records[i]`; none in a leaf. */
  readonly children: readonly BtreeV2Child[];
}

/** What has to be known of a node before it can be read: the node itself tells only its type. */
export interface BtreeV2NodePlace {
  /** Height above the leaves. */
  readonly level: number;
  /** Records in it, as its parent or the header says. */
  readonly recordCount: number;
}

/** Memory, about, of the object that a record or a child becomes, besides its bytes. */
const OBJECT_BYTES = 64;
const LEAF = "BTLF";
const INTERNAL = "BTIN";

/**
 * Codec of a node of a version 2 B-tree, at a level and with as many records as its parent says. File Format Specification,
 * section III.A.2.
 *
 * What `decode` reads ends with the checksum, right after the last field; `encode` writes the node's full size. The name
 * tells trees of different records apart. Throws a `FormatError` for more records than a node can hold.
 */
export function btreeV2Node<R>(
  records: BtreeV2Records<R>,
  geometry: BtreeV2Geometry,
  { level, recordCount }: BtreeV2NodePlace,
): NodeCodec<BtreeV2Node<R>> {
  const room = geometry.levels[level];
  const name = `btree-v2-${level === 0 ? "leaf" : "internal-node"} of ${records.name}`;
  if (room === undefined || recordCount > room.maxRecords) {
    throw new FormatError(name, `${recordCount} records where ${room?.maxRecords ?? 0} fit`);
  }
  const { nodeSize, recordSize, countSize } = geometry;
  const used =
    BTREE_V2_NODE_OVERHEAD + recordCount * recordSize + (level === 0 ? 0 : (recordCount + 1) * room.pointerSize);
  return {
    name,
    section: "III.A.2",
    ...(records.keepsNoBytes === true ? { keepsNoBytes: true } : {}),
    memorySize: used + (2 * recordCount + 1) * OBJECT_BYTES,
    prefixSize: () => used,
    totalSize: () => used,
    sizeOf: () => nodeSize,
    decode(reader, context) {
      const start = reader.position;
      reader.signature(level === 0 ? LEAF : INTERNAL);
      const version = reader.u8();
      if (version !== 0) {
        throw reader.corrupt(`version ${version} is not known`);
      }
      const type = reader.u8();
      if (type !== records.type) {
        throw reader.corrupt(`records of type ${type} where ${records.type} must stand`);
      }
      reader.need(used - BTREE_V2_NODE_OVERHEAD);
      const found: R[] = [];
      for (let i = 0; i < recordCount; i++) {
        found.push(records.decode(reader, context));
      }
      const children: BtreeV2Child[] = [];
      for (let i = 0; level > 0 && i <= recordCount; i++) {
        children.push(readChild(reader, context, room, countSize));
      }
      readChecksum(reader, start);
      return { level, recordSize, records: found, children };
    },
    encode(node, writer, context) {
      const start = writer.position;
      if (
        node.records.length > room.maxRecords ||
        node.children.length !== (level === 0 ? 0 : node.records.length + 1)
      ) {
        throw writer.invalid(`${node.records.length} records and ${node.children.length} children do not fit together`);
      }
      writer.signature(level === 0 ? LEAF : INTERNAL);
      writer.u8(0);
      writer.u8(records.type);
      for (const record of node.records) {
        records.encode(record, writer, context);
      }
      for (const { address, recordCount: count, totalRecordCount } of node.children) {
        writer.offset(address, context);
        writer.uint(count, countSize);
        if (room.totalSize > 0) {
          writer.uint(totalRecordCount, room.totalSize);
        }
      }
      writeChecksum(writer, start);
      writer.zeros(start + nodeSize - writer.position);
    },
  };
}

function readChild(
  reader: Reader,
  context: FormatContext,
  { totalSize }: BtreeV2Level,
  countSize: number,
): BtreeV2Child {
  const address = reader.definedOffset(context, "address of a child");
  const recordCount = reader.uint(countSize);
  return { address, recordCount, totalRecordCount: totalSize === 0 ? recordCount : reader.uint(totalSize) };
}
