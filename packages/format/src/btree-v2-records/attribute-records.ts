import { type BtreeV2Records, fixedSizeRecords } from "../btree-v2-record.js";

/** An attribute in dense storage, by creation order. File Format Specification, section III.A.2, type 9. */
export interface AttributeOrderRecord {
  /** Where the attribute message is: in the object's fractal heap or, when the flags say shared, in that of shared messages. */
  readonly heapId: Uint8Array;
  /** Flags of the message, as in an object header. */
  readonly messageFlags: number;
  readonly creationOrder: number;
}

/** An attribute in dense storage, by name. File Format Specification, section III.A.2, type 8. */
export interface AttributeNameRecord extends AttributeOrderRecord {
  /** Checksum (lookup3) of the name's bytes, compared as an unsigned number; then the names decide. */
  readonly hash: number;
}

/** Bytes of an id in the fractal heap of attributes. */
const HEAP_ID_SIZE = 8;

/** Records of attributes by creation order. File Format Specification, section III.A.2, type 9. */
export const attributeOrderRecords: BtreeV2Records<AttributeOrderRecord> = fixedSizeRecords({
  name: "attribute-order-record",
  type: 9,
  recordSize: () => HEAP_ID_SIZE + 5,
  decode(reader) {
    return { heapId: reader.bytes(HEAP_ID_SIZE), messageFlags: reader.u8(), creationOrder: reader.u32() };
  },
  encode({ heapId, messageFlags, creationOrder }, writer) {
    writer.bytes(heapId);
    writer.u8(messageFlags);
    writer.u32(creationOrder);
  },
});

/** Records of attributes by the hash of their name. File Format Specification, section III.A.2, type 8. */
export const attributeNameRecords: BtreeV2Records<AttributeNameRecord> = fixedSizeRecords({
  name: "attribute-name-record",
  type: 8,
  recordSize: () => HEAP_ID_SIZE + 9,
  decode(reader, context) {
    return { ...attributeOrderRecords.decode(reader, context), hash: reader.u32() };
  },
  encode(record, writer, context) {
    attributeOrderRecords.encode(record, writer, context);
    writer.u32(record.hash);
  },
});
