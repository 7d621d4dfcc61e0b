import type { Codec } from "./codec.js";
import type { FormatContext } from "./context.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** What a symbol table entry repeats from the header it points to, or the target of a soft link. */
export type SymbolTableCache =
  | { readonly type: "none" }
  | { readonly type: "group"; readonly btreeAddress: number; readonly heapAddress: number }
  | { readonly type: "soft-link"; readonly targetOffset: number };

/** One link of an old-style group, also the way to the root group in superblock versions 0 and 1 (III.C). */
export interface SymbolTableEntry {
  /** Position of the link's name in the group's local heap. */
  readonly nameOffset: number;
  /** Address of the object header; `null` for a soft link. */
  readonly headerAddress: number | null;
  readonly cache: SymbolTableCache;
}

const SCRATCH_SIZE = 16;

/** Bytes of a symbol table entry (III.C): the same for every entry of a file. */
export function symbolTableEntrySize(context: FormatContext): number {
  // The name's offset takes "size of lengths": the specification says "size of offsets", libhdf5 does otherwise.
  return context.lengthSize + context.offsetSize + 4 + 4 + SCRATCH_SIZE;
}

/** Codec of a symbol table entry (III.C). */
export const symbolTableEntry: Codec<SymbolTableEntry> = {
  name: "symbol-table-entry",
  section: "III.C",

  decode(reader: Reader, context: FormatContext): SymbolTableEntry {
    const nameOffset = reader.lengthField(context);
    const headerAddress = reader.offset(context);
    const cacheType = reader.u32();
    reader.skip(4);
    const scratchEnd = reader.position + SCRATCH_SIZE;
    reader.need(SCRATCH_SIZE);
    const cache = decodeCache(cacheType, reader, context);
    reader.skip(scratchEnd - reader.position);
    return { nameOffset, headerAddress, cache };
  },

  encode(value: SymbolTableEntry, writer: Writer, context: FormatContext): void {
    const { cache } = value;
    writer.lengthField(value.nameOffset, context);
    writer.offset(value.headerAddress, context);
    writer.u32(cache.type === "none" ? 0 : cache.type === "group" ? 1 : 2);
    writer.zeros(4);
    const scratchEnd = writer.position + SCRATCH_SIZE;
    if (cache.type === "group") {
      writer.offset(cache.btreeAddress, context);
      writer.offset(cache.heapAddress, context);
    } else if (cache.type === "soft-link") {
      writer.u32(cache.targetOffset);
    }
    writer.zeros(scratchEnd - writer.position);
  },

  sizeOf(_value: SymbolTableEntry, context: FormatContext): number {
    return symbolTableEntrySize(context);
  },
};

function decodeCache(cacheType: number, reader: Reader, context: FormatContext): SymbolTableCache {
  switch (cacheType) {
    case 0:
      return { type: "none" };
    case 1: {
      const btreeAddress = reader.definedOffset(context, "cached address of the B-tree");
      const heapAddress = reader.definedOffset(context, "cached address of the local heap");
      return { type: "group", btreeAddress, heapAddress };
    }
    case 2:
      return { type: "soft-link", targetOffset: reader.u32() };
    default:
      throw reader.corrupt(`symbol table entry with cache type ${cacheType}`);
  }
}
