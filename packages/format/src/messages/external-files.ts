import type { Codec } from "../codec.js";

/** One file that holds a part of a dataset's data. File Format Specification, section IV.A.2.h. */
export interface ExternalFileSlot {
  /** Where its name begins in the local heap's data segment. */
  readonly nameOffset: number;
  /** Where the data begins in that file, in bytes. */
  readonly offset: number;
  /** Bytes reserved for the data in that file; `null` for no limit, in the last slot only. */
  readonly size: number | null;
}

/** The files in which the data of a contiguous dataset stands, in order. File Format Specification, section IV.A.2.h. */
export interface ExternalFiles {
  /** Slots there is said to be room for. */
  readonly allocatedSlots: number;
  /** Local heap with the names; its text at offset 0 is empty. */
  readonly heapAddress: number;
  readonly slots: readonly ExternalFileSlot[];
}

const FIXED_SIZE = 8;

/** The external data files message. File Format Specification, section IV.A.2.h. */
export const externalFilesMessage: Codec<ExternalFiles> = {
  name: "external-files",
  section: "IV.A.2.h",
  decode(reader, context) {
    const version = reader.u8();
    if (version !== 1) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    reader.skip(3);
    const allocatedSlots = reader.u16();
    const used = reader.u16();
    if (used > allocatedSlots) {
      throw reader.corrupt(`${used} slots are used of ${allocatedSlots}`);
    }
    const heapAddress = reader.definedOffset(context, "heap address");
    reader.need(3 * context.lengthSize * used);
    const slots: ExternalFileSlot[] = [];
    for (let i = 0; i < used; i++) {
      const nameOffset = reader.lengthField(context);
      const offset = reader.lengthField(context);
      const size = reader.optional(context.lengthSize);
      if (size === null && i < used - 1) {
        throw reader.corrupt(`slot ${i} has no limit and is not the last`);
      }
      slots.push({ nameOffset, offset, size });
    }
    return { allocatedSlots, heapAddress, slots };
  },
  encode({ allocatedSlots, heapAddress, slots }, writer, context) {
    if (slots.length > allocatedSlots) {
      throw writer.invalid(`${slots.length} slots are used of ${allocatedSlots}`);
    }
    writer.u8(1);
    writer.zeros(3);
    writer.u16(allocatedSlots);
    writer.u16(slots.length);
    writer.offset(heapAddress, context);
    for (const { nameOffset, offset, size } of slots) {
      writer.lengthField(nameOffset, context);
      writer.lengthField(offset, context);
      writer.optional(size, context.lengthSize);
    }
  },
  sizeOf: ({ slots }, { offsetSize, lengthSize }) => FIXED_SIZE + offsetSize + 3 * lengthSize * slots.length,
};
