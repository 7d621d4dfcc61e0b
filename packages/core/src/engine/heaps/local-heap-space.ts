import { FormatError, type LocalHeap, localHeapFreeBlock, Writer } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";

/** A hole in the data segment, as the list of holes has it. */
export interface FreeBlock {
  readonly offset: number;
  readonly size: number;
  /** The next hole in the list; `null` for the last. */
  readonly next: number | null;
  /** The hole before it in the list; `null` for the first. */
  readonly previous: FreeBlock | null;
}

/** Changes of the list of holes: where it starts now, and the holes to describe anew. */
export interface ListEdit {
  readonly head: number | null;
  readonly blocks: readonly { readonly offset: number; readonly size: number; readonly next: number | null }[];
}

/** What an insertion does to a heap: where the text goes, and the size of the data segment after it. */
export interface Placement {
  readonly offset: number;
  readonly dataSize: number;
  readonly edit: ListEdit;
}

/** Texts and holes of a local heap start at multiples of this. */
export const HEAP_ALIGNMENT = 8;

const STRUCTURE = "local-heap";
/** How libhdf5 ends the list of holes. File Format Specification, section III.D. */
const NO_FREE_BLOCK = 1;

/** First fit, else the data segment doubles. What remains of a hole must be able to describe itself or be nothing. */
export function place(tx: Tx, heap: LocalHeap, segment: Uint8Array, size: number): Placement {
  const smallest = freeBlockSize(tx);
  const { dataSize, freeListHead: head } = heap;
  let fit: FreeBlock | undefined;
  let last: FreeBlock | undefined;
  walkFreeList(tx, heap, segment, (block) => {
    if (block.size === size || block.size - size >= smallest) {
      fit = block;
    } else if (block.offset + block.size === dataSize) {
      last = block;
    }
    return fit !== undefined;
  });
  if (fit !== undefined) {
    return { offset: fit.offset, dataSize, edit: taken(head, fit, fit.size, size, smallest) };
  }
  if (last !== undefined) {
    const more = Math.max(size, dataSize);
    const edit = taken(head, last, last.size + more, size, smallest);
    return { offset: last.offset, dataSize: dataSize + more, edit };
  }
  const rest = Math.max(size, dataSize) - size;
  if (rest < smallest) {
    return { offset: dataSize, dataSize: dataSize + size, edit: { head, blocks: [] } };
  }
  const hole = { offset: dataSize + size, size: rest, next: head };
  return { offset: dataSize, dataSize: hole.offset + rest, edit: { head: hole.offset, blocks: [hole] } };
}

/** The list when `size` bytes are taken from the front of a hole that has `available` by now. */
function taken(head: number | null, block: FreeBlock, available: number, size: number, smallest: number): ListEdit {
  const rest = { offset: block.offset + size, size: available - size, next: block.next };
  return rest.size >= smallest
    ? withBlock(relink(head, block.previous, rest.offset), rest)
    : relink(head, block.previous, block.next);
}

/** The list when space becomes free, merged with the holes on its sides. */
export function freed(
  head: number | null,
  hole: { readonly offset: number; readonly size: number },
  before: FreeBlock | undefined,
  after: FreeBlock | undefined,
  smallest: number,
): ListEdit {
  if (before !== undefined && after !== undefined) {
    const size = before.size + hole.size + after.size;
    if (after.previous?.offset === before.offset) {
      return { head, blocks: [{ offset: before.offset, size, next: after.next }] };
    }
    return withBlock(relink(head, after.previous, after.next), { offset: before.offset, size, next: before.next });
  }
  if (before !== undefined) {
    return { head, blocks: [{ offset: before.offset, size: before.size + hole.size, next: before.next }] };
  }
  if (after !== undefined) {
    const merged = { offset: hole.offset, size: hole.size + after.size, next: after.next };
    return withBlock(relink(head, after.previous, hole.offset), merged);
  }
  return hole.size < smallest ? { head, blocks: [] } : { head: hole.offset, blocks: [{ ...hole, next: head }] };
}

/** Lets the hole before, or the head of the list, point to another hole. */
function relink(head: number | null, previous: FreeBlock | null, next: number | null): ListEdit {
  return previous === null
    ? { head: next, blocks: [] }
    : { head, blocks: [{ offset: previous.offset, size: previous.size, next }] };
}

function withBlock({ head, blocks }: ListEdit, block: ListEdit["blocks"][number]): ListEdit {
  return { head, blocks: [...blocks, block] };
}

/** Visits the holes until `visit` returns true. Their sizes add up to less than the segment, or the list bites its tail. */
export function walkFreeList(tx: Tx, heap: LocalHeap, segment: Uint8Array, visit: (block: FreeBlock) => boolean): void {
  const { lengthSize } = tx.context;
  const smallest = freeBlockSize(tx);
  let total = 0;
  let previous: FreeBlock | null = null;
  for (let offset = heap.freeListHead; offset !== null; ) {
    tx.work(STRUCTURE);
    const next = field(segment, offset, lengthSize);
    const size = field(segment, offset + lengthSize, lengthSize);
    total += size;
    // Written so that a number that is none, past the end of the segment, is refused as well.
    if (!(size >= smallest && offset + size <= segment.length && total <= segment.length)) {
      throw new FormatError(STRUCTURE, `free block of ${size} bytes at offset ${offset} of ${segment.length}`);
    }
    // The specification ends the list with the undefined address.
    const isLast = next === NO_FREE_BLOCK || next >= 256 ** lengthSize - 1;
    const block: FreeBlock = { offset, size, next: isLast ? null : next, previous };
    if (visit(block)) {
      return;
    }
    previous = block;
    offset = block.next;
  }
}

/** A number in the data segment. The list may have thousands of holes: a cursor for each costs ten times as much. */
function field(segment: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) {
    value = value * 256 + (segment[at + i] ?? Number.NaN);
  }
  return value;
}

/** Writes the descriptions of holes. */
export function describe(tx: Tx, { blocks }: ListEdit, write: (offset: number, bytes: Uint8Array) => void): void {
  for (const { offset, ...block } of blocks) {
    const writer = new Writer(freeBlockSize(tx), localHeapFreeBlock.name);
    localHeapFreeBlock.encode(block, writer, tx.context);
    write(offset, writer.finish());
  }
}

/** Bytes that describe a hole, which no hole can be smaller than. File Format Specification, section III.D. */
export function freeBlockSize(tx: Tx): number {
  return 2 * tx.context.lengthSize;
}

/** Bytes that a text and its NUL take in the data segment. */
export function alignedSize(byteLength: number): number {
  return align(byteLength + 1);
}

/** Rounds up to the alignment of the data segment. */
export function align(size: number): number {
  return Math.ceil(size / HEAP_ALIGNMENT) * HEAP_ALIGNMENT;
}
