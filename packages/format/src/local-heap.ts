import type { Codec, NodeCodec } from "./codec.js";
import type { FormatContext } from "./context.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** The heap that holds the names of an old-style group: a header here, the names in a data segment (III.D). */
export interface LocalHeap {
  /** Bytes of the data segment. */
  readonly dataSize: number;
  /** Position of the first free block in the data segment; `null` when there is none. */
  readonly freeListHead: number | null;
  /** Address of the data segment. */
  readonly dataAddress: number;
}

/** A hole in the data segment of a local heap (III.D). */
export interface LocalHeapFreeBlock {
  /** Position of the next free block in the data segment; `null` for the last. */
  readonly next: number | null;
  /** Bytes of the hole, this description included. */
  readonly size: number;
}

/** How libhdf5 spells "no free block"; the specification says the undefined address, which libhdf5 refuses. */
const NO_FREE_BLOCK = 1;

function decodeFreeBlock(reader: Reader, context: FormatContext): number | null {
  const position = reader.optional(context.lengthSize);
  return position === NO_FREE_BLOCK ? null : position;
}

function localHeapSize(context: FormatContext): number {
  return 8 + 2 * context.lengthSize + context.offsetSize;
}

/** Codec of a local heap's header (III.D). */
export const localHeap: NodeCodec<LocalHeap> = {
  name: "local-heap",
  section: "III.D",
  keepsNoBytes: true,

  decode(reader: Reader, context: FormatContext): LocalHeap {
    reader.signature("HEAP");
    const version = reader.u8();
    if (version !== 0) {
      throw reader.corrupt(`version ${version}`);
    }
    reader.skip(3);
    const dataSize = reader.lengthField(context);
    const freeListHead = decodeFreeBlock(reader, context);
    if (freeListHead !== null && freeListHead >= dataSize) {
      throw reader.corrupt(`free list starts at ${freeListHead} of ${dataSize} bytes`);
    }
    const dataAddress = reader.definedOffset(context, "address of the data segment");
    return { dataSize, freeListHead, dataAddress };
  },

  encode(value: LocalHeap, writer: Writer, context: FormatContext): void {
    writer.signature("HEAP");
    writer.zeros(4);
    writer.lengthField(value.dataSize, context);
    writer.lengthField(value.freeListHead ?? NO_FREE_BLOCK, context);
    writer.offset(value.dataAddress, context);
  },

  sizeOf(_value: LocalHeap, context: FormatContext): number {
    return localHeapSize(context);
  },

  prefixSize: localHeapSize,

  totalSize(_prefix: Reader, context: FormatContext): number {
    return localHeapSize(context);
  },
};

/** Codec of a free block in a local heap's data segment (III.D). */
export const localHeapFreeBlock: Codec<LocalHeapFreeBlock> = {
  name: "local-heap-free-block",
  section: "III.D",

  decode(reader: Reader, context: FormatContext): LocalHeapFreeBlock {
    const next = decodeFreeBlock(reader, context);
    return { next, size: reader.lengthField(context) };
  },

  encode(value: LocalHeapFreeBlock, writer: Writer, context: FormatContext): void {
    writer.lengthField(value.next ?? NO_FREE_BLOCK, context);
    writer.lengthField(value.size, context);
  },

  sizeOf(_value: LocalHeapFreeBlock, context: FormatContext): number {
    return 2 * context.lengthSize;
  },
};
