import {
  blocksSection,
  directBlockPrefixSize,
  directRowCount,
  type FormatContext,
  FormatError,
  type FractalHeap,
  type FreeBlocks,
  type FreeSection,
  type FreeSpaceHeader,
  freeSectionsSize,
  freeSpaceHeader,
  freeSpaceSections,
  indirectRowCount,
  maxRowCount,
  rowBlockSize,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";

/** A fractal heap that is being changed within one operation. File Format Specification, section III.G. */
export interface HeapEdit {
  readonly tx: Tx;
  readonly address: number;
  /** The header as it will be. */
  header: FractalHeap;
  /** Its free space in the order of the offsets, as it will be. Section III.H. */
  sections: readonly FreeSection[];
  /** The manager of the free space as it is stored; `null` in a heap without one. */
  readonly manager: FreeSpaceHeader | null;
}

/** What a manager of a heap's free space is like, as libhdf5 makes it: four classes of sections, two of them stored. */
const MANAGER = { client: "fractal-heap", classCount: 4, shrinkPercent: 80, expandPercent: 120 } as const;

/** Rows of blocks that some free space consists of, and the bytes that the manager counts for them. */
interface FreeRows {
  readonly rows: number;
  readonly space: number;
}

/** The free space of a heap and its manager; nothing in a heap without one. File Format Specification, section III.H. */
export function freeSpaceOf(tx: Tx, header: FractalHeap): Pick<HeapEdit, "sections" | "manager"> {
  const { freeSpaceAddress } = header;
  if (freeSpaceAddress === null) {
    return { sections: [], manager: null };
  }
  const manager = tx.node(freeSpaceHeader, freeSpaceAddress);
  if (manager.client !== MANAGER.client) {
    throw new FormatError(freeSpaceHeader.name, "it manages the space of a file, not that of a heap", {
      address: freeSpaceAddress,
    });
  }
  if (manager.sectionsAddress === null) {
    return { sections: [], manager };
  }
  const { headerAddress, sections } = tx.node(freeSpaceSections(manager), manager.sectionsAddress);
  if (headerAddress !== freeSpaceAddress) {
    throw new FormatError("free-space-sections", `they belong to the manager at address ${headerAddress}`, {
      address: manager.sectionsAddress,
    });
  }
  return { sections, manager };
}

/** Puts a section into its place among the free ones. */
export function addSection(edit: HeapEdit, section: FreeSection): void {
  edit.sections = edit.sections.toSpliced(positionOf(edit.sections, section.offset), 0, section);
}

/** Takes a section out. */
export function takeOut(edit: HeapEdit, section: FreeSection): void {
  let at = positionOf(edit.sections, section.offset);
  while (at < edit.sections.length && edit.sections[at] !== section) {
    at++;
  }
  edit.sections = edit.sections.toSpliced(at, 1);
}

/** Index of the first section that does not begin before an offset. */
export function positionOf(sections: readonly FreeSection[], offset: number): number {
  let low = 0;
  let high = sections.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sections[middle] as FreeSection).offset < offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Bytes for objects in a direct block of a row. Section III.G. */
export function roomInRow(header: FractalHeap, row: number, context: FormatContext): number {
  return rowBlockSize(header, row) - directBlockPrefixSize(header, context);
}

/** Bytes for objects in all direct blocks of the first `rowCount` rows of an indirect block. Section III.G. */
export function roomInRows(header: FractalHeap, rowCount: number, context: FormatContext): number {
  const { tableWidth } = header;
  return contentOfRows(header, rowCount, context).reduce((sum, { room }) => sum + room * tableWidth, 0);
}

/** What one block of a row comes to, with all blocks below it. */
interface RowContent {
  /** Bytes for objects in its direct blocks. */
  readonly room: number;
  /** Rows of direct blocks below it, and what the manager counts for them; of a direct block nothing. */
  readonly free: FreeRows;
}

/** What a block of each of the first rows comes to: from the first row up, since a table may be nested very deep. */
function contentOfRows(header: FractalHeap, rowCount: number, context: FormatContext): RowContent[] {
  const { tableWidth } = header;
  const contents: RowContent[] = [];
  for (let row = 0; row < rowCount; row++) {
    if (row < directRowCount(header)) {
      contents.push({ room: roomInRow(header, row, context), free: { rows: 0, space: 0 } });
      continue;
    }
    let room = 0;
    let rows = 0;
    let space = 0;
    const below = indirectRowCount(header, rowBlockSize(header, row));
    for (const [inner, content] of contents.slice(0, below).entries()) {
      const isDirect = inner < directRowCount(header);
      room += content.room * tableWidth;
      rows += isDirect ? 1 : content.free.rows * tableWidth;
      space += isDirect ? content.room : content.free.space * tableWidth;
    }
    contents.push({ room, free: { rows, space } });
  }
  return contents;
}

/**
 * Makes a stretch of blocks of an indirect block, which are not allocated, free space: one section with the stretches that
 * it touches, since libhdf5 relies on sections being merged. Section III.H.
 */
export function addBlocks(edit: HeapEdit, blockOffset: number, entry: number, count: number): void {
  if (count <= 0) {
    return;
  }
  const { header, tx } = edit;
  let [first, end] = [entry, entry + count];
  const at = positionOf(edit.sections, blockOffset + entryOffset(header, entry));
  for (const section of [edit.sections[at - 1], edit.sections[at]]) {
    if (section?.blocks?.blockOffset !== blockOffset) {
      continue;
    }
    const begin = firstEntry(header, section.blocks);
    if (begin + section.blocks.count === first || begin === end) {
      takeOut(edit, section);
      first = Math.min(first, begin);
      end = Math.max(end, begin + section.blocks.count);
    }
  }
  const row = Math.floor(first / header.tableWidth);
  const size = roomInRow(header, row < directRowCount(header) ? row : 0, tx.context);
  const blocks = { blockOffset, row, column: first % header.tableWidth, count: end - first };
  addSection(edit, blocksSection(blockOffset + entryOffset(header, first), size, blocks));
}

/** Index of the first of some blocks among the children of their indirect block. Section III.H. */
export function firstEntry({ tableWidth }: FractalHeap, { row, column }: FreeBlocks): number {
  return row * tableWidth + column;
}

/** Where a child of an indirect block begins, counted from the block's first byte. Section III.G. */
export function entryOffset(header: FractalHeap, entry: number): number {
  const row = Math.floor(entry / header.tableWidth);
  return rowOffset(header, row) + (entry % header.tableWidth) * rowBlockSize(header, row);
}

/** Where a row of an indirect block begins, counted from the block's first byte. Section III.G. */
export function rowOffset({ startingBlockSize, tableWidth }: FractalHeap, row: number): number {
  return row === 0 ? 0 : startingBlockSize * tableWidth * 2 ** (row - 1);
}

/** The rows that a stretch of blocks which are not allocated consists of, those of blocks within blocks included. */
function freeRows(header: FractalHeap, { row: first, column, count }: FreeBlocks, context: FormatContext): FreeRows {
  const { tableWidth } = header;
  const last = Math.min(Math.ceil((column + count) / tableWidth) + first, maxRowCount(header));
  const contents = contentOfRows(header, last, context);
  let rows = 0;
  let space = 0;
  let rest = count;
  for (let row = first; row < last; row++) {
    const here = Math.min(rest, tableWidth - (row === first ? column : 0));
    const content = contents[row] as RowContent;
    const isDirect = row < directRowCount(header);
    rows += isDirect ? 1 : here * content.free.rows;
    space += isDirect ? content.room : here * content.free.space;
    rest -= here;
  }
  return { rows, space };
}

/** What a manager's header says of these sections. File Format Specification, section III.H. */
export function countSections(
  header: FractalHeap,
  sections: readonly FreeSection[],
  context: FormatContext,
): Pick<FreeSpaceHeader, "totalSpace" | "sectionCount" | "serializedCount" | "ghostCount"> {
  let totalSpace = 0;
  let ghostCount = 0;
  for (const { size, blocks } of sections) {
    if (blocks === null) {
      totalSpace += size;
    } else {
      const { rows, space } = freeRows(header, blocks, context);
      totalSpace += space;
      ghostCount += rows - 1;
    }
  }
  const serializedCount = sections.length;
  return { totalSpace, ghostCount, serializedCount, sectionCount: serializedCount + ghostCount };
}

/** Stores the free space of a heap in its manager, which is made when there is none. File Format Specification, section III.H. */
export function putSpace(edit: HeapEdit): void {
  const { tx, header, manager, sections } = edit;
  const { context } = tx;
  if (manager === null && sections.length === 0) {
    return;
  }
  const address = header.freeSpaceAddress ?? tx.alloc(freeSpaceHeader.prefixSize(context));
  const shape: FreeSpaceHeader = {
    ...(manager ?? {
      ...MANAGER,
      addressBits: header.maxHeapBits,
      maxSectionSize: header.maxDirectBlockSize,
      sectionsAddress: null,
      sectionsSize: 0,
      sectionsAllocated: 0,
    }),
    ...countSections(header, sections, context),
  };
  const placed = { ...shape, ...placeSections(edit, shape) };
  tx.put(freeSpaceHeader, address, placed);
  if (placed.sectionsAddress !== null) {
    tx.put(freeSpaceSections(placed), placed.sectionsAddress, { headerAddress: address, sections });
  }
  edit.header = { ...header, freeSpaceAddress: address };
}

/**
 * Where the list of sections goes: where it was while it has the same size, else into an extent of just that size.
 *
 * An extent with room to spare would save moving it, but libhdf5 takes the list from the file with its size and gives it
 * back with that of its extent: when an edit fills the extent just so, it stops with "size of entry changed" and leaves the
 * file half changed.
 */
function placeSections(
  { tx, sections }: HeapEdit,
  shape: FreeSpaceHeader,
): Pick<FreeSpaceHeader, "sectionsAddress" | "sectionsSize" | "sectionsAllocated"> {
  const { sectionsAddress, sectionsAllocated } = shape;
  const size = sections.length === 0 ? 0 : freeSectionsSize(shape, sections, tx.context);
  if (sectionsAddress !== null) {
    if (size === sectionsAllocated) {
      return { sectionsAddress, sectionsSize: size, sectionsAllocated };
    }
    tx.free(sectionsAddress, sectionsAllocated);
  }
  if (size === 0) {
    return { sectionsAddress: null, sectionsSize: 0, sectionsAllocated: 0 };
  }
  return { sectionsAddress: tx.alloc(size), sectionsSize: size, sectionsAllocated: size };
}
