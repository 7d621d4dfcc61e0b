import type { Codec } from "./codec.js";
import type { FormatContext } from "./context.js";

/** Where a shared message stands. File Format Specification, section IV.A.1.a, "Shared Message". */
export type SharedMessage =
  | {
      readonly version: 1 | 2 | 3;
      /** The message of a committed datatype's object header. */
      readonly kind: "committed";
      /** Address of that object header. */
      readonly address: number;
      /** What version 1 has between type and address and nobody reads; zeros when not given. */
      readonly unused?: Uint8Array;
    }
  | {
      readonly version: 3;
      /** A message in the file's heap of shared messages. */
      readonly kind: "heap";
      /** Its fractal heap ID, 8 bytes. */
      readonly heapId: Uint8Array;
    };

const TYPE_HEAP = 1;
const TYPE_COMMITTED = 2;
const HEAP_ID_SIZE = 8;

/** Six reserved bytes, and the name offset of a symbol table entry that once stood there. */
function unusedSize({ lengthSize }: FormatContext): number {
  return 6 + lengthSize;
}

/** What the data of a message flagged as shared holds. File Format Specification, section IV.A.1.a, "Shared Message". */
export const sharedMessage: Codec<SharedMessage> = {
  name: "shared-message",
  section: "IV.A.1.a",
  decode(reader, context) {
    const version = reader.u8();
    if (version !== 1 && version !== 2 && version !== 3) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    // Before version 3 the type is not looked at: libhdf5 wrote 0 there, and only committed messages could be shared.
    const type = reader.u8();
    if (version === 3 && type === TYPE_HEAP) {
      return { version, kind: "heap", heapId: reader.bytes(HEAP_ID_SIZE) };
    }
    if (version === 3 && type !== TYPE_COMMITTED) {
      throw reader.corrupt(`type ${type} is not known`);
    }
    const unused = version === 1 ? { unused: reader.bytes(unusedSize(context)) } : {};
    const address = reader.definedOffset(context, "address of the object header");
    return { version, kind: "committed", address, ...unused };
  },
  encode(value, writer, context) {
    writer.u8(value.version);
    if (value.kind === "heap") {
      if (value.heapId.length !== HEAP_ID_SIZE) {
        throw writer.invalid(`heap ID of ${value.heapId.length} bytes where ${HEAP_ID_SIZE} must stand`);
      }
      writer.u8(TYPE_HEAP);
      writer.bytes(value.heapId);
      return;
    }
    writer.u8(value.version === 1 ? 0 : TYPE_COMMITTED);
    if (value.version === 1) {
      const unused = value.unused ?? new Uint8Array(unusedSize(context));
      if (unused.length !== unusedSize(context)) {
        throw writer.invalid(`${unused.length} unused bytes where ${unusedSize(context)} must stand`);
      }
      writer.bytes(unused);
    }
    writer.offset(value.address, context);
  },
  sizeOf(value, context) {
    if (value.kind === "heap") {
      return 2 + HEAP_ID_SIZE;
    }
    return 2 + (value.version === 1 ? unusedSize(context) : 0) + context.offsetSize;
  },
};
