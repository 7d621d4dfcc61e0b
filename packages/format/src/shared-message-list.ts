import { type SharedMessageRecord, sharedMessageRecords } from "./btree-v2-records/shared-message-records.js";
import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "./checksum.js";
import type { NodeCodec } from "./codec.js";
import type { FormatContext } from "./context.js";
import { FormatError } from "./errors.js";

/** A list of shared messages, for an index with few of them. File Format Specification, section III.I. */
export interface SharedMessageList {
  readonly records: readonly SharedMessageRecord[];
}

const SIGNATURE = "SMLI";
const NAME = "shared-message-list";

/**
 * Codec of a list of shared messages. File Format Specification, section III.I.
 *
 * What `decode` reads ends with the checksum, right after the last record; `encode` writes the room for all.
 *
 * @param recordCount messages in the list, as its index says
 * @param capacity messages that the list has room for: the index's cutoff
 */
export function sharedMessageList(recordCount: number, capacity: number): NodeCodec<SharedMessageList> {
  if (recordCount > capacity) {
    throw new FormatError(NAME, `${recordCount} messages where there is room for ${capacity}`);
  }
  const sizeFor = (count: number, context: FormatContext): number =>
    SIGNATURE.length + count * sharedMessageRecords.recordSize(context) + CHECKSUM_SIZE;
  return {
    name: NAME,
    section: "III.I",
    prefixSize: (context) => sizeFor(recordCount, context),
    totalSize: (_prefix, context) => sizeFor(recordCount, context),
    sizeOf: (_list, context) => sizeFor(capacity, context),
    decode(reader, context) {
      const begin = reader.position;
      reader.signature(SIGNATURE);
      const records: SharedMessageRecord[] = [];
      for (let i = 0; i < recordCount; i++) {
        records.push(sharedMessageRecords.decode(reader, context));
      }
      readChecksum(reader, begin);
      return { records };
    },
    encode({ records }, writer, context) {
      const begin = writer.position;
      if (records.length > capacity) {
        throw writer.invalid(`${records.length} messages where there is room for ${capacity}`);
      }
      writer.signature(SIGNATURE);
      for (const record of records) {
        sharedMessageRecords.encode(record, writer, context);
      }
      writeChecksum(writer, begin);
      writer.zeros((capacity - records.length) * sharedMessageRecords.recordSize(context));
    },
  };
}
