import type { Codec } from "../codec.js";
import type { FormatContext } from "../context.js";
import { globalHeapId } from "../global-heap-id.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import {
  decodeIndexed,
  decodeVirtual,
  encodeIndexed,
  type IndexedChunkedLayout,
  sizeOfIndexed,
  type VirtualLayout,
} from "./layout-v4.js";

/** Versions of the message; 4 and 5 store compact and contiguous data as 3 does. */
export type LayoutVersion = 1 | 2 | 3 | 4 | 5;

/** Data that stands in the message itself. File Format Specification, section IV.A.2.i. */
export interface CompactLayout {
  readonly version: LayoutVersion;
  readonly class: "compact";
  readonly data: Uint8Array;
  /** Sizes stored by versions 1 and 2, which may be cut to 32 bits; the dataspace is what counts. */
  readonly dimensions: readonly number[] | null;
}

/** Data in one block of the file. File Format Specification, section IV.A.2.i. */
export interface ContiguousLayout {
  readonly version: LayoutVersion;
  readonly class: "contiguous";
  /** Address of the data; `null` while nothing is allocated. */
  readonly address: number | null;
  /** Bytes of the data; versions 1 and 2 do not store it. */
  readonly size: number | null;
  /** Sizes stored by versions 1 and 2, which may be cut to 32 bits; the dataspace is what counts. */
  readonly dimensions: readonly number[] | null;
}

/** Data in chunks that a version 1 B-tree finds. File Format Specification, section IV.A.2.i. */
export interface TreeChunkedLayout {
  readonly version: 1 | 2 | 3;
  readonly class: "chunked";
  /** Address of the B-tree; `null` while no chunk is allocated. */
  readonly address: number | null;
  /** Elements of a chunk along each dimension, slowest first, without the element size that is stored after them. */
  readonly chunkShape: readonly number[];
  /** Bytes of an element. */
  readonly elementSize: number;
}

/** Data in chunks; from version 4 on `index` says what finds them. File Format Specification, section IV.A.2.i. */
export type ChunkedLayout = TreeChunkedLayout | IndexedChunkedLayout;

/** How a dataset's data is stored. File Format Specification, section IV.A.2.i. */
export type Layout = CompactLayout | ContiguousLayout | ChunkedLayout | VirtualLayout;

/** What every version can say of data. */
type StoredHere = Exclude<Layout, VirtualLayout>;

const CLASSES = ["compact", "contiguous", "chunked", "virtual"] as const;
/** 32 dimensions and the element size. */
const MAX_STORED_RANK = 33;
const MAX_CHUNK_BYTES = 0xffff_ffff;
const V1_HEADER_SIZE = 8;

/** The data layout message. File Format Specification, section IV.A.2.i. */
export const layoutMessage: Codec<Layout> = {
  name: "data-layout",
  section: "IV.A.2.i",
  decode(reader, context) {
    const version = reader.u8();
    switch (version) {
      case 1:
      case 2:
        return decodeV1(reader, context, version);
      case 3:
      case 4:
      case 5:
        return decodeV3(reader, context, version);
      default:
        throw reader.corrupt(`version ${version} is not known`);
    }
  },
  encode(layout, writer, context) {
    writer.u8(layout.version);
    if (layout.class === "virtual" || layout.version >= 3) {
      encodeV3(layout, writer, context);
    } else {
      encodeV1(layout, writer, context);
    }
  },
  sizeOf(layout, context) {
    return layout.class === "virtual" || layout.version >= 3 ? sizeOfV3(layout, context) : sizeOfV1(layout, context);
  },
};

function readClass(reader: Reader, version: LayoutVersion): (typeof CLASSES)[number] {
  const stored = reader.u8();
  const name = CLASSES[stored];
  if (name === undefined || (name === "virtual" && version < 4)) {
    throw reader.corrupt(`layout class ${stored} is not known to version ${version}`);
  }
  return name;
}

function decodeV1(reader: Reader, context: FormatContext, version: 1 | 2): Layout {
  const rank = reader.u8();
  if (rank === 0 || rank > MAX_STORED_RANK) {
    throw reader.corrupt(`${rank} dimensions where 1 to ${MAX_STORED_RANK} can stand`);
  }
  const layoutClass = readClass(reader, version);
  reader.skip(5);
  const address = layoutClass === "compact" ? null : reader.offset(context);
  const dimensions = readDimensions(reader, rank);
  switch (layoutClass) {
    case "compact":
      return { version, class: layoutClass, data: reader.bytes(reader.u32()), dimensions };
    case "contiguous":
      return { version, class: layoutClass, address, size: null, dimensions };
    default:
      return chunked(reader, version, address, dimensions);
  }
}

function decodeV3(reader: Reader, context: FormatContext, version: 3 | 4 | 5): Layout {
  const layoutClass = readClass(reader, version);
  switch (layoutClass) {
    case "compact":
      return { version, class: layoutClass, data: reader.bytes(reader.u16()), dimensions: null };
    case "contiguous": {
      const address = reader.offset(context);
      return { version, class: layoutClass, address, size: reader.lengthField(context), dimensions: null };
    }
    default:
      break;
  }
  if (version !== 3) {
    return layoutClass === "virtual"
      ? decodeVirtual(reader, context, version)
      : decodeIndexed(reader, context, version);
  }
  const rank = reader.u8();
  if (rank > MAX_STORED_RANK) {
    throw reader.corrupt(`${rank} chunk dimensions where ${MAX_STORED_RANK} are the most`);
  }
  const address = reader.offset(context);
  return chunked(reader, version, address, readDimensions(reader, rank));
}

function readDimensions(reader: Reader, rank: number): number[] {
  reader.need(rank * 4);
  return Array.from({ length: rank }, () => reader.u32());
}

/** The last stored dimension is the element size. A size of 0 would divide by zero later, and 4 GiB is the most of a chunk. */
function chunked(
  reader: Reader,
  version: 1 | 2 | 3,
  address: number | null,
  stored: readonly number[],
): TreeChunkedLayout {
  if (stored.length < 2) {
    throw reader.corrupt(`${stored.length} chunk dimensions where 2 are the least`);
  }
  if (stored.includes(0)) {
    throw reader.corrupt(`chunk dimensions ${stored.join(" x ")} have a 0`);
  }
  if (stored.reduce((product, size) => product * size, 1) > MAX_CHUNK_BYTES) {
    throw reader.corrupt(`chunk of ${stored.join(" x ")} bytes exceeds 4 GiB`);
  }
  return { version, class: "chunked", address, chunkShape: stored.slice(0, -1), elementSize: stored.at(-1) as number };
}

/** The dimensions as versions 1 and 2 store them. */
function storedDimensions(layout: StoredHere): readonly number[] {
  return layout.class === "chunked" ? [...layout.chunkShape, layout.elementSize] : (layout.dimensions ?? []);
}

function encodeV1(layout: StoredHere, writer: Writer, context: FormatContext): void {
  const dimensions = storedDimensions(layout);
  if (dimensions.length === 0) {
    throw writer.invalid(`version ${layout.version} needs dimensions`);
  }
  writer.u8(dimensions.length);
  writer.u8(CLASSES.indexOf(layout.class));
  writer.zeros(5);
  if (layout.class !== "compact") {
    writer.offset(layout.address, context);
  }
  for (const dimension of dimensions) {
    writer.u32(dimension);
  }
  if (layout.class === "compact") {
    writer.u32(layout.data.length);
    writer.bytes(layout.data);
  }
}

function sizeOfV1(layout: StoredHere, { offsetSize }: FormatContext): number {
  const rest = layout.class === "compact" ? 4 + layout.data.length : offsetSize;
  return V1_HEADER_SIZE + 4 * storedDimensions(layout).length + rest;
}

function encodeV3(layout: Layout, writer: Writer, context: FormatContext): void {
  writer.u8(CLASSES.indexOf(layout.class));
  switch (layout.class) {
    case "compact":
      writer.u16(layout.data.length);
      writer.bytes(layout.data);
      return;
    case "contiguous":
      writer.offset(layout.address, context);
      writer.lengthField(layout.size ?? 0, context);
      return;
    case "virtual":
      globalHeapId.encode(layout.mapping, writer, context);
      return;
    case "chunked": {
      if ("index" in layout) {
        encodeIndexed(layout, writer, context);
        return;
      }
      const dimensions = storedDimensions(layout);
      writer.u8(dimensions.length);
      writer.offset(layout.address, context);
      for (const dimension of dimensions) {
        writer.u32(dimension);
      }
    }
  }
}

function sizeOfV3(layout: Layout, context: FormatContext): number {
  const { offsetSize, lengthSize } = context;
  switch (layout.class) {
    case "compact":
      return 4 + layout.data.length;
    case "contiguous":
      return 2 + offsetSize + lengthSize;
    case "virtual":
      return 2 + globalHeapId.sizeOf(layout.mapping, context);
    case "chunked":
      return "index" in layout
        ? 2 + sizeOfIndexed(layout, context)
        : 3 + offsetSize + 4 * (layout.chunkShape.length + 1);
  }
}
