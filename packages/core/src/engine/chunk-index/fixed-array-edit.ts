import {
  arrayPage,
  arrayPageSize,
  bitIsSet,
  type ChunkElements,
  type FixedArrayHeader,
  type FixedArrayIndex,
  type FormatContext,
  fixedArrayDataBlock,
  fixedArrayHeader,
  fixedArrayPages,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { byLeaf, type ElementUpdate, withBit, withUpdates } from "./array-edit.js";

/** Makes a fixed array in which no element is set, and answers its address. File Format Specification, section VII.C. */
export function createFixedArray(
  tx: Tx,
  { pageBits }: FixedArrayIndex,
  elements: ChunkElements,
  elementCount: number,
): number {
  const { context } = tx;
  const { clientId } = elements;
  const address = tx.alloc(fixedArrayHeader.prefixSize(context));
  const draft = { clientId, elementSize: elements.size(context), pageBits, elementCount, dataBlockAddress: null };
  const dataBlockAddress = tx.alloc(dataBlockBytes(draft, elements, context));
  const header: FixedArrayHeader = { ...draft, dataBlockAddress };
  const pages = fixedArrayPages(header);
  tx.put(fixedArrayHeader, address, header);
  tx.put(fixedArrayDataBlock(header, elements), dataBlockAddress, {
    headerAddress: address,
    pagesWritten: pages === 0 ? null : new Uint8Array(Math.ceil(pages / 8)),
    elements: pages === 0 ? new Array<null>(elementCount).fill(null) : [],
  });
  return address;
}

/** Sets elements, ascending by index, of the array at an address. File Format Specification, section VII.C. */
export function setFixedElements(
  tx: Tx,
  address: number,
  elements: ChunkElements,
  updates: readonly ElementUpdate[],
): void {
  const header = tx.node(fixedArrayHeader, address);
  const { elementCount, pageBits } = header;
  const dataBlockAddress = header.dataBlockAddress as number;
  const codec = fixedArrayDataBlock(header, elements);
  const block = tx.node(codec, dataBlockAddress);
  if (block.pagesWritten === null) {
    const changed = withUpdates(block.elements, { start: 0, count: elementCount, updates });
    tx.put(codec, dataBlockAddress, { ...block, elements: changed });
    return;
  }
  const perPage = 2 ** pageBits;
  const firstPage = dataBlockAddress + codec.prefixSize(tx.context);
  let { pagesWritten } = block;
  const leaves = byLeaf(updates, (index) => {
    const start = index - (index % perPage);
    return { start, count: Math.min(perPage, elementCount - start) };
  });
  for (const leaf of leaves) {
    const page = leaf.start / perPage;
    const pageCodec = arrayPage(elements, leaf.count);
    const at = firstPage + page * arrayPageSize(elements, perPage, tx.context);
    const isWritten = bitIsSet(pagesWritten, page);
    const before = isWritten ? tx.node(pageCodec, at).elements : null;
    tx.put(pageCodec, at, { elements: withUpdates(before, leaf) });
    pagesWritten = isWritten ? pagesWritten : withBit(pagesWritten, page);
  }
  if (pagesWritten !== block.pagesWritten) {
    tx.put(codec, dataBlockAddress, { ...block, pagesWritten });
  }
}

/** Gives the structures of a fixed array back; the chunks they lead to are the caller's. */
export function freeFixedArray(tx: Tx, address: number, elements: ChunkElements): void {
  const header = tx.node(fixedArrayHeader, address);
  if (header.dataBlockAddress !== null) {
    tx.free(header.dataBlockAddress, dataBlockBytes(header, elements, tx.context));
  }
  tx.free(address, fixedArrayHeader.prefixSize(tx.context));
}

/** Bytes of the data block with its pages, the last of which may be shorter. */
function dataBlockBytes(header: FixedArrayHeader, elements: ChunkElements, context: FormatContext): number {
  const own = fixedArrayDataBlock(header, elements).prefixSize(context);
  const pages = fixedArrayPages(header);
  if (pages === 0) {
    return own;
  }
  const perPage = 2 ** header.pageBits;
  const inLast = header.elementCount - (pages - 1) * perPage;
  return own + (pages - 1) * arrayPageSize(elements, perPage, context) + arrayPageSize(elements, inLast, context);
}
