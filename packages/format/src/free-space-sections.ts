import { encodedSize } from "./btree-v2-geometry.js";
import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "./checksum.js";
import type { NodeCodec } from "./codec.js";
import type { FormatContext } from "./context.js";
import type { FreeSpaceHeader } from "./free-space-header.js";
import type { Reader } from "./reader.js";

/** Blocks of a fractal heap that are not allocated, side by side in one indirect block. File Format Specification, section III.H. */
export interface FreeBlocks {
  /** Offset of the indirect block in the heap. */
  readonly blockOffset: number;
  /** Row and column of the first of them. */
  readonly row: number;
  readonly column: number;
  readonly count: number;
}

/** One piece of free space. File Format Specification, section III.H, "Free-space Section List". */
export interface FreeSection {
  readonly offset: number;
  readonly size: number;
  /** Number of the section's class: what the classes are is the client's. */
  readonly type: number;
  /** What a section of a fractal heap is that stands for blocks; `null` for all others. */
  readonly blocks: FreeBlocks | null;
}

/** The sections of a free-space manager, in the order of their offsets. File Format Specification, section III.H. */
export interface FreeSpaceSections {
  /** Address of the manager's header. */
  readonly headerAddress: number;
  readonly sections: readonly FreeSection[];
}

const SIGNATURE = "FSSE";
/** Sections of fractal heaps: within a direct block, and the first row of blocks that are not allocated. */
const HEAP_SINGLE = 0;
const HEAP_FIRST_ROW = 1;
/** No section of a heap within a block is larger than libhdf5's largest block. */
const SMALL_SIZE = 1 << 16;
const CLASS_COUNTS = { "fractal-heap": 2, file: 3 } as const;

interface Widths {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

function widthsOf({ serializedCount, maxSectionSize, addressBits }: FreeSpaceHeader): Widths {
  return {
    count: encodedSize(serializedCount),
    size: encodedSize(Number(maxSectionSize)),
    offset: Math.ceil(addressBits / 8),
  };
}

function prefixLength({ offsetSize }: FormatContext): number {
  return SIGNATURE.length + 1 + offsetSize;
}

/** Whether sections of a class say which blocks they stand for. */
function hasBlocks({ client }: FreeSpaceHeader, type: number): boolean {
  return client === "fractal-heap" && type === HEAP_FIRST_ROW;
}

/** Bytes that a list of sections takes, without what is left of its space. File Format Specification, section III.H. */
export function freeSectionsSize(
  header: FreeSpaceHeader,
  sections: readonly FreeSection[],
  context: FormatContext,
): number {
  const widths = widthsOf({ ...header, serializedCount: sections.length });
  let blocks = 0;
  for (const { type } of sections) {
    blocks += hasBlocks(header, type) ? 1 : 0;
  }
  const perSize = widths.count + widths.size;
  const lists =
    distinctSizes(sections) * perSize + sections.length * (widths.offset + 1) + blocks * (widths.offset + 6);
  return prefixLength(context) + lists + CHECKSUM_SIZE;
}

/** How many different sizes sections have: asked for with every change of a heap that may have many thousands of them. */
function distinctSizes(sections: readonly FreeSection[]): number {
  const small = new Uint8Array(SMALL_SIZE);
  const large = new Set<number>();
  let count = 0;
  for (const { size } of sections) {
    if (size >= SMALL_SIZE) {
      large.add(size);
    } else if (small[size] === 0) {
      small[size] = 1;
      count++;
    }
  }
  return count + large.size;
}

function readSection(reader: Reader, header: FreeSpaceHeader, widths: Widths, size: number): FreeSection {
  const offset = reader.uint(widths.offset);
  const type = reader.u8();
  if (type >= CLASS_COUNTS[header.client]) {
    throw reader.corrupt(`a section of class ${type}, which is not stored`);
  }
  if (!hasBlocks(header, type)) {
    return { offset, size, type, blocks: null };
  }
  const blocks = {
    blockOffset: reader.uint(widths.offset),
    row: reader.u16(),
    column: reader.u16(),
    count: reader.u16(),
  };
  return { offset, size, type, blocks };
}

/**
 * Codec of the list of sections that a manager's header leads to. File Format Specification, section III.H.
 *
 * Sections are stored by size; the checksum follows the last one, and what is left of the list's space is zeros.
 */
export function freeSpaceSections(header: FreeSpaceHeader): NodeCodec<FreeSpaceSections> {
  const widths = widthsOf(header);
  const { sectionsSize, sectionsAllocated } = header;
  return {
    name: "free-space-sections",
    section: "III.H",
    keepsNoBytes: true,
    // What is left of its space need not be in the file.
    prefixSize: () => sectionsSize,
    totalSize: () => sectionsSize,
    sizeOf: () => sectionsAllocated,
    decode(reader, context) {
      const begin = reader.position;
      const end = begin + sectionsSize - CHECKSUM_SIZE;
      reader.need(sectionsSize);
      reader.signature(SIGNATURE);
      const version = reader.u8();
      if (version !== 0) {
        throw reader.corrupt(`version ${version} is not known`);
      }
      const headerAddress = reader.definedOffset(context, "address of the manager");
      const sections: FreeSection[] = [];
      while (reader.position < end && sections.length < header.serializedCount) {
        const count = reader.uint(widths.count);
        const size = reader.uint(widths.size);
        for (let i = 0; i < count; i++) {
          if (reader.position >= end) {
            throw reader.corrupt(`${count} sections of ${size} bytes run past its ${sectionsSize} bytes`);
          }
          sections.push(readSection(reader, header, widths, size));
        }
      }
      if (sections.length !== header.serializedCount || reader.position > end) {
        throw reader.corrupt(`${sections.length} sections where its header counts ${header.serializedCount}`);
      }
      reader.skip(end - reader.position);
      readChecksum(reader, begin);
      return { headerAddress, sections: sections.sort((a, b) => a.offset - b.offset) };
    },
    encode({ headerAddress, sections }, writer, context) {
      const begin = writer.position;
      writer.signature(SIGNATURE);
      writer.u8(0);
      writer.offset(headerAddress, context);
      const bySize = sections.toSorted((a, b) => a.size - b.size || a.offset - b.offset);
      for (let i = 0; i < bySize.length; ) {
        const { size } = bySize[i] as FreeSection;
        let next = i;
        while (bySize[next]?.size === size) {
          next++;
        }
        writer.uint(next - i, widths.count);
        writer.uint(size, widths.size);
        for (; i < next; i++) {
          const { offset, type, blocks } = bySize[i] as FreeSection;
          writer.uint(offset, widths.offset);
          writer.u8(type);
          if (blocks !== null) {
            writer.uint(blocks.blockOffset, widths.offset);
            writer.u16(blocks.row);
            writer.u16(blocks.column);
            writer.u16(blocks.count);
          }
        }
      }
      writeChecksum(writer, begin);
      writer.zeros(sectionsAllocated - (writer.position - begin));
    },
  };
}

/** A section of a fractal heap within a direct block. File Format Specification, section III.H. */
export function singleSection(offset: number, size: number): FreeSection {
  return { offset, size, type: HEAP_SINGLE, blocks: null };
}

/** A section of a fractal heap that stands for blocks not allocated; `size` is what the first of them has room for. Section III.H. */
export function blocksSection(offset: number, size: number, blocks: FreeBlocks): FreeSection {
  return { offset, size, type: HEAP_FIRST_ROW, blocks };
}
