import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "./checksum.js";
import type { NodeCodec } from "./codec.js";
import type { FormatContext } from "./context.js";
import { directRowCount, heapOffsetSize } from "./doubling-table.js";
import type { FractalHeap } from "./fractal-heap.js";
import { lookup3 } from "./lookup3.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** A block of a fractal heap that holds objects. File Format Specification, section III.G, "Fractal Heap Direct Block". */
export interface DirectBlock {
  /** Address of the heap's header. */
  readonly heapAddress: number;
  /** Offset of the block's first byte in the heap. */
  readonly blockOffset: number;
  /** What follows the prefix: objects and free space, wherever the IDs and the free-space manager say. */
  readonly data: Uint8Array;
}

/** A child of an indirect block; both numbers are stored for direct blocks of filtered heaps only. Section III.G. */
export interface IndirectEntry {
  /** Address of the child; `null` where none was allocated. */
  readonly address: number | null;
  /** Bytes of the child as stored. */
  readonly storedSize: number | null;
  /** Bit i set: filter i was not applied to the child. */
  readonly filterMask: number;
}

/** A block of a fractal heap that leads to others. File Format Specification, section III.G, "Fractal Heap Indirect Block". */
export interface IndirectBlock {
  /** Address of the heap's header. */
  readonly heapAddress: number;
  /** Offset in the heap of the first byte that the block stands for. */
  readonly blockOffset: number;
  /** Children, row after row. */
  readonly entries: readonly IndirectEntry[];
}

const DIRECT = "FHDB";
const INDIRECT = "FHIB";
const MASK_SIZE = 4;

function commonPrefixSize(heap: FractalHeap, { offsetSize }: FormatContext): number {
  return 5 + offsetSize + heapOffsetSize(heap);
}

/** Bytes of a direct block before its objects. Section III.G. */
export function directBlockPrefixSize(heap: FractalHeap, context: FormatContext): number {
  return commonPrefixSize(heap, context) + (heap.checksumDirectBlocks ? CHECKSUM_SIZE : 0);
}

function readVersion(reader: Reader): void {
  const version = reader.u8();
  if (version !== 0) {
    throw reader.corrupt(`version ${version} is not known`);
  }
}

/** The checksum of a whole direct block, in which the checksum's own field counts as zeros. */
function directChecksum(block: Uint8Array, at: number): number {
  const zeroed = block.slice();
  zeroed.fill(0, at, at + CHECKSUM_SIZE);
  return lookup3(zeroed);
}

/** Codec of a direct block of `byteLength` bytes, without filters. File Format Specification, section III.G. */
export function directBlock(heap: FractalHeap, byteLength: number): NodeCodec<DirectBlock> {
  return {
    name: "fractal-heap-direct-block",
    section: "III.G",
    prefixSize: () => byteLength,
    totalSize: () => byteLength,
    decode(reader, context) {
      const begin = reader.position;
      reader.need(byteLength);
      const prefixSize = directBlockPrefixSize(heap, context);
      if (byteLength < prefixSize) {
        throw reader.corrupt(`${byteLength} bytes do not hold a prefix of ${prefixSize}`);
      }
      reader.signature(DIRECT);
      readVersion(reader);
      const heapAddress = reader.definedOffset(context, "address of the heap");
      const blockOffset = reader.uint(heapOffsetSize(heap));
      if (heap.checksumDirectBlocks) {
        const at = reader.position - begin;
        const computed = directChecksum(reader.span(begin, begin + byteLength), at);
        if (reader.u32() !== computed) {
          throw reader.corrupt("the checksum of the block does not match");
        }
      }
      return { heapAddress, blockOffset, data: reader.bytes(byteLength - prefixSize) };
    },
    encode(block, writer, context) {
      const begin = writer.position;
      writer.signature(DIRECT);
      writer.u8(0);
      writer.offset(block.heapAddress, context);
      writer.uint(block.blockOffset, heapOffsetSize(heap));
      if (heap.checksumDirectBlocks) {
        const at = writer.position - begin;
        const whole = new Uint8Array(at + CHECKSUM_SIZE + block.data.length);
        whole.set(writer.written().subarray(begin));
        whole.set(block.data, at + CHECKSUM_SIZE);
        writer.u32(lookup3(whole));
      }
      writer.bytes(block.data);
    },
    sizeOf: (block, context) => directBlockPrefixSize(heap, context) + block.data.length,
  };
}

function directEntrySize(heap: FractalHeap, { offsetSize, lengthSize }: FormatContext): number {
  return offsetSize + (heap.filters === null ? 0 : lengthSize + MASK_SIZE);
}

function readEntry(reader: Reader, filtered: boolean, context: FormatContext): IndirectEntry {
  const address = reader.offset(context);
  return filtered
    ? { address, storedSize: reader.lengthField(context), filterMask: reader.u32() }
    : { address, storedSize: null, filterMask: 0 };
}

function writeEntry(entry: IndirectEntry, filtered: boolean, writer: Writer, context: FormatContext): void {
  writer.offset(entry.address, context);
  if (filtered) {
    writer.lengthField(entry.storedSize ?? 0, context);
    writer.u32(entry.filterMask);
  }
}

/** Codec of an indirect block of `rowCount` rows. File Format Specification, section III.G. */
export function indirectBlock(heap: FractalHeap, rowCount: number): NodeCodec<IndirectBlock> {
  const entryCount = rowCount * heap.tableWidth;
  const directCount = Math.min(rowCount, directRowCount(heap)) * heap.tableWidth;
  const byteLength = (context: FormatContext): number =>
    commonPrefixSize(heap, context) +
    directCount * directEntrySize(heap, context) +
    (entryCount - directCount) * context.offsetSize +
    CHECKSUM_SIZE;
  const isFiltered = (index: number): boolean => heap.filters !== null && index < directCount;
  return {
    name: "fractal-heap-indirect-block",
    section: "III.G",
    keepsNoBytes: true,
    prefixSize: byteLength,
    totalSize: (_prefix, context) => byteLength(context),
    decode(reader, context) {
      const begin = reader.position;
      reader.need(byteLength(context));
      reader.signature(INDIRECT);
      readVersion(reader);
      const heapAddress = reader.definedOffset(context, "address of the heap");
      const blockOffset = reader.uint(heapOffsetSize(heap));
      const entries: IndirectEntry[] = [];
      for (let index = 0; index < entryCount; index++) {
        entries.push(readEntry(reader, isFiltered(index), context));
      }
      readChecksum(reader, begin);
      return { heapAddress, blockOffset, entries };
    },
    encode(block, writer, context) {
      const begin = writer.position;
      if (block.entries.length !== entryCount) {
        throw writer.invalid(`${block.entries.length} children where ${rowCount} rows hold ${entryCount}`);
      }
      writer.signature(INDIRECT);
      writer.u8(0);
      writer.offset(block.heapAddress, context);
      writer.uint(block.blockOffset, heapOffsetSize(heap));
      for (const [index, entry] of block.entries.entries()) {
        writeEntry(entry, isFiltered(index), writer, context);
      }
      writeChecksum(writer, begin);
    },
    sizeOf: (_block, context) => byteLength(context),
  };
}
