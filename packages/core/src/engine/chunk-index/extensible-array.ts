import {
  arrayPage,
  arrayPageSize,
  type ChunkElements,
  type ExtensibleArrayGeometry,
  type ExtensibleArraySuperBlock,
  extensibleArrayDataBlock,
  extensibleArrayGeometry,
  extensibleArrayHeader,
  extensibleArrayIndexBlock,
  extensibleArraySuperBlock,
  FormatError,
  type NodeCodec,
  type SuperBlockPlace,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { checkElements, type ElementArray, type ElementRun } from "./element-array.js";
import { nextWritten } from "./fixed-array.js";

/** Opens an extensible array. File Format Specification, section VII.D. */
export function openExtensibleArray(tx: Tx, address: number, elements: ChunkElements): ElementArray {
  const header = tx.node(extensibleArrayHeader, address);
  checkElements(header, elements, tx.context, extensibleArrayHeader.name, address);
  const { indexBlockAddress, endIndex } = header;
  if (indexBlockAddress === null) {
    return { length: 0, want: () => {}, runAt: (index) => ({ start: index, end: index + 1, leaf: null }) };
  }
  const codec = extensibleArrayIndexBlock(header, elements);
  const block = tx.node(codec, indexBlockAddress);
  const geometry = extensibleArrayGeometry(header);
  const array: OpenArray = { tx, address, elements, geometry, inIndexBlock: header.indexBlockElements };
  checkOwner(array, codec, block, indexBlockAddress);
  const inIndexBlock: ElementRun = {
    start: 0,
    end: header.indexBlockElements,
    leaf: { codec, address: indexBlockAddress, read: () => block },
  };
  const superBlockAt = (i: number): Part | null =>
    superBlockPart(array, i, block.superBlocks[i - geometry.directSuperBlocks] ?? null);
  return {
    length: endIndex,
    want(indices) {
      const places = indices
        .filter((index) => index >= header.indexBlockElements)
        .map((index) => placeInArray(geometry, index - header.indexBlockElements));
      const parts = new Set(places.map(({ superBlock }) => superBlock));
      const indirect = [...parts].filter((i) => i >= geometry.directSuperBlocks);
      tx.wantEach(
        indirect.flatMap((i) => {
          const part = superBlockAt(i);
          return part === null ? [] : [{ codec: part.codec, address: part.address }];
        }),
      );
      const blocks = new Map<number, NodeCodec<unknown>>();
      for (const { superBlock, dataBlock } of places) {
        const part = superBlock < geometry.directSuperBlocks ? null : superBlockAt(superBlock);
        const at = part === null ? null : readSuperBlock(array, part).dataBlocks[dataBlock];
        if (part !== null && at !== null && at !== undefined && part.place.pagesPerDataBlock > 0) {
          blocks.set(at, extensibleArrayDataBlock(elements, geometry.blockOffsetSize, part.place));
        }
      }
      tx.wantEach([...blocks].map(([at, dataBlockCodec]) => ({ codec: dataBlockCodec, address: at })));
    },
    runAt(index) {
      if (index < header.indexBlockElements) {
        return inIndexBlock;
      }
      const { superBlock, dataBlock } = placeInArray(geometry, index - header.indexBlockElements);
      const place = geometry.superBlocks[superBlock] as SuperBlockPlace;
      if (superBlock < geometry.directSuperBlocks) {
        const direct = block.dataBlocks.slice(place.firstDataBlock, place.firstDataBlock + place.dataBlockCount);
        return runInDataBlocks(array, place, direct, dataBlock, index, null);
      }
      const part = superBlockAt(superBlock);
      if (part === null) {
        const start = header.indexBlockElements + place.firstElement;
        return { start, end: start + place.dataBlockCount * place.dataBlockElements, leaf: null };
      }
      const { dataBlocks, pagesWritten } = readSuperBlock(array, part);
      return runInDataBlocks(array, place, dataBlocks, dataBlock, index, pagesWritten);
    },
  };
}

interface OpenArray {
  readonly tx: Tx;
  /** Address of the header. */
  readonly address: number;
  readonly elements: ChunkElements;
  readonly geometry: ExtensibleArrayGeometry;
  /** Elements in the index block. */
  readonly inIndexBlock: number;
}

/** A super block that is stored. */
interface Part {
  readonly place: SuperBlockPlace;
  readonly codec: NodeCodec<ExtensibleArraySuperBlock>;
  readonly address: number;
}

/** In which data block of which super block an element is, `past` elements after those of the index block. Section VII.D. */
export function placeInArray(
  { superBlocks }: ExtensibleArrayGeometry,
  past: number,
): { readonly superBlock: number; readonly dataBlock: number } {
  let superBlock = 0;
  while (superBlock + 1 < superBlocks.length && (superBlocks[superBlock + 1] as SuperBlockPlace).firstElement <= past) {
    superBlock++;
  }
  const { firstElement, dataBlockElements, dataBlockCount } = superBlocks[superBlock] as SuperBlockPlace;
  const dataBlock = Math.floor((past - firstElement) / dataBlockElements);
  if (dataBlock >= dataBlockCount) {
    throw new FormatError(extensibleArrayHeader.name, `it has no room for ${past} elements`);
  }
  return { superBlock, dataBlock };
}

function superBlockPart({ elements, geometry }: OpenArray, i: number, address: number | null): Part | null {
  const place = geometry.superBlocks[i];
  if (address === null || place === undefined) {
    return null;
  }
  return { place, address, codec: extensibleArraySuperBlock(elements.clientId, geometry.blockOffsetSize, place) };
}

function readSuperBlock(array: OpenArray, { codec, address, place }: Part): ExtensibleArraySuperBlock {
  const block = array.tx.node(codec, address);
  checkOwner(array, codec, block, address, place.firstElement);
  return block;
}

/** The run around an element in the data blocks of a super block. */
function runInDataBlocks(
  array: OpenArray,
  place: SuperBlockPlace,
  dataBlocks: readonly (number | null)[],
  dataBlock: number,
  index: number,
  pagesWritten: Uint8Array | null,
): ElementRun {
  const { tx, elements, geometry, inIndexBlock } = array;
  const { dataBlockElements, firstElement, pagesPerDataBlock } = place;
  const first = inIndexBlock + firstElement;
  const start = first + dataBlock * dataBlockElements;
  const address = dataBlocks[dataBlock] ?? null;
  if (address === null) {
    let end = dataBlock + 1;
    while (end < dataBlocks.length && dataBlocks[end] === null) {
      end++;
    }
    return { start, end: first + end * dataBlockElements, leaf: null };
  }
  const codec = extensibleArrayDataBlock(elements, geometry.blockOffsetSize, place);
  const read = () => {
    const block = tx.node(codec, address);
    // Of a block that the index block points to, libhdf5 stores another number, counting its place in the whole array.
    const isDirect = pagesWritten === null;
    checkOwner(
      array,
      codec,
      block,
      address,
      isDirect ? block.firstElement : firstElement + dataBlock * dataBlockElements,
    );
    return block;
  };
  if (pagesPerDataBlock === 0) {
    return { start, end: start + dataBlockElements, leaf: { codec, address, read } };
  }
  if (pagesWritten === null) {
    throw new FormatError(codec.name, "the index block points to it, and it has pages", { address });
  }
  const page = Math.floor((index - start) / geometry.pageElements);
  const pageStart = start + page * geometry.pageElements;
  const bit = dataBlock * pagesPerDataBlock;
  const written = nextWritten(pagesWritten, bit + page, bit + pagesPerDataBlock) - bit;
  if (written > page) {
    return { start: pageStart, end: start + written * geometry.pageElements, leaf: null };
  }
  // The block is checked before its pages, which say nothing of whose they are.
  read();
  const pageCodec = arrayPage(elements, geometry.pageElements);
  const at = address + codec.prefixSize(tx.context) + page * arrayPageSize(elements, geometry.pageElements, tx.context);
  return {
    start: pageStart,
    end: pageStart + geometry.pageElements,
    leaf: { codec: pageCodec, address: at, read: () => tx.node(pageCodec, at) },
  };
}

/** Throws a `FormatError` unless a block says that it is of this array and, where it says so, of this place. */
function checkOwner(
  array: OpenArray,
  codec: NodeCodec<unknown>,
  block: { readonly headerAddress: number; readonly firstElement?: number },
  address: number,
  firstElement?: number,
): void {
  if (block.headerAddress !== array.address) {
    throw new FormatError(codec.name, `it belongs to the array at ${block.headerAddress}`, { address });
  }
  if (block.firstElement !== firstElement) {
    const found = `it begins with element ${block.firstElement}`;
    throw new FormatError(codec.name, `${found} where ${firstElement} must stand`, { address });
  }
}
