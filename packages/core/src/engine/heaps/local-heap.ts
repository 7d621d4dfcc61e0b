import { decodeText, FormatError, HdfiveError, type LocalHeap, localHeap } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import {
  align,
  alignedSize,
  describe,
  type FreeBlock,
  freeBlockSize,
  freed,
  HEAP_ALIGNMENT,
  place,
  walkFreeList,
} from "./local-heap-space.js";

const STRUCTURE = "local-heap";
const SEGMENT = "local-heap data segment";
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
  const edit = { head: first, blocks: [{ offset: first, size: size - first, next: null }] };
  describe(tx, edit, (offset, bytes) => data.set(bytes, offset));
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
    if (stored === 0) {
      // The name asked for has a NUL, where the stored one ends.
      return 1;
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
  const size = alignedSize(text.length);
  const { offset, dataSize, edit } = place(tx, heap, segment, size);
  const stored = new Uint8Array(size);
  stored.set(text);
  let { dataAddress } = heap;
  if (dataSize > heap.dataSize) {
    const grown = new Uint8Array(dataSize);
    grown.set(segment);
    grown.set(stored, offset);
    describe(tx, edit, (at, bytes) => grown.set(bytes, at));
    dataAddress = tx.alloc(dataSize);
    tx.putBlock(dataAddress, grown);
    tx.free(heap.dataAddress, heap.dataSize);
  } else {
    patch(tx, heap, offset, stored);
    describe(tx, edit, (at, bytes) => patch(tx, heap, at, bytes));
  }
  putHeader(tx, heapAddress, heap, { dataSize, freeListHead: edit.head, dataAddress });
  return offset;
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
  if (offset % HEAP_ALIGNMENT !== 0 || end > heap.dataSize) {
    // Written by somebody who packs texts: what follows may be another text, so the space stays as it is.
    return;
  }
  let before: FreeBlock | undefined;
  let after: FreeBlock | undefined;
  walkFreeList(tx, heap, heapSegment(tx, heapAddress), (block) => {
    if (block.offset < end && offset < block.offset + block.size) {
      throw new FormatError(STRUCTURE, `the text at offset ${offset} lies in free space`, { address: heapAddress });
    }
    if (block.offset + block.size === offset) {
      before = block;
    } else if (block.offset === end) {
      after = block;
    }
    return false;
  });
  const edit = freed(heap.freeListHead, { offset, size }, before, after, freeBlockSize(tx));
  describe(tx, edit, (at, bytes) => patch(tx, heap, at, bytes));
  putHeader(tx, heapAddress, heap, { ...heap, freeListHead: edit.head });
}

/** Gives the space of a heap back. */
export function freeHeap(tx: Tx, heapAddress: number): void {
  const { dataAddress, dataSize } = tx.node(localHeap, heapAddress);
  tx.free(heapAddress, localHeap.prefixSize(tx.context));
  tx.free(dataAddress, dataSize);
}

function patch(tx: Tx, heap: LocalHeap, offset: number, bytes: Uint8Array): void {
  tx.patchBlock(heap.dataAddress, heap.dataSize, offset, bytes, SEGMENT);
}

function putHeader(tx: Tx, address: number, old: LocalHeap, now: LocalHeap): void {
  if (old.dataAddress !== now.dataAddress || old.freeListHead !== now.freeListHead) {
    tx.put(localHeap, address, now);
  }
}
