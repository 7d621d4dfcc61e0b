import { readChecksum, writeChecksum } from "./checksum.js";
import type { NodeCodec } from "./codec.js";
import type { FormatContext } from "./context.js";
import { type DoublingTable, maxRowCount, tableProblem } from "./doubling-table.js";
import { type FilterPipeline, filterPipelineMessage } from "./messages/filter-pipeline.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** How the direct blocks and huge objects of a fractal heap are filtered. File Format Specification, section III.G. */
export interface FractalHeapFilters {
  /** Bytes of the root direct block as stored; meaningless when the root is an indirect block. */
  readonly rootStoredSize: number;
  /** Bit i set: filter i was not applied to the root direct block. */
  readonly rootFilterMask: number;
  readonly pipeline: FilterPipeline;
}

/** The heap that holds the links of dense groups, dense attributes and shared messages: its header. Section III.G. */
export interface FractalHeap extends DoublingTable {
  /** Bytes of an object's ID in this heap. */
  readonly idLength: number;
  /** Whether numbers of huge objects were all given out once and are reused. */
  readonly hugeIdsWrapped: boolean;
  /** Whether direct blocks carry a checksum. */
  readonly checksumDirectBlocks: boolean;
  /** Bytes of the largest object that is put into blocks; larger ones are huge and stand alone. */
  readonly maxManagedSize: number;
  readonly nextHugeId: number;
  /** Version 2 B-tree that finds huge objects; `null` without any. */
  readonly hugeIndexAddress: number | null;
  /** Bytes free in all blocks. */
  readonly managedFreeSpace: number;
  /** Manager of that free space; `null` without any. */
  readonly freeSpaceAddress: number | null;
  /** Bytes of the heap's blocks, those not allocated yet included. */
  readonly managedSpace: number;
  /** Bytes of the blocks that are allocated. */
  readonly allocatedSpace: number;
  /** Offset in the heap where the next block is allocated. */
  readonly iteratorOffset: number;
  readonly managedCount: number;
  /** Bytes of all huge objects. */
  readonly hugeSize: number;
  readonly hugeCount: number;
  /** Bytes of all objects that stand in their IDs. */
  readonly tinySize: number;
  readonly tinyCount: number;
  /** Rows that the root indirect block starts with. */
  readonly startRootRows: number;
  /** The root block; `null` in a heap without blocks. */
  readonly rootAddress: number | null;
  /** Rows of the root indirect block; 0 when the root is a direct block. */
  readonly rootRows: number;
  /** `null` in a heap without filters. */
  readonly filters: FractalHeapFilters | null;
}

const SIGNATURE = "FRHP";
const FLAG_HUGE_IDS_WRAPPED = 0x01;
const FLAG_CHECKSUM_DIRECT_BLOCKS = 0x02;
const MASK_SIZE = 4;
/** An ID has a byte of its own before what leads to the object. */
const MIN_ID_LENGTH = 2;
/** Where the filters' encoded length stands: after signature, version and length of IDs. */
const FILTER_LENGTH_AT = 7;

function unfilteredSize({ offsetSize, lengthSize }: FormatContext): number {
  return 26 + 3 * offsetSize + 12 * lengthSize;
}

function decodeFilters(reader: Reader, byteLength: number, context: FormatContext): FractalHeapFilters | null {
  if (byteLength === 0) {
    return null;
  }
  const rootStoredSize = reader.lengthField(context);
  const rootFilterMask = reader.u32();
  const pipeline = reader.inner(byteLength, filterPipelineMessage.name);
  return { rootStoredSize, rootFilterMask, pipeline: filterPipelineMessage.decode(pipeline, context) };
}

/** Refuses what no table can be made of, so that arithmetic on it stays within bounds. */
function verify(heap: FractalHeap, reader: Reader): FractalHeap {
  const problem = tableProblem(heap);
  if (problem !== null) {
    throw reader.corrupt(problem);
  }
  if (heap.idLength < MIN_ID_LENGTH || heap.maxManagedSize === 0) {
    throw reader.corrupt(`IDs of ${heap.idLength} bytes, managed objects of at most ${heap.maxManagedSize}`);
  }
  if (heap.rootRows > maxRowCount(heap)) {
    throw reader.corrupt(`root with ${heap.rootRows} rows, where ${maxRowCount(heap)} reach over the whole heap`);
  }
  return heap;
}

/** Codec of a fractal heap's header. File Format Specification, section III.G. */
export const fractalHeap: NodeCodec<FractalHeap> = {
  name: "fractal-heap",
  section: "III.G",
  keepsNoBytes: true,

  decode(reader: Reader, context: FormatContext): FractalHeap {
    const begin = reader.position;
    reader.signature(SIGNATURE);
    const version = reader.u8();
    if (version !== 0) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    const idLength = reader.u16();
    const filterLength = reader.u16();
    const flags = reader.u8();
    if ((flags & ~(FLAG_HUGE_IDS_WRAPPED | FLAG_CHECKSUM_DIRECT_BLOCKS)) !== 0) {
      throw reader.corrupt(`flags 0x${flags.toString(16)} have bits that no version defines`);
    }
    const fields = {
      idLength,
      hugeIdsWrapped: (flags & FLAG_HUGE_IDS_WRAPPED) !== 0,
      checksumDirectBlocks: (flags & FLAG_CHECKSUM_DIRECT_BLOCKS) !== 0,
      maxManagedSize: reader.u32(),
      nextHugeId: reader.lengthField(context),
      hugeIndexAddress: reader.offset(context),
      managedFreeSpace: reader.lengthField(context),
      freeSpaceAddress: reader.offset(context),
      managedSpace: reader.lengthField(context),
      allocatedSpace: reader.lengthField(context),
      iteratorOffset: reader.lengthField(context),
      managedCount: reader.lengthField(context),
      hugeSize: reader.lengthField(context),
      hugeCount: reader.lengthField(context),
      tinySize: reader.lengthField(context),
      tinyCount: reader.lengthField(context),
      tableWidth: reader.u16(),
      startingBlockSize: reader.lengthField(context),
      maxDirectBlockSize: reader.lengthField(context),
      maxHeapBits: reader.u16(),
      startRootRows: reader.u16(),
      rootAddress: reader.offset(context),
      rootRows: reader.u16(),
      filters: decodeFilters(reader, filterLength, context),
    };
    readChecksum(reader, begin);
    return verify(fields, reader);
  },

  encode(heap: FractalHeap, writer: Writer, context: FormatContext): void {
    const begin = writer.position;
    const { filters } = heap;
    writer.signature(SIGNATURE);
    writer.u8(0);
    writer.u16(heap.idLength);
    writer.u16(filters === null ? 0 : filterPipelineMessage.sizeOf(filters.pipeline, context));
    writer.u8(
      (heap.hugeIdsWrapped ? FLAG_HUGE_IDS_WRAPPED : 0) | (heap.checksumDirectBlocks ? FLAG_CHECKSUM_DIRECT_BLOCKS : 0),
    );
    writer.u32(heap.maxManagedSize);
    writer.lengthField(heap.nextHugeId, context);
    writer.offset(heap.hugeIndexAddress, context);
    writer.lengthField(heap.managedFreeSpace, context);
    writer.offset(heap.freeSpaceAddress, context);
    writer.lengthField(heap.managedSpace, context);
    writer.lengthField(heap.allocatedSpace, context);
    writer.lengthField(heap.iteratorOffset, context);
    writer.lengthField(heap.managedCount, context);
    writer.lengthField(heap.hugeSize, context);
    writer.lengthField(heap.hugeCount, context);
    writer.lengthField(heap.tinySize, context);
    writer.lengthField(heap.tinyCount, context);
    writer.u16(heap.tableWidth);
    writer.lengthField(heap.startingBlockSize, context);
    writer.lengthField(heap.maxDirectBlockSize, context);
    writer.u16(heap.maxHeapBits);
    writer.u16(heap.startRootRows);
    writer.offset(heap.rootAddress, context);
    writer.u16(heap.rootRows);
    if (filters !== null) {
      writer.lengthField(filters.rootStoredSize, context);
      writer.u32(filters.rootFilterMask);
      filterPipelineMessage.encode(filters.pipeline, writer, context);
    }
    writeChecksum(writer, begin);
  },

  sizeOf({ filters }: FractalHeap, context: FormatContext): number {
    const filtered =
      filters === null ? 0 : context.lengthSize + MASK_SIZE + filterPipelineMessage.sizeOf(filters.pipeline, context);
    return unfilteredSize(context) + filtered;
  },

  prefixSize: unfilteredSize,

  totalSize(prefix: Reader, context: FormatContext): number {
    prefix.skip(FILTER_LENGTH_AT);
    const filterLength = prefix.u16();
    return unfilteredSize(context) + (filterLength === 0 ? 0 : context.lengthSize + MASK_SIZE + filterLength);
  },
};
