import type { ExtensibleArrayHeader } from "./extensible-array-header.js";

/** What one super block of an extensible array stands for, stored or not. File Format Specification, section VII.D. */
export interface SuperBlockPlace {
  /** First element, counted after those of the index block. */
  readonly firstElement: number;
  readonly dataBlockCount: number;
  /** First data block, counted over all super blocks. */
  readonly firstDataBlock: number;
  /** Elements of each of its data blocks. */
  readonly dataBlockElements: number;
  /** Pages of each of its data blocks; 0 where all elements stand in the block itself. */
  readonly pagesPerDataBlock: number;
}

/** Where the elements of an extensible array are. File Format Specification, section VII.D. */
export interface ExtensibleArrayGeometry {
  readonly superBlocks: readonly SuperBlockPlace[];
  /** Of those the first, whose data blocks the index block points to itself. */
  readonly directSuperBlocks: number;
  /** Data blocks that the index block points to. */
  readonly directDataBlocks: number;
  readonly pageElements: number;
  /** Bytes of the field that says where a block begins in the array. */
  readonly blockOffsetSize: number;
}

/** What the numbers in the header of an extensible array lead to. File Format Specification, section VII.D. */
export function extensibleArrayGeometry(
  header: Pick<ExtensibleArrayHeader, "maxBits" | "dataBlockMinElements" | "superBlockMinPointers" | "pageBits">,
): ExtensibleArrayGeometry {
  const { maxBits, dataBlockMinElements, superBlockMinPointers, pageBits } = header;
  const pageElements = 2 ** pageBits;
  const superBlocks: SuperBlockPlace[] = [];
  let firstElement = 0;
  let firstDataBlock = 0;
  const count = 1 + maxBits - Math.log2(dataBlockMinElements);
  for (let i = 0; i < count; i++) {
    const dataBlockCount = 2 ** Math.floor(i / 2);
    const dataBlockElements = dataBlockMinElements * 2 ** Math.floor((i + 1) / 2);
    const pagesPerDataBlock = dataBlockElements > pageElements ? dataBlockElements / pageElements : 0;
    superBlocks.push({ firstElement, dataBlockCount, firstDataBlock, dataBlockElements, pagesPerDataBlock });
    firstElement += dataBlockCount * dataBlockElements;
    firstDataBlock += dataBlockCount;
  }
  return {
    superBlocks,
    directSuperBlocks: Math.min(count, 2 * Math.log2(superBlockMinPointers)),
    directDataBlocks: 2 * (superBlockMinPointers - 1),
    pageElements,
    blockOffsetSize: Math.ceil(maxBits / 8),
  };
}
