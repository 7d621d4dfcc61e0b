import { encodedSize } from "../btree-v2-geometry.js";
import type { FormatContext } from "../context.js";
import { type GlobalHeapId, globalHeapId } from "../global-heap-id.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import { MAX_RANK } from "./dataspace.js";

/** One chunk that holds the whole dataset. File Format Specification, section IV.A.2.i, index type 1. */
export interface SingleChunkIndex {
  readonly kind: "single";
  /** How the chunk is stored, when it goes through filters. */
  readonly filtered: { readonly storedSize: number; readonly filterMask: number } | null;
}

/** All chunks one after the other, with nothing that finds them. File Format Specification, section IV.A.2.i, index type 2. */
export interface ImplicitIndex {
  readonly kind: "implicit";
}

/** A fixed array of chunks. File Format Specification, section IV.A.2.i, index type 3. */
export interface FixedArrayIndex {
  readonly kind: "fixed-array";
  /** A page of the array's data block has 2 to this power elements. */
  readonly pageBits: number;
}

/** An extensible array of chunks. File Format Specification, section IV.A.2.i, index type 4. */
export interface ExtensibleArrayIndex {
  readonly kind: "extensible-array";
  /** Bits that the number of elements takes at most. */
  readonly maxBits: number;
  readonly indexBlockElements: number;
  readonly superBlockMinPointers: number;
  readonly dataBlockMinElements: number;
  /** A page of a data block has 2 to this power elements. */
  readonly pageBits: number;
}

/** A version 2 B-tree of chunks. File Format Specification, section IV.A.2.i, index type 5. */
export interface BtreeV2Index {
  readonly kind: "btree-v2";
  readonly nodeSize: number;
  readonly splitPercent: number;
  readonly mergePercent: number;
}

/** What finds the chunks of a dataset and how it is made up. File Format Specification, section IV.A.2.i. */
export type ChunkIndexing = SingleChunkIndex | ImplicitIndex | FixedArrayIndex | ExtensibleArrayIndex | BtreeV2Index;

/** Data in chunks that an index of any kind finds. File Format Specification, section IV.A.2.i, versions 4 and 5. */
export interface IndexedChunkedLayout {
  readonly version: 4 | 5;
  readonly class: "chunked";
  /** Address of the index, of the chunk itself for a single one; `null` while nothing is allocated. */
  readonly address: number | null;
  /** Elements of a chunk along each dimension, slowest first, without the element size that is stored after them. */
  readonly chunkShape: readonly number[];
  /** Bytes of an element. */
  readonly elementSize: number;
  /** Bytes that each of these takes in the message; libhdf5 2.0 and newer insist on the fewest. */
  readonly dimensionSize: number;
  /** Chunks that reach past the edge of the dataset are stored without filters. */
  readonly partialChunksUnfiltered: boolean;
  readonly index: ChunkIndexing;
}

/** Data that stands in other datasets. File Format Specification, section IV.A.2.i, class 3. */
export interface VirtualLayout {
  readonly version: 4 | 5;
  readonly class: "virtual";
  /** The global heap object that says which parts are where; address 0 while there is none. */
  readonly mapping: GlobalHeapId;
}

const FLAG_PARTIAL_UNFILTERED = 0x01;
const FLAG_SINGLE_FILTERED = 0x02;
const KINDS = [null, "single", "implicit", "fixed-array", "extensible-array", "btree-v2"] as const;
const MAX_STORED_RANK = MAX_RANK + 1;
const MAX_V4_CHUNK_BYTES = 0xffff_ffff;
const MAX_PAGE_BITS = 31;

/** Bytes that each dimension takes in a version 4 or 5 message, the fewest. File Format Specification, section IV.A.2.i. */
export function chunkDimensionSize(chunkShape: readonly number[], elementSize: number): number {
  return encodedSize(Math.max(elementSize, ...chunkShape));
}

/** Reads the rest of a version 4 or 5 message of chunked data, after the class. File Format Specification, section IV.A.2.i. */
export function decodeIndexed(reader: Reader, context: FormatContext, version: 4 | 5): IndexedChunkedLayout {
  const flags = reader.u8();
  if (flags & ~(FLAG_PARTIAL_UNFILTERED | FLAG_SINGLE_FILTERED)) {
    throw reader.corrupt(`flags 0x${flags.toString(16)} have bits that no version defines`);
  }
  const rank = reader.u8();
  if (rank < 2 || rank > MAX_STORED_RANK) {
    throw reader.corrupt(`${rank} chunk dimensions where 2 to ${MAX_STORED_RANK} can stand`);
  }
  const dimensionSize = reader.u8();
  if (dimensionSize < 1 || dimensionSize > 8) {
    throw reader.corrupt(`${dimensionSize} bytes for each chunk dimension where 1 to 8 can stand`);
  }
  reader.need(rank * dimensionSize);
  const stored = Array.from({ length: rank }, () => reader.uint(dimensionSize));
  if (stored.includes(0)) {
    throw reader.corrupt(`chunk dimensions ${stored.join(" x ")} have a 0`);
  }
  if (version === 4 && stored.reduce((product, size) => product * size, 1) > MAX_V4_CHUNK_BYTES) {
    throw reader.corrupt(`chunk of ${stored.join(" x ")} bytes exceeds 4 GiB`);
  }
  const index = decodeIndexing(reader, context, (flags & FLAG_SINGLE_FILTERED) !== 0);
  return {
    version,
    class: "chunked",
    address: reader.offset(context),
    chunkShape: stored.slice(0, -1),
    elementSize: stored.at(-1) as number,
    dimensionSize,
    partialChunksUnfiltered: (flags & FLAG_PARTIAL_UNFILTERED) !== 0,
    index,
  };
}

function decodeIndexing(reader: Reader, context: FormatContext, singleFiltered: boolean): ChunkIndexing {
  const type = reader.u8();
  const kind = KINDS[type];
  if (singleFiltered && kind !== "single") {
    throw reader.corrupt("a flag says that its single chunk is filtered, and it has another index");
  }
  switch (kind) {
    case "single":
      return { kind, filtered: singleFiltered ? readFiltered(reader, context) : null };
    case "implicit":
      return { kind };
    case "fixed-array":
      return { kind, pageBits: readPageBits(reader) };
    case "extensible-array":
      return {
        kind,
        maxBits: reader.u8(),
        indexBlockElements: reader.u8(),
        superBlockMinPointers: reader.u8(),
        dataBlockMinElements: reader.u8(),
        pageBits: readPageBits(reader),
      };
    case "btree-v2":
      return { kind, nodeSize: reader.u32(), splitPercent: reader.u8(), mergePercent: reader.u8() };
    default:
      throw reader.corrupt(`chunk index type ${type} is not known`);
  }
}

function readFiltered(reader: Reader, context: FormatContext): SingleChunkIndex["filtered"] {
  return { storedSize: reader.lengthField(context), filterMask: reader.u32() };
}

function readPageBits(reader: Reader): number {
  const pageBits = reader.u8();
  if (pageBits === 0 || pageBits > MAX_PAGE_BITS) {
    throw reader.corrupt(`pages of 2^${pageBits} elements where 2^1 to 2^${MAX_PAGE_BITS} can stand`);
  }
  return pageBits;
}

/** Writes what `decodeIndexed` reads. File Format Specification, section IV.A.2.i. */
export function encodeIndexed(layout: IndexedChunkedLayout, writer: Writer, context: FormatContext): void {
  const { index, dimensionSize, chunkShape, elementSize } = layout;
  const isFiltered = index.kind === "single" && index.filtered !== null;
  writer.u8((layout.partialChunksUnfiltered ? FLAG_PARTIAL_UNFILTERED : 0) | (isFiltered ? FLAG_SINGLE_FILTERED : 0));
  writer.u8(chunkShape.length + 1);
  writer.u8(dimensionSize);
  for (const size of [...chunkShape, elementSize]) {
    writer.uint(size, dimensionSize);
  }
  writer.u8(KINDS.indexOf(index.kind));
  switch (index.kind) {
    case "single":
      if (index.filtered !== null) {
        writer.lengthField(index.filtered.storedSize, context);
        writer.u32(index.filtered.filterMask);
      }
      break;
    case "implicit":
      break;
    case "fixed-array":
      writer.u8(index.pageBits);
      break;
    case "extensible-array":
      writer.u8(index.maxBits);
      writer.u8(index.indexBlockElements);
      writer.u8(index.superBlockMinPointers);
      writer.u8(index.dataBlockMinElements);
      writer.u8(index.pageBits);
      break;
    case "btree-v2":
      writer.u32(index.nodeSize);
      writer.u8(index.splitPercent);
      writer.u8(index.mergePercent);
  }
  writer.offset(layout.address, context);
}

/** Bytes that `encodeIndexed` writes. File Format Specification, section IV.A.2.i. */
export function sizeOfIndexed(
  { index, chunkShape, dimensionSize }: IndexedChunkedLayout,
  context: FormatContext,
): number {
  return 4 + dimensionSize * (chunkShape.length + 1) + indexingSize(index, context) + context.offsetSize;
}

function indexingSize(index: ChunkIndexing, { lengthSize }: FormatContext): number {
  switch (index.kind) {
    case "single":
      return index.filtered === null ? 0 : lengthSize + 4;
    case "implicit":
      return 0;
    case "fixed-array":
      return 1;
    case "extensible-array":
      return 5;
    case "btree-v2":
      return 6;
  }
}

/** Reads the rest of a message of virtual data, after the class. File Format Specification, section IV.A.2.i. */
export function decodeVirtual(reader: Reader, context: FormatContext, version: 4 | 5): VirtualLayout {
  return { version, class: "virtual", mapping: globalHeapId.decode(reader, context) };
}
