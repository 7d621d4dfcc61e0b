import {
  FormatError,
  type FreeBlocks,
  type FreeSection,
  fractalHeap,
  freeSpaceHeader,
  placeInTable,
  UnsupportedError,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import {
  type BlockPlace,
  blockCodec,
  childPlace,
  type DirectPlace,
  type IndirectPlace,
  readIndirect,
  rootPlace,
} from "./fractal-heap-blocks.js";
import { indirectSize, setChild } from "./fractal-heap-growth.js";
import {
  addBlocks,
  entryOffset,
  firstEntry,
  freeSpaceOf,
  type HeapEdit,
  positionOf,
  takeOut,
} from "./fractal-heap-space.js";
import { freeHuge } from "./huge-objects-edit.js";

/**
 * Gives a direct block back that holds no object any more, and with it the indirect blocks that then lead nowhere: the
 * place of the block in the heap is free for another. File Format Specification, section III.G.
 */
export function emptyBlock(edit: HeapEdit, block: DirectPlace): void {
  const { tx } = edit;
  tx.free(block.address, block.size);
  edit.header = { ...edit.header, allocatedSpace: Math.max(0, edit.header.allocatedSpace - block.size) };
  if (edit.header.rootRows === 0) {
    becomeEmpty(edit);
    return;
  }
  const path = pathTo(edit, block.start);
  let entryStart = block.start;
  for (let parent = path.pop(); parent !== undefined; parent = path.pop()) {
    const { entry } = placeInTable(edit.header, entryStart - parent.start);
    const changed = setChild(edit, parent, entry, null);
    freeEntry(edit, parent, entry);
    if (changed.entries.some(({ address }) => address !== null)) {
      return;
    }
    tx.free(parent.address, indirectSize(edit, parent.rowCount));
    dropSections(edit, parent);
    if (parent.start === 0) {
      becomeEmpty(edit);
      return;
    }
    entryStart = parent.start;
  }
}

/** The indirect blocks from the root down to the parent of the direct block at an offset. */
function pathTo(edit: HeapEdit, offset: number): IndirectPlace[] {
  const { tx } = edit;
  const path: IndirectPlace[] = [];
  for (let place = rootPlace(edit); place.kind === "indirect"; ) {
    path.push(place);
    place = childPlace(edit, place, readIndirect(tx, edit, place), offset);
  }
  return path;
}

/** A heap without blocks, as it was made. */
function becomeEmpty(edit: HeapEdit): void {
  edit.sections = [];
  edit.header = {
    ...edit.header,
    rootAddress: null,
    rootRows: 0,
    managedSpace: 0,
    allocatedSpace: 0,
    managedFreeSpace: 0,
    iteratorOffset: 0,
  };
}

/** Makes one entry of an indirect block free, together with the free ones beside it; at the end of the heap the next block goes there. */
function freeEntry(edit: HeapEdit, parent: IndirectPlace, entry: number): void {
  const { header } = edit;
  let first = entry;
  let end = entry + 1;
  for (const section of stretchesOf(edit, parent)) {
    const begin = firstEntry(header, section.blocks);
    const after = begin + section.blocks.count;
    if (after === entry || begin === entry + 1) {
      takeOut(edit, section);
      first = Math.min(first, begin);
      end = Math.max(end, after);
    }
  }
  const start = parent.start + entryOffset(header, first);
  const next = header.iteratorOffset - parent.start;
  if (next >= entryOffset(header, entry) && next <= entryOffset(header, end)) {
    edit.header = { ...header, iteratorOffset: start };
  } else {
    addBlocks(edit, parent.start, first, end - first);
  }
}

/** A free section that is blocks which are not allocated. */
type FreeStretch = FreeSection & { readonly blocks: FreeBlocks };

/** The free sections that are blocks of an indirect block. */
function stretchesOf({ header, sections }: HeapEdit, parent: IndirectPlace): FreeStretch[] {
  const end = parent.start + entryOffset(header, parent.rowCount * header.tableWidth);
  const found: FreeStretch[] = [];
  for (let i = positionOf(sections, parent.start); i < sections.length; i++) {
    const section = sections[i] as FreeSection;
    if (section.offset >= end) {
      break;
    }
    const { blocks } = section;
    if (blocks !== null && blocks.blockOffset === parent.start) {
      found.push(section as FreeStretch);
    }
  }
  return found;
}

/** Forgets the free blocks of an indirect block that goes; where the next block was to be one of them, it takes its place. */
function dropSections(edit: HeapEdit, parent: IndirectPlace): void {
  for (const section of stretchesOf(edit, parent)) {
    takeOut(edit, section);
  }
  const end = parent.start + entryOffset(edit.header, parent.rowCount * edit.header.tableWidth);
  const { iteratorOffset } = edit.header;
  if (iteratorOffset >= parent.start && iteratorOffset < end) {
    edit.header = { ...edit.header, iteratorOffset: parent.start };
  }
}

/** Gives back all of a heap: objects, blocks, free-space manager and header. File Format Specification, section III.G. */
export function deleteHeap(tx: Tx, address: number): void {
  const header = tx.node(fractalHeap, address);
  const { freeSpaceAddress, rootAddress, filters } = header;
  const edit: HeapEdit = { tx, address, header, ...freeSpaceOf(tx, header) };
  if (filters !== null && header.hugeIndexAddress !== null) {
    throw new UnsupportedError("filtered fractal heap", "huge objects stored through filters are read only", {
      address,
    });
  }
  freeHuge(edit);
  if (rootAddress !== null) {
    freeBlocks(edit);
  }
  if (freeSpaceAddress !== null && edit.manager !== null) {
    const { sectionsAddress, sectionsAllocated } = edit.manager;
    if (sectionsAddress !== null) {
      tx.free(sectionsAddress, sectionsAllocated);
    }
    tx.free(freeSpaceAddress, freeSpaceHeader.prefixSize(tx.context));
  }
  tx.free(address, fractalHeap.sizeOf(header, tx.context));
}

function freeBlocks(edit: HeapEdit): void {
  const { tx, header } = edit;
  const met = new Set<number>();
  let level: BlockPlace[] = [rootPlace(edit)];
  while (level.length > 0) {
    tx.wantEach(
      level.flatMap((place) =>
        place.kind === "indirect" ? [{ codec: blockCodec(tx, edit, place), address: place.address }] : [],
      ),
    );
    const below: BlockPlace[] = [];
    for (const place of level) {
      tx.work(fractalHeap.name);
      if (met.has(place.address)) {
        throw new FormatError(fractalHeap.name, "two places of the heap lead to the same block", {
          address: place.address,
        });
      }
      met.add(place.address);
      if (place.kind === "direct") {
        tx.free(place.address, place.storedSize ?? place.size);
        continue;
      }
      const block = readIndirect(tx, edit, place);
      for (const [entry, child] of block.entries.entries()) {
        if (child.address !== null) {
          below.push(childPlace(edit, place, block, place.start + entryOffset(header, entry)));
        }
      }
      tx.free(place.address, indirectSize(edit, place.rowCount));
    }
    level = below;
  }
}
