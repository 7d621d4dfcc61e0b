import type { Codec } from "../codec.js";

/** Where a file's table of shared messages is. File Format Specification, section IV.A.2.p. */
export interface SharedMessageTableMessage {
  readonly tableAddress: number;
  /** Indexes in the table. */
  readonly indexCount: number;
}

/** libhdf5 makes no more indexes, one for each type of message that can be shared. */
const MAX_INDEXES = 8;

/** The shared message table message of the superblock extension. File Format Specification, section IV.A.2.p. */
export const sharedMessageTableMessage: Codec<SharedMessageTableMessage> = {
  name: "shared-message-table-message",
  section: "IV.A.2.p",
  decode(reader, context) {
    const version = reader.u8();
    if (version !== 0) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    const tableAddress = reader.definedOffset(context, "address of the table");
    const indexCount = reader.u8();
    if (indexCount === 0 || indexCount > MAX_INDEXES) {
      throw reader.corrupt(`${indexCount} indexes where 1 to ${MAX_INDEXES} can stand`);
    }
    return { tableAddress, indexCount };
  },
  encode({ tableAddress, indexCount }, writer, context) {
    writer.u8(0);
    writer.offset(tableAddress, context);
    writer.u8(indexCount);
  },
  sizeOf: (_value, { offsetSize }) => 2 + offsetSize,
};
