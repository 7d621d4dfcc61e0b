import { type BtreeV2Records, fixedSizeRecords } from "../btree-v2-record.js";

/** A shared message in the fractal heap of its index. File Format Specification, section III.A.2, type 7, location 0. */
export interface HeapMessageRecord {
  readonly location: "heap";
  /** Checksum (lookup3) of the encoded message; then the messages' bytes decide. */
  readonly hash: number;
  readonly referenceCount: number;
  readonly heapId: Uint8Array;
}

/** A shared message in an object header. File Format Specification, section III.A.2, type 7, location 1. */
export interface HeaderMessageRecord {
  readonly location: "object-header";
  /** Checksum (lookup3) of the encoded message; then the messages' bytes decide. */
  readonly hash: number;
  readonly messageType: number;
  /** Creation index of the message within the object header. */
  readonly messageIndex: number;
  readonly headerAddress: number;
}

/** Where a shared message is. File Format Specification, section III.A.2, type 7. */
export type SharedMessageRecord = HeapMessageRecord | HeaderMessageRecord;

const LOCATIONS = ["heap", "object-header"] as const;
const HEAP_ID_SIZE = 8;
/** Location and hash. */
const PREFIX_SIZE = 5;
const HEAP_PART_SIZE = 4 + HEAP_ID_SIZE;

/** Records of shared messages by the hash of the message; lists of them store the same. File Format Specification, section III.A.2, type 7. */
export const sharedMessageRecords: BtreeV2Records<SharedMessageRecord> = fixedSizeRecords({
  name: "shared-message-record",
  type: 7,
  recordSize: ({ offsetSize }) => PREFIX_SIZE + Math.max(HEAP_PART_SIZE, 4 + offsetSize),
  decode(reader, context) {
    const start = reader.position;
    reader.need(sharedMessageRecords.recordSize(context));
    const stored = reader.u8();
    const location = LOCATIONS[stored];
    if (location === undefined) {
      throw reader.corrupt(`message location ${stored} is not known`);
    }
    const hash = reader.u32();
    if (location === "heap") {
      return { location, hash, referenceCount: reader.u32(), heapId: reader.bytes(HEAP_ID_SIZE) };
    }
    reader.skip(1);
    const record = {
      location,
      hash,
      messageType: reader.u8(),
      messageIndex: reader.u16(),
      headerAddress: reader.definedOffset(context, "address of an object header"),
    };
    reader.skip(start + sharedMessageRecords.recordSize(context) - reader.position);
    return record;
  },
  encode(record, writer, context) {
    const start = writer.position;
    writer.u8(LOCATIONS.indexOf(record.location));
    writer.u32(record.hash);
    if (record.location === "heap") {
      writer.u32(record.referenceCount);
      writer.bytes(record.heapId);
    } else {
      writer.zeros(1);
      writer.u8(record.messageType);
      writer.u16(record.messageIndex);
      writer.offset(record.headerAddress, context);
    }
    writer.zeros(start + sharedMessageRecords.recordSize(context) - writer.position);
  },
});
