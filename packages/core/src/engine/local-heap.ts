import {
  decodeText,
  FormatError,
  HdfiveError,
  type LocalHeap,
  localHeap,
  localHeapFreeBlock,
  Reader,
  Writer,
} from "@hdfive/format";
import type { Tx } from "./tx.js";

/** A hole in the data segment. */
interface FreeBlock {
  readonly offset: number;
  readonly size: number;
}

/** What an insertion does to a heap: where the text goes, the free list and the size of the data segment after it. */
interface Placement {
  readonly offset: number;
  readonly free: readonly FreeBlock[];
  readonly dataSize: number;
}

const STRUCTURE = "local-heap";
const SEGMENT = "local-heap data segment";
const ALIGNMENT = 8;
/** Number of links and length of their names that a new group has room for, as libhdf5 guesses. */
const EXPECTED_LINKS = 4;
const EXPECTED_NAME = 8;
/** No group comes near this; a larger number is damage, and a data segment is read whole. */
const MAX_DATA_SIZE = 0x4000_0000;

/** Makes the local heap of a new group, which holds the empty text at offset 0. File Format Specification, section III.D. */
export function createHeap(tx: Tx): number {
  const first = alignedSize(0);
  const size = first + EXPECTED_LINKS * alignedSize(EXPECTED_NAME) + align(freeBlockSize(tx));
  const heapAddress = tx.alloc(localHeap.prefixSize(tx.context));
  const dataAddress = tx.alloc(size);
  const data = new Uint8Array(size);
  const free = [{ offset: first, size: size - first }];
  writeFreeList(tx, [], free, (offset, bytes) => data.set(bytes, offset));
  tx.put(localHeap, heapAddress, { dataSize: size, freeListHead: first, dataAddress });
  tx.putBlock(dataAddress, data);
  return heapAddress;
}

/** The data segment of a heap, changes included. A view: do not change it, nor keep it past the operation. */
export function heapSegment(tx: Tx, heapAddress: number): Uint8Array {
  const { dataAddress, dataSize } = tx.node(localHeap, heapAddress);
  if (dataSize > MAX_DATA_SIZE) {
    throw new HdfiveError("LIMIT", `local heap: its data segment has ${dataSize} bytes, more than ${MAX_DATA_SIZE}`, {
      address: heapAddress,
    });
  }
  const segment = tx.block(dataAddress, dataSize, SEGMENT);
  if (segment.length !== dataSize) {
    throw new FormatError(SEGMENT, "another structure stands there", { address: dataAddress });
  }
  return segment;
}

/** The bytes of the text at an offset of a data segment, without its NUL, as a view. Section III.D. */
export function textBytes(segment: Uint8Array, offset: number): Uint8Array {
  const end = offset < segment.length ? segment.indexOf(0, offset) : -1;
  if (end < 0) {
    throw new FormatError(STRUCTURE, `text at offset ${offset} does not end within the ${segment.length} bytes`);
  }
  return segment.subarray(offset, end);
}

/** The text at an offset of a heap. File Format Specification, section III.D. */
export function heapText(tx: Tx, heapAddress: number, offset: number): string {
  return decodeText(textBytes(heapSegment(tx, heapAddress), offset));
}

/** Orders two texts by their bytes, as `strcmp` does: less than, equal to or greater than 0. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) {
      return difference;
    }
  }
  return a.length - b.length;
}

/** As `compareBytes`, against the text at an offset of a data segment, which is not cut out first. */
export function compareText(text: Uint8Array, segment: Uint8Array, offset: number): number {
  for (let i = 0; i < text.length; i++) {
    const stored = segment[offset + i];
    if (stored === undefined) {
      throw new FormatError(STRUCTURE, `text at offset ${offset} does not end within the ${segment.length} bytes`);
    }
    const difference = (text[i] as number) - stored;
    // A stored NUL ends the stored text, and is less than every byte of a name.
    if (difference !== 0) {
      return difference;
    }
  }
  const stored = segment[offset + text.length];
  if (stored === undefined) {
    throw new FormatError(STRUCTURE, `text at offset ${offset} does not end within the ${segment.length} bytes`);
  }
  return stored === 0 ? 0 : -1;
}

/** Puts a text into the heap and returns its offset. Offsets given out before stay true. Section III.D. */
export function heapInsert(tx: Tx, heapAddress: number, text: Uint8Array): number {
  const heap = tx.node(localHeap, heapAddress);
  const segment = heapSegment(tx, heapAddress);
  const free = readFreeList(tx, heap, segment);
  const size = alignedSize(text.length);
  const placement = place(free, size, heap.dataSize, freeBlockSize(tx));
  const stored = new Uint8Array(size);
  stored.set(text);
  let { dataAddress } = heap;
  if (placement.dataSize > heap.dataSize) {
    const grown = new Uint8Array(placement.dataSize);
    grown.set(segment);
    grown.set(stored, placement.offset);
    writeFreeList(tx, free, placement.free, (offset, bytes) => grown.set(bytes, offset));
    dataAddress = tx.alloc(placement.dataSize);
    tx.putBlock(dataAddress, grown);
    tx.free(heap.dataAddress, heap.dataSize);
  } else {
    patch(tx, heap, placement.offset, stored);
    writeFreeList(tx, free, placement.free, (offset, bytes) => patch(tx, heap, offset, bytes));
  }
  putHeader(tx, heapAddress, heap, { dataSize: placement.dataSize, freeListHead: headOf(placement.free), dataAddress });
  return placement.offset;
}

/**
 * Takes the text of `byteLength` bytes (its NUL not counted) at an offset out of the heap.
 *
 * Space too small to describe itself is lost until a neighbour is freed, as in libhdf5.
 */
export function heapRemove(tx: Tx, heapAddress: number, offset: number, byteLength: number): void {
  const heap = tx.node(localHeap, heapAddress);
  const size = alignedSize(byteLength);
  const end = offset + size;
  if (offset % ALIGNMENT !== 0 || end > heap.dataSize) {
    // Written by somebody who packs texts: what follows may be another text, so the space stays as it is.
    return;
  }
  const free = readFreeList(tx, heap, heapSegment(tx, heapAddress));
  if (free.some((block) => block.offset < end && offset < block.offset + block.size)) {
    throw new FormatError(STRUCTURE, `the text at offset ${offset} lies in free space`, { address: heapAddress });
  }
  const before = free.find((block) => block.offset + block.size === offset);
  const after = free.find((block) => block.offset === end);
  const hole = { offset: before?.offset ?? offset, size: (before?.size ?? 0) + size + (after?.size ?? 0) };
  if (hole.size < freeBlockSize(tx)) {
    return;
  }
  const merged = [hole, ...free.filter((block) => block !== before && block !== after)];
  writeFreeList(tx, free, merged, (at, bytes) => patch(tx, heap, at, bytes));
  putHeader(tx, heapAddress, heap, { ...heap, freeListHead: hole.offset });
}

/** Gives the space of a heap back. */
export function freeHeap(tx: Tx, heapAddress: number): void {
  const { dataAddress, dataSize } = tx.node(localHeap, heapAddress);
  tx.free(heapAddress, localHeap.prefixSize(tx.context));
  tx.free(dataAddress, dataSize);
}

/** First fit, else the data segment doubles. What remains of a hole must be able to describe itself or be nothing. */
function place(free: readonly FreeBlock[], size: number, dataSize: number, smallest: number): Placement {
  const fit = free.findIndex((block) => block.size === size || block.size - size >= smallest);
  if (fit >= 0) {
    const block = free[fit] as FreeBlock;
    return { offset: block.offset, free: shrink(free, fit, block, size, smallest), dataSize };
  }
  const last = free.findIndex((block) => block.offset + block.size === dataSize);
  let more = Math.max(size, dataSize);
  if (last < 0 && more < size + smallest) {
    more = size;
  }
  if (last >= 0) {
    const block = free[last] as FreeBlock;
    const extended = { offset: block.offset, size: block.size + more };
    return { offset: block.offset, free: shrink(free, last, extended, size, smallest), dataSize: dataSize + more };
  }
  const rest = { offset: dataSize + size, size: more - size };
  return { offset: dataSize, free: rest.size >= smallest ? [rest, ...free] : free, dataSize: dataSize + more };
}

/** The free list when `size` bytes are taken from the front of `block`, which stands at an index of the list. */
function shrink(
  free: readonly FreeBlock[],
  index: number,
  block: FreeBlock,
  size: number,
  smallest: number,
): readonly FreeBlock[] {
  const rest = { offset: block.offset + size, size: block.size - size };
  return rest.size >= smallest ? free.with(index, rest) : free.toSpliced(index, 1);
}

/** The holes in the order of the list. Their sizes add up to less than the segment, or the list bites its own tail. */
function readFreeList(tx: Tx, heap: LocalHeap, segment: Uint8Array): FreeBlock[] {
  const free: FreeBlock[] = [];
  const smallest = freeBlockSize(tx);
  let total = 0;
  for (let offset = heap.freeListHead; offset !== null; ) {
    tx.work(STRUCTURE);
    const description = segment.subarray(offset, offset + smallest);
    const { next, size } = localHeapFreeBlock.decode(new Reader(description, "local-heap-free-block"), tx.context);
    total += size;
    if (size < smallest || offset + size > segment.length || total > segment.length) {
      throw new FormatError(STRUCTURE, `free block of ${size} bytes at offset ${offset} of ${segment.length}`);
    }
    free.push({ offset, size });
    offset = next;
  }
  return free;
}

/** Writes the descriptions of those holes that differ between two states of the list. */
function writeFreeList(
  tx: Tx,
  old: readonly FreeBlock[],
  now: readonly FreeBlock[],
  write: (offset: number, bytes: Uint8Array) => void,
): void {
  const known = new Map<number, number>();
  for (const [i, { offset }] of old.entries()) {
    known.set(offset, i);
  }
  for (const [i, { offset, size }] of now.entries()) {
    const next = now[i + 1]?.offset;
    const before = known.get(offset) ?? -1;
    if (old[before]?.size !== size || old[before + 1]?.offset !== next) {
      const writer = new Writer(freeBlockSize(tx), "local-heap-free-block");
      localHeapFreeBlock.encode({ next: next ?? null, size }, writer, tx.context);
      write(offset, writer.finish());
    }
  }
}

function patch(tx: Tx, heap: LocalHeap, offset: number, bytes: Uint8Array): void {
  tx.patchBlock(heap.dataAddress, heap.dataSize, offset, bytes, SEGMENT);
}

function putHeader(tx: Tx, address: number, old: LocalHeap, now: LocalHeap): void {
  if (old.dataAddress !== now.dataAddress || old.freeListHead !== now.freeListHead) {
    tx.put(localHeap, address, now);
  }
}

function headOf(free: readonly FreeBlock[]): number | null {
  return free[0]?.offset ?? null;
}

function freeBlockSize(tx: Tx): number {
  return 2 * tx.context.lengthSize;
}

function alignedSize(byteLength: number): number {
  return align(byteLength + 1);
}

function align(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}
