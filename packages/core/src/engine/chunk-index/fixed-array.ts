import {
  arrayPage,
  arrayPageSize,
  bitIsSet,
  type ChunkElements,
  FormatError,
  fixedArrayDataBlock,
  fixedArrayHeader,
  fixedArrayPages,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { checkElements, type ElementArray, type ElementRun } from "./element-array.js";

/** Opens a fixed array that must have `count` elements. File Format Specification, section VII.C. */
export function openFixedArray(tx: Tx, address: number, elements: ChunkElements, count: number): ElementArray {
  const { context } = tx;
  const header = tx.node(fixedArrayHeader, address);
  checkElements(header, elements, context, fixedArrayHeader.name, address);
  if (header.elementCount !== count) {
    throw new FormatError(fixedArrayHeader.name, `${header.elementCount} elements for ${count} chunks`, { address });
  }
  const { dataBlockAddress } = header;
  if (dataBlockAddress === null) {
    return { length: 0, want: () => {}, runAt: () => ({ start: 0, end: count, leaf: null }) };
  }
  // All of the block is allocated at once, written or not: a count that is a lie stops here.
  const { storage, allocator } = tx.state;
  if (count * elements.size(context) > Math.max(storage.size, allocator.endOfFile)) {
    throw new FormatError(fixedArrayHeader.name, `${count} elements do not fit the file`, { address });
  }
  const codec = fixedArrayDataBlock(header, elements);
  const block = tx.node(codec, dataBlockAddress);
  if (block.headerAddress !== address) {
    throw new FormatError(codec.name, `it belongs to the array at ${block.headerAddress}`, {
      address: dataBlockAddress,
    });
  }
  const { pagesWritten } = block;
  if (pagesWritten === null) {
    if (block.elements.length !== count) {
      throw new FormatError(codec.name, "it was read as part of another array", { address: dataBlockAddress });
    }
    const whole = { start: 0, end: count, leaf: { codec, address: dataBlockAddress, read: () => block } };
    return { length: count, want: () => {}, runAt: () => whole };
  }
  const pages = fixedArrayPages(header);
  const perPage = 2 ** header.pageBits;
  const pageBytes = arrayPageSize(elements, perPage, context);
  const firstPage = dataBlockAddress + codec.prefixSize(context);
  return {
    length: count,
    want: () => {},
    runAt(index: number): ElementRun {
      const page = Math.floor(index / perPage);
      const start = page * perPage;
      if (!bitIsSet(pagesWritten, page)) {
        const next = nextWritten(pagesWritten, page, pages);
        return { start, end: Math.min(count, next * perPage), leaf: null };
      }
      const end = Math.min(count, start + perPage);
      const pageCodec = arrayPage(elements, end - start);
      const at = firstPage + page * pageBytes;
      return { start, end, leaf: { codec: pageCodec, address: at, read: () => tx.node(pageCodec, at) } };
    },
  };
}

/** The next page that has been written, `end` when there is none; bytes without a bit are passed over at once. */
export function nextWritten(bitmap: Uint8Array, from: number, end: number): number {
  let page = from;
  while (page < end && !bitIsSet(bitmap, page)) {
    page += page % 8 === 0 && bitmap[page / 8] === 0 ? 8 : 1;
  }
  return Math.min(page, end);
}
