import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "./checksum.js";
import type { NodeCodec } from "./codec.js";
import type { FormatContext } from "./context.js";

/** The header of a version 2 B-tree. File Format Specification, section III.A.2. */
export interface BtreeV2Header {
  /** Kind of the records. */
  readonly type: number;
  /** Bytes of every node. */
  readonly nodeSize: number;
  /** Bytes of every record. */
  readonly recordSize: number;
  /** Height of the root above the leaves. */
  readonly depth: number;
  /** A node splits when it is this full, in percent. */
  readonly splitPercent: number;
  /** A node is merged when it is no more than this full, in percent. */
  readonly mergePercent: number;
  /** `null` while there is no record. */
  readonly rootAddress: number | null;
  /** Records in the root node itself. */
  readonly rootRecordCount: number;
  /** Records in the whole tree. */
  readonly totalRecordCount: number;
}

const SIGNATURE = "BTHD";
const MAX_PERCENT = 100;

function headerSize({ offsetSize, lengthSize }: FormatContext): number {
  return SIGNATURE.length + 12 + offsetSize + 2 + lengthSize + CHECKSUM_SIZE;
}

/** The header of a version 2 B-tree. File Format Specification, section III.A.2. */
export const btreeV2Header: NodeCodec<BtreeV2Header> = {
  name: "btree-v2-header",
  section: "III.A.2",
  keepsNoBytes: true,
  prefixSize: headerSize,
  totalSize: (_prefix, context) => headerSize(context),
  sizeOf: (_header, context) => headerSize(context),
  decode(reader, context) {
    const start = reader.position;
    reader.signature(SIGNATURE);
    const version = reader.u8();
    if (version !== 0) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    const header = {
      type: reader.u8(),
      nodeSize: reader.u32(),
      recordSize: reader.u16(),
      depth: reader.u16(),
      splitPercent: reader.u8(),
      mergePercent: reader.u8(),
      rootAddress: reader.offset(context),
      rootRecordCount: reader.u16(),
      totalRecordCount: reader.lengthField(context),
    };
    readChecksum(reader, start);
    const { splitPercent, mergePercent } = header;
    if (splitPercent === 0 || splitPercent > MAX_PERCENT || mergePercent === 0 || mergePercent > MAX_PERCENT) {
      throw reader.corrupt(`nodes split at ${splitPercent} and merge at ${mergePercent} percent`);
    }
    return header;
  },
  encode(header, writer, context) {
    const start = writer.position;
    writer.signature(SIGNATURE);
    writer.u8(0);
    writer.u8(header.type);
    writer.u32(header.nodeSize);
    writer.u16(header.recordSize);
    writer.u16(header.depth);
    writer.u8(header.splitPercent);
    writer.u8(header.mergePercent);
    writer.offset(header.rootAddress, context);
    writer.u16(header.rootRecordCount);
    writer.lengthField(header.totalRecordCount, context);
    writeChecksum(writer, start);
  },
};
