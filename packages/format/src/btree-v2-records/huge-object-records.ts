import { type BtreeV2Records, fixedSizeRecords } from "../btree-v2-record.js";

/** A huge object of a fractal heap, found by its id. File Format Specification, section III.A.2, type 1. */
export interface HugeObjectRecord {
  readonly address: number;
  /** Bytes as stored. */
  readonly length: number;
  readonly id: number;
}

/** As `HugeObjectRecord`, stored through filters. File Format Specification, section III.A.2, type 2. */
export interface FilteredHugeObjectRecord extends HugeObjectRecord {
  /** Bit `i` set: filter `i` was not applied. */
  readonly filterMask: number;
  /** Bytes once the filters are undone. */
  readonly memoryLength: number;
}

/** A huge object whose heap id says where it is. File Format Specification, section III.A.2, type 3. */
export type DirectHugeObjectRecord = Omit<HugeObjectRecord, "id">;

/** As `DirectHugeObjectRecord`, stored through filters. File Format Specification, section III.A.2, type 4. */
export type FilteredDirectHugeObjectRecord = Omit<FilteredHugeObjectRecord, "id">;

/** Records of huge objects without filters, by id. File Format Specification, section III.A.2, type 1. */
export const hugeObjectRecords: BtreeV2Records<HugeObjectRecord> = fixedSizeRecords({
  name: "huge-object-record",
  type: 1,
  keepsNoBytes: true,
  recordSize: ({ offsetSize, lengthSize }) => offsetSize + 2 * lengthSize,
  decode(reader, context) {
    const address = reader.definedOffset(context, "address of a huge object");
    return { address, length: reader.lengthField(context), id: reader.lengthField(context) };
  },
  encode(record, writer, context) {
    writer.offset(record.address, context);
    writer.lengthField(record.length, context);
    writer.lengthField(record.id, context);
  },
});

/** Records of huge objects stored through filters, by id. File Format Specification, section III.A.2, type 2. */
export const filteredHugeObjectRecords: BtreeV2Records<FilteredHugeObjectRecord> = fixedSizeRecords({
  name: "filtered-huge-object-record",
  type: 2,
  keepsNoBytes: true,
  recordSize: ({ offsetSize, lengthSize }) => offsetSize + 3 * lengthSize + 4,
  decode(reader, context) {
    const record = filteredDirectHugeObjectRecords.decode(reader, context);
    return { ...record, id: reader.lengthField(context) };
  },
  encode(record, writer, context) {
    filteredDirectHugeObjectRecords.encode(record, writer, context);
    writer.lengthField(record.id, context);
  },
});

/** Records of huge objects without filters that ids point to. File Format Specification, section III.A.2, type 3. */
export const directHugeObjectRecords: BtreeV2Records<DirectHugeObjectRecord> = fixedSizeRecords({
  name: "direct-huge-object-record",
  type: 3,
  keepsNoBytes: true,
  recordSize: ({ offsetSize, lengthSize }) => offsetSize + lengthSize,
  decode(reader, context) {
    const address = reader.definedOffset(context, "address of a huge object");
    return { address, length: reader.lengthField(context) };
  },
  encode(record, writer, context) {
    writer.offset(record.address, context);
    writer.lengthField(record.length, context);
  },
});

/** Records of filtered huge objects that ids point to. File Format Specification, section III.A.2, type 4. */
export const filteredDirectHugeObjectRecords: BtreeV2Records<FilteredDirectHugeObjectRecord> = fixedSizeRecords({
  name: "filtered-direct-huge-object-record",
  type: 4,
  keepsNoBytes: true,
  recordSize: ({ offsetSize, lengthSize }) => offsetSize + 2 * lengthSize + 4,
  decode(reader, context) {
    const address = reader.definedOffset(context, "address of a huge object");
    const length = reader.lengthField(context);
    return { address, length, filterMask: reader.u32(), memoryLength: reader.lengthField(context) };
  },
  encode(record, writer, context) {
    writer.offset(record.address, context);
    writer.lengthField(record.length, context);
    writer.u32(record.filterMask);
    writer.lengthField(record.memoryLength, context);
  },
});
