import { directRowCount, type FreeBlocks, type FreeSection, indirectRowCount, rowBlockSize } from "@hdfive/format";
import { firstEntry, type HeapEdit, roomInRow } from "./fractal-heap-space.js";

/** Some free space that an object fits: a section, or a block that can be allocated. File Format Specification, section III.H. */
export interface Fit {
  readonly section: FreeSection;
  /** Bytes that there are. */
  readonly room: number;
  /** Index in the indirect block of the child to allocate; `null` for space within a block. */
  readonly entry: number | null;
}

/** The smallest free space of a heap that an object fits, the first of its size; `null` for none. Section III.H. */
export function bestFit(edit: HeapEdit, length: number): Fit | null {
  let best: Fit | null = null;
  for (const section of edit.sections) {
    if (section.blocks === null) {
      if (section.size >= length && (best === null || section.size < best.room)) {
        best = { section, room: section.size, entry: null };
      }
      continue;
    }
    const fit = blockFor(edit, section.blocks, length);
    if (fit !== null && (best === null || fit.room < best.room)) {
      best = { section, ...fit };
    }
  }
  return best;
}

/** The first of the smallest blocks of a stretch that an object fits. */
function blockFor(edit: HeapEdit, blocks: FreeBlocks, length: number): { room: number; entry: number } | null {
  const { header, tx } = edit;
  const { tableWidth } = header;
  const first = firstEntry(header, blocks);
  let best: { room: number; entry: number } | null = null;
  for (let entry = first; entry < first + blocks.count; entry = (Math.floor(entry / tableWidth) + 1) * tableWidth) {
    const row = Math.floor(entry / tableWidth);
    const room = row < directRowCount(header) ? roomInRow(header, row, tx.context) : roomWithin(edit, row, length);
    if (room >= length && (best === null || room < best.room)) {
      best = { room, entry };
    }
  }
  return best;
}

/** Bytes of the smallest direct block below a block of an indirect row that an object fits; 0 when none does. */
function roomWithin({ header, tx }: HeapEdit, row: number, length: number): number {
  const rows = Math.min(indirectRowCount(header, rowBlockSize(header, row)), directRowCount(header));
  for (let inner = 0; inner < rows; inner++) {
    const room = roomInRow(header, inner, tx.context);
    if (room >= length) {
      return room;
    }
  }
  return 0;
}
