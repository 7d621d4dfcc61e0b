import type { Codec } from "./codec.js";
import type { FormatContext } from "./context.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** Which object of which global heap collection holds some data (III.E, "Global Heap ID"). */
export interface GlobalHeapId {
  /** Address of the collection; 0 for no data. */
  readonly collectionAddress: number;
  /** Index of the object in the collection; 0 for no data. */
  readonly index: number;
}

/** Codec of a global heap ID (III.E). */
export const globalHeapId: Codec<GlobalHeapId> = {
  name: "global-heap-id",
  section: "III.E",

  decode(reader: Reader, context: FormatContext): GlobalHeapId {
    // libhdf5 writes address 0 for "no data"; the undefined address of other writers can mean nothing else.
    const collectionAddress = reader.offset(context) ?? 0;
    return { collectionAddress, index: reader.u32() };
  },

  encode(value: GlobalHeapId, writer: Writer, context: FormatContext): void {
    writer.offset(value.collectionAddress, context);
    writer.u32(value.index);
  },

  sizeOf(_value: GlobalHeapId, context: FormatContext): number {
    return context.offsetSize + 4;
  },
};
