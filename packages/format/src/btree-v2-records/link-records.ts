import { type BtreeV2Records, fixedSizeRecords } from "../btree-v2-record.js";

/** A link of a group with dense storage, by name. File Format Specification, section III.A.2, type 5. */
export interface LinkNameRecord {
  /** Checksum (lookup3) of the name's bytes, compared as an unsigned number; then the names decide. */
  readonly hash: number;
  /** Where the link message is in the group's fractal heap. */
  readonly heapId: Uint8Array;
}

/** A link of a group with dense storage, by creation order. File Format Specification, section III.A.2, type 6. */
export interface LinkOrderRecord {
  readonly creationOrder: number;
  /** Where the link message is in the group's fractal heap. */
  readonly heapId: Uint8Array;
}

/** Bytes of an id in the fractal heap of a group's links. */
const HEAP_ID_SIZE = 7;

/** Records of links by the hash of their name. File Format Specification, section III.A.2, type 5. */
export const linkNameRecords: BtreeV2Records<LinkNameRecord> = fixedSizeRecords({
  name: "link-name-record",
  type: 5,
  recordSize: () => 4 + HEAP_ID_SIZE,
  decode(reader) {
    return { hash: reader.u32(), heapId: reader.bytes(HEAP_ID_SIZE) };
  },
  encode({ hash, heapId }, writer) {
    writer.u32(hash);
    writer.bytes(heapId);
  },
});

/** Records of links by creation order. File Format Specification, section III.A.2, type 6. */
export const linkOrderRecords: BtreeV2Records<LinkOrderRecord> = fixedSizeRecords({
  name: "link-order-record",
  type: 6,
  recordSize: () => 8 + HEAP_ID_SIZE,
  decode(reader) {
    return { creationOrder: reader.u64(), heapId: reader.bytes(HEAP_ID_SIZE) };
  },
  encode({ creationOrder, heapId }, writer) {
    writer.u64(creationOrder);
    writer.bytes(heapId);
  },
});
