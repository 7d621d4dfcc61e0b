import {
  arrayPage,
  arrayPageSize,
  type BtreeV2Child,
  bitIsSet,
  btreeV2Geometry,
  btreeV2Header,
  btreeV2Node,
  type ChunkElements,
  chunkRecords,
  extensibleArrayDataBlock,
  extensibleArrayGeometry,
  extensibleArrayHeader,
  extensibleArrayIndexBlock,
  extensibleArraySuperBlock,
  type FormatContext,
  filteredChunkElements,
  filteredChunkRecords,
  fixedArrayDataBlock,
  fixedArrayHeader,
  type IndexedChunkedLayout,
  type NodeCodec,
  plainChunkElements,
  type SuperBlockPlace,
} from "../src/index.js";

/** Reads the structure at an address and notes it. */
export type Visit = <T>(codec: NodeCodec<T>, address: number) => T;

/** Visits every structure of the index that a layout of version 4 or 5 points to. */
export function visitChunkIndex(layout: IndexedChunkedLayout, context: FormatContext, visit: Visit): void {
  const { address, index } = layout;
  if (address === null) {
    return;
  }
  switch (index.kind) {
    case "fixed-array":
      visitFixedArray(address, context, visit);
      break;
    case "extensible-array":
      visitExtensibleArray(address, context, visit);
      break;
    case "btree-v2":
      visitTree(address, layout.chunkShape.length, context, visit);
      break;
    default:
      break;
  }
}

/** How elements are stored, from nothing but what an array's header says of them. */
function elementsOf(
  { clientId, elementSize }: { readonly clientId: 0 | 1; readonly elementSize: number },
  { offsetSize }: FormatContext,
): ChunkElements {
  return clientId === 0 ? plainChunkElements : filteredChunkElements(elementSize - offsetSize - 4);
}

function visitFixedArray(address: number, context: FormatContext, visit: Visit): void {
  const header = visit(fixedArrayHeader, address);
  const { dataBlockAddress, elementCount, pageBits } = header;
  if (dataBlockAddress === null) {
    return;
  }
  const elements = elementsOf(header, context);
  const codec = fixedArrayDataBlock(header, elements);
  const { pagesWritten } = visit(codec, dataBlockAddress);
  const perPage = 2 ** pageBits;
  for (let page = 0; pagesWritten !== null && page * perPage < elementCount; page++) {
    if (bitIsSet(pagesWritten, page)) {
      const at = dataBlockAddress + codec.prefixSize(context) + page * arrayPageSize(elements, perPage, context);
      visit(arrayPage(elements, Math.min(perPage, elementCount - page * perPage)), at);
    }
  }
}

function visitExtensibleArray(address: number, context: FormatContext, visit: Visit): void {
  const header = visit(extensibleArrayHeader, address);
  if (header.indexBlockAddress === null) {
    return;
  }
  const elements = elementsOf(header, context);
  const { superBlocks, directSuperBlocks, blockOffsetSize, pageElements } = extensibleArrayGeometry(header);
  const block = visit(extensibleArrayIndexBlock(header, elements), header.indexBlockAddress);
  const visitDataBlock = (place: SuperBlockPlace, at: number, isWritten: (page: number) => boolean): void => {
    const codec = extensibleArrayDataBlock(elements, blockOffsetSize, place);
    visit(codec, at);
    for (let page = 0; page < place.pagesPerDataBlock; page++) {
      if (isWritten(page)) {
        const pageAt = at + codec.prefixSize(context) + page * arrayPageSize(elements, pageElements, context);
        visit(arrayPage(elements, pageElements), pageAt);
      }
    }
  };
  for (const [i, place] of superBlocks.entries()) {
    if (i < directSuperBlocks) {
      for (let j = 0; j < place.dataBlockCount; j++) {
        const at = block.dataBlocks[place.firstDataBlock + j] ?? null;
        if (at !== null) {
          visitDataBlock(place, at, () => true);
        }
      }
      continue;
    }
    const superAddress = block.superBlocks[i - directSuperBlocks] ?? null;
    if (superAddress !== null) {
      const superBlock = visit(extensibleArraySuperBlock(header.clientId, blockOffsetSize, place), superAddress);
      for (const [j, at] of superBlock.dataBlocks.entries()) {
        if (at !== null) {
          const firstBit = j * place.pagesPerDataBlock;
          visitDataBlock(place, at, (page) => bitIsSet(superBlock.pagesWritten, firstBit + page));
        }
      }
    }
  }
}

function visitTree(address: number, rank: number, context: FormatContext, visit: Visit): void {
  const header = visit(btreeV2Header, address);
  const { recordSize, depth, rootAddress, rootRecordCount, totalRecordCount } = header;
  const geometry = btreeV2Geometry(header, context);
  const width = recordSize - context.offsetSize - 4 - 8 * rank;
  const visitNode = (child: BtreeV2Child, level: number): void => {
    const place = { level, recordCount: child.recordCount };
    const { children } =
      header.type === 10
        ? visit(btreeV2Node(chunkRecords(rank), geometry, place), child.address)
        : visit(btreeV2Node(filteredChunkRecords(rank, width), geometry, place), child.address);
    for (const below of children) {
      visitNode(below, level - 1);
    }
  };
  if (rootAddress !== null) {
    visitNode({ address: rootAddress, recordCount: rootRecordCount, totalRecordCount }, depth);
  }
}
