import type { Codec } from "./codec.js";
import type { FormatContext } from "./context.js";

/**
 * How the records of one kind of version 2 B-tree are stored. File Format Specification, section III.A.2.
 *
 * All records of a tree take the same number of bytes, which its header repeats.
 */
export interface BtreeV2Records<R> extends Codec<R> {
  /** The number that stands in header and nodes for this kind of record. */
  readonly type: number;
  /** Whether decoded records keep no view on the bytes, so that these may change afterwards. */
  readonly keepsNoBytes?: true;
  /** Bytes of every record of the tree. */
  recordSize(context: FormatContext): number;
}

/** Completes the codec of a record whose size is the same for every value. File Format Specification, section III.A.2. */
export function fixedSizeRecords<R>(records: Omit<BtreeV2Records<R>, "sizeOf" | "section">): BtreeV2Records<R> {
  return { ...records, section: "III.A.2", sizeOf: (_record, context) => records.recordSize(context) };
}
