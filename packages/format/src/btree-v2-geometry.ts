import type { BtreeV2Header } from "./btree-v2-header.js";
import { CHECKSUM_SIZE } from "./checksum.js";
import type { FormatContext } from "./context.js";
import { FormatError } from "./errors.js";

/** What one level of a version 2 B-tree has room for. File Format Specification, section III.A.2. */
export interface BtreeV2Level {
  /** Most records in a node itself. */
  readonly maxRecords: number;
  /** Most records in a node and all below it. */
  readonly maxTotal: number;
  /** Bytes of a pointer to a child; 0 in leaves. */
  readonly pointerSize: number;
  /** Bytes of the field that counts the records of a child and all below it; 0 where children are leaves. */
  readonly totalSize: number;
}

/** How much nodes of a version 2 B-tree hold and how wide their fields are. File Format Specification, section III.A.2. */
export interface BtreeV2Geometry {
  readonly nodeSize: number;
  readonly recordSize: number;
  /** Bytes of the field that counts the records of a child itself. */
  readonly countSize: number;
  /** By height above the leaves: `levels[0]` is that of the leaves, the last that of the root. */
  readonly levels: readonly BtreeV2Level[];
}

/** Signature, version and type before the records, the checksum after them. */
export const BTREE_V2_NODE_OVERHEAD: number = 6 + CHECKSUM_SIZE;
/** Levels allowed in a tree. With two records in a node this is more than any file can hold. */
export const BTREE_V2_MAX_DEPTH = 32;
const MAX_FIELD = 8;

/** Bytes that a number takes at least; 1 for 0. */
export function encodedSize(value: number): number {
  let size = 1;
  for (let rest = Math.floor(value / 256); rest > 0 && size < MAX_FIELD; rest = Math.floor(rest / 256)) {
    size++;
  }
  return size;
}

/**
 * What the nodes of a tree hold, worked out from its header. File Format Specification, section III.A.2.
 *
 * Throws a `FormatError`, which names `address`, for a tree too deep and for nodes too small to hold a record.
 */
export function btreeV2Geometry(
  { nodeSize, recordSize, depth }: Pick<BtreeV2Header, "nodeSize" | "recordSize" | "depth">,
  { offsetSize }: FormatContext,
  address?: number,
): BtreeV2Geometry {
  const invalid = (problem: string): FormatError => new FormatError("btree-v2-header", problem, { address });
  if (depth > BTREE_V2_MAX_DEPTH) {
    throw invalid(`depth ${depth} where ${BTREE_V2_MAX_DEPTH} is the most`);
  }
  const room = nodeSize - BTREE_V2_NODE_OVERHEAD;
  const leafRecords = recordSize === 0 ? 0 : Math.floor(room / recordSize);
  if (leafRecords < 1) {
    throw invalid(`nodes of ${nodeSize} bytes hold no record of ${recordSize} bytes`);
  }
  const countSize = encodedSize(leafRecords);
  const levels: BtreeV2Level[] = [{ maxRecords: leafRecords, maxTotal: leafRecords, pointerSize: 0, totalSize: 0 }];
  for (let level = 1; level <= depth; level++) {
    const { maxTotal: below } = levels[level - 1] as BtreeV2Level;
    const totalSize = level > 1 ? encodedSize(below) : 0;
    const pointerSize = offsetSize + countSize + totalSize;
    const maxRecords = Math.floor((room - pointerSize) / (recordSize + pointerSize));
    if (maxRecords < 1) {
      throw invalid(`nodes of ${nodeSize} bytes hold no record of ${recordSize} bytes between two children`);
    }
    levels.push({ maxRecords, maxTotal: (maxRecords + 1) * below + maxRecords, pointerSize, totalSize });
  }
  return { nodeSize, recordSize, countSize, levels };
}
