import {
  directBlock,
  directBlockPrefixSize,
  directRowCount,
  FormatError,
  type FractalHeap,
  type FreeBlocks,
  type FreeSection,
  fractalHeap,
  HdfiveError,
  type IndirectBlock,
  type IndirectEntry,
  indirectBlock,
  indirectRowCount,
  maxRowCount,
  placeInTable,
  rowBlockSize,
  singleSection,
  UnsupportedError,
} from "@hdfive/format";
import { type IndirectPlace, indirectPlacesTo, readIndirect, rootPlace } from "./fractal-heap-blocks.js";
import { bestFit } from "./fractal-heap-fit.js";
import {
  addBlocks,
  entryOffset,
  firstEntry,
  type HeapEdit,
  roomInRow,
  roomInRows,
  rowOffset,
  takeOut,
} from "./fractal-heap-space.js";

/** Blocks skipped and levels gone down for one object; far more than any heap has. */
const MOST_STEPS = 4096;
const NO_CHILD: IndirectEntry = { address: null, storedSize: null, filterMask: 0 };

/**
 * Takes free space for an object out of a heap: the smallest that fits, else a new block. What the object does not need
 * is the caller's to give back. File Format Specification, section III.G.
 */
export function allocateSection(edit: HeapEdit, length: number): FreeSection {
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const fit = bestFit(edit, length);
    if (fit === null) {
      return newBlock(edit, smallestBlockFor(edit, length));
    }
    const { section, entry } = fit;
    takeOut(edit, section);
    if (section.blocks === null || entry === null) {
      return section;
    }
    const block = useBlock(edit, section.blocks, entry);
    if (block !== null) {
      return block;
    }
  }
  throw endless(edit);
}

/** Allocates one of a stretch of blocks and answers its space; `null` when it was an indirect one, whose blocks are free now. */
function useBlock(edit: HeapEdit, blocks: FreeBlocks, entry: number): FreeSection | null {
  const { header, tx } = edit;
  const parent = indirectPlacesTo(tx, edit, blocks.blockOffset).at(-1) as IndirectPlace;
  const first = firstEntry(header, blocks);
  addBlocks(edit, parent.start, first, entry - first);
  addBlocks(edit, parent.start, entry + 1, first + blocks.count - entry - 1);
  const row = Math.floor(entry / header.tableWidth);
  if (row < directRowCount(header)) {
    return newDirect(edit, parent, entry);
  }
  const child = newIndirect(edit, parent, entry);
  addBlocks(edit, child.start, 0, child.rowCount * header.tableWidth);
  return null;
}

/** Bytes of the smallest block that libhdf5 makes for an object of a length. */
function smallestBlockFor({ header, tx, address }: HeapEdit, length: number): number {
  const { startingBlockSize, maxDirectBlockSize } = header;
  let size = length < startingBlockSize ? startingBlockSize : 2 ** (1 + Math.floor(Math.log2(length)));
  if (size - length < directBlockPrefixSize(header, tx.context)) {
    size *= 2;
  }
  if (size > maxDirectBlockSize) {
    throw new UnsupportedError("fractal heap", `an object of ${length} bytes fits none of its blocks`, { address });
  }
  return size;
}

/** Allocates the next direct block of at least `size` bytes; smaller ones on the way are skipped and free for later. */
function newBlock(edit: HeapEdit, size: number): FreeSection {
  const { tx } = edit;
  if (edit.header.rootAddress === null && size === edit.header.startingBlockSize) {
    return newRootDirect(edit);
  }
  if (edit.header.rootRows === 0) {
    newRootIndirect(edit, size);
  }
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    tx.work(fractalHeap.name);
    if (edit.header.iteratorOffset >= rowOffset(edit.header, edit.header.rootRows)) {
      growRoot(edit, size);
    }
    const block = advance(edit, size);
    if (block !== null) {
      return block;
    }
  }
  throw endless(edit);
}

/** Allocates the block where the next one goes; `null` when blocks there are too small and were skipped. */
function advance(edit: HeapEdit, size: number): FreeSection | null {
  const { header, tx } = edit;
  let place = rootPlace(edit) as IndirectPlace;
  for (;;) {
    const next = placeInTable(header, header.iteratorOffset - place.start);
    const { row, entry } = next;
    if (row >= place.rowCount) {
      throw misplaced(edit);
    }
    const child = readIndirect(tx, edit, place).entries[entry] as IndirectEntry;
    const isNext = place.start + next.start === header.iteratorOffset && child.address === null;
    if (row < directRowCount(header)) {
      if (!isNext) {
        throw misplaced(edit);
      }
      if (next.size < size) {
        const until = Math.min(Math.log2(size / header.startingBlockSize) + 1, place.rowCount) * header.tableWidth;
        skip(edit, place, entry, until);
        return null;
      }
      const block = newDirect(edit, place, entry);
      edit.header = { ...edit.header, iteratorOffset: header.iteratorOffset + next.size };
      return block;
    }
    if (child.address !== null) {
      place = indirectChild(header, place, entry, child.address);
      continue;
    }
    if (!isNext) {
      throw misplaced(edit);
    }
    const largest = Math.min(indirectRowCount(header, next.size), directRowCount(header)) - 1;
    if (rowBlockSize(header, largest) < size) {
      skip(edit, place, entry, entry + 1);
      return null;
    }
    place = newIndirect(edit, place, entry);
  }
}

function skip(edit: HeapEdit, { start }: IndirectPlace, from: number, to: number): void {
  addBlocks(edit, start, from, to - from);
  edit.header = { ...edit.header, iteratorOffset: start + entryOffset(edit.header, to) };
}

function indirectChild(header: FractalHeap, parent: IndirectPlace, entry: number, address: number): IndirectPlace {
  const size = rowBlockSize(header, Math.floor(entry / header.tableWidth));
  const start = parent.start + entryOffset(header, entry);
  return { kind: "indirect", address, start, rowCount: indirectRowCount(header, size) };
}

function newRootDirect(edit: HeapEdit): FreeSection {
  const size = edit.header.startingBlockSize;
  const { address, section } = putDirect(edit, 0, size);
  const { managedFreeSpace } = edit.header;
  edit.header = {
    ...edit.header,
    rootAddress: address,
    rootRows: 0,
    managedSpace: size,
    managedFreeSpace: managedFreeSpace + section.size,
  };
  return section;
}

/** Puts an indirect block above the root direct block, or makes the first one, with rows up to blocks of `size` bytes. */
function newRootIndirect(edit: HeapEdit, size: number): void {
  const { header, tx, address: heapAddress } = edit;
  const { startingBlockSize, startRootRows, rootAddress, tableWidth } = header;
  const steps = Math.log2(size / startingBlockSize);
  const rows = startRootRows === 0 ? maxRowCount(header) : Math.max(startRootRows, steps === 0 ? 1 : steps + 2);
  const entries = Array.from({ length: rows * tableWidth }, () => NO_CHILD);
  entries[0] = { ...NO_CHILD, address: rootAddress };
  const address = putIndirect(edit, rows, { heapAddress, blockOffset: 0, entries });
  const before = rootAddress === null ? 0 : roomInRow(header, 0, tx.context);
  edit.header = {
    ...header,
    rootAddress: address,
    rootRows: rows,
    managedSpace: rowOffset(header, rows),
    managedFreeSpace: header.managedFreeSpace + roomInRows(header, rows, tx.context) - before,
    iteratorOffset: rootAddress === null ? 0 : startingBlockSize,
  };
}

/** Doubles the rows of the root, or adds as many as blocks of `size` bytes need. */
function growRoot(edit: HeapEdit, size: number): void {
  const { header, tx } = edit;
  const { rootRows, tableWidth } = header;
  const most = maxRowCount(header);
  const next = rowBlockSize(header, rootRows);
  const needed = rootRows + 1 + Math.max(0, Math.log2(size / next));
  const rows = Math.max(needed, Math.min(2 * rootRows, most));
  if (rows > most) {
    throw new HdfiveError("LIMIT", `fractal heap: all ${most} rows of its blocks are in use`, {
      address: edit.address,
    });
  }
  const place = rootPlace(edit) as IndirectPlace;
  const { entries, ...block } = readIndirect(tx, edit, place);
  const more = Array.from({ length: (rows - rootRows) * tableWidth }, () => NO_CHILD);
  const address = putIndirect(edit, rows, { ...block, entries: [...entries, ...more] });
  tx.free(place.address, indirectSize(edit, rootRows));
  const added = roomInRows(header, rows, tx.context) - roomInRows(header, rootRows, tx.context);
  edit.header = {
    ...header,
    rootAddress: address,
    rootRows: rows,
    managedSpace: rowOffset(header, rows),
    managedFreeSpace: header.managedFreeSpace + added,
  };
}

function newDirect(edit: HeapEdit, parent: IndirectPlace, entry: number): FreeSection {
  const size = rowBlockSize(edit.header, Math.floor(entry / edit.header.tableWidth));
  const { address, section } = putDirect(edit, parent.start + entryOffset(edit.header, entry), size);
  setChild(edit, parent, entry, address);
  return section;
}

function newIndirect(edit: HeapEdit, parent: IndirectPlace, entry: number): IndirectPlace {
  const child = indirectChild(edit.header, parent, entry, 0);
  const entries = Array.from({ length: child.rowCount * edit.header.tableWidth }, () => NO_CHILD);
  const block = { heapAddress: edit.address, blockOffset: child.start, entries };
  const address = putIndirect(edit, child.rowCount, block);
  setChild(edit, parent, entry, address);
  return { ...child, address };
}

/** Lets an indirect block lead to a child, or to none. */
export function setChild(edit: HeapEdit, parent: IndirectPlace, entry: number, address: number | null): IndirectBlock {
  const { entries, ...block } = readIndirect(edit.tx, edit, parent);
  if ((entries[entry]?.address === null) === (address === null)) {
    throw misplaced(edit);
  }
  const changed = { ...block, entries: entries.with(entry, { ...NO_CHILD, address }) };
  edit.tx.put(indirectBlock(edit.header, parent.rowCount), parent.address, changed);
  return changed;
}

function putDirect(edit: HeapEdit, start: number, size: number): { address: number; section: FreeSection } {
  const { header, tx, address: heapAddress } = edit;
  const prefix = directBlockPrefixSize(header, tx.context);
  const address = tx.alloc(size);
  const data = new Uint8Array(size - prefix);
  tx.put(directBlock(header, size), address, { heapAddress, blockOffset: start, data });
  edit.header = { ...header, allocatedSpace: header.allocatedSpace + size };
  return { address, section: singleSection(start + prefix, size - prefix) };
}

function putIndirect({ tx, header }: HeapEdit, rows: number, block: IndirectBlock): number {
  const codec = indirectBlock(header, rows);
  const address = tx.alloc(codec.sizeOf(block, tx.context));
  tx.put(codec, address, block);
  return address;
}

/** Bytes of an indirect block. Section III.G. */
export function indirectSize({ tx, header }: Pick<HeapEdit, "tx" | "header">, rows: number): number {
  return indirectBlock(header, rows).prefixSize(tx.context);
}

function misplaced({ header, address }: HeapEdit): FormatError {
  const problem = `the next block is to stand at offset ${header.iteratorOffset} of the heap, or one in its free space, where none can`;
  return new FormatError(fractalHeap.name, problem, { address });
}

function endless({ address }: HeapEdit): FormatError {
  return new FormatError(fractalHeap.name, "its free space leads to no block", { address });
}
