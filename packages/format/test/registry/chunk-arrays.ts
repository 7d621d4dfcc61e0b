import fc from "fast-check";
import { arrayPage } from "../../src/chunk-arrays/array-page.js";
import {
  type ChunkElement,
  type ChunkElements,
  filteredChunkElements,
  plainChunkElements,
} from "../../src/chunk-arrays/chunk-element.js";
import { extensibleArrayDataBlock } from "../../src/chunk-arrays/extensible-array-data-block.js";
import { extensibleArrayGeometry, type SuperBlockPlace } from "../../src/chunk-arrays/extensible-array-geometry.js";
import { type ExtensibleArrayHeader, extensibleArrayHeader } from "../../src/chunk-arrays/extensible-array-header.js";
import { extensibleArrayIndexBlock } from "../../src/chunk-arrays/extensible-array-index-block.js";
import { extensibleArraySuperBlock } from "../../src/chunk-arrays/extensible-array-super-block.js";
import { fixedArrayDataBlock } from "../../src/chunk-arrays/fixed-array-data-block.js";
import { type FixedArrayHeader, fixedArrayHeader } from "../../src/chunk-arrays/fixed-array-header.js";
import { DEFAULT_CONTEXT, type FormatContext } from "../../src/context.js";
import { address, CONTEXTS, optionalAddress, someBytes } from "./contexts.js";
import { entry, type RegistryEntry } from "./entry.js";

const u8 = fc.nat({ max: 0xff });
const clientId = fc.constantFrom<0 | 1>(0, 1);
const pageBits = fc.integer({ min: 1, max: 31 });
const SIZE_WIDTH = 3;

const list = <T>(item: fc.Arbitrary<T>, count: number): fc.Arbitrary<T[]> =>
  fc.array(item, { minLength: count, maxLength: count });

function fixedHeaderOf({ offsetSize, lengthSize }: FormatContext): fc.Arbitrary<FixedArrayHeader> {
  return fc.record({
    clientId,
    elementSize: u8,
    pageBits,
    elementCount: address(lengthSize),
    dataBlockAddress: optionalAddress(offsetSize),
  });
}

function extensibleHeaderOf({ offsetSize, lengthSize }: FormatContext): fc.Arbitrary<ExtensibleArrayHeader> {
  const count = address(lengthSize);
  return fc.record({
    clientId,
    elementSize: u8,
    maxBits: fc.integer({ min: 8, max: 64 }),
    indexBlockElements: u8,
    dataBlockMinElements: fc.constantFrom(1, 4, 16, 128),
    superBlockMinPointers: fc.constantFrom(2, 4, 128),
    pageBits,
    superBlockCount: count,
    superBlockBytes: count,
    dataBlockCount: count,
    dataBlockBytes: count,
    endIndex: count,
    realizedCount: count,
    indexBlockAddress: optionalAddress(offsetSize),
  });
}

/** What both kinds of element have in common, for one of them. */
function blockEntries(
  sizes: string,
  context: FormatContext,
  elements: ChunkElements,
  element: fc.Arbitrary<ChunkElement | null>,
): RegistryEntry[] {
  const { offsetSize } = context;
  const headerAddress = address(offsetSize);
  const optional = optionalAddress(offsetSize);
  const of = elements.clientId === 1 ? "filtered chunks" : "chunks";
  const fixed = (elementCount: number): FixedArrayHeader => ({
    clientId: elements.clientId,
    elementSize: elements.size(context),
    pageBits: 3,
    elementCount,
    dataBlockAddress: null,
  });
  const header: ExtensibleArrayHeader = {
    clientId: elements.clientId,
    elementSize: elements.size(context),
    maxBits: 20,
    indexBlockElements: 3,
    dataBlockMinElements: 4,
    superBlockMinPointers: 2,
    pageBits: 3,
    superBlockCount: 0,
    superBlockBytes: 0,
    dataBlockCount: 0,
    dataBlockBytes: 0,
    endIndex: 0,
    realizedCount: 0,
    indexBlockAddress: null,
  };
  const { superBlocks, directDataBlocks, directSuperBlocks, blockOffsetSize } = extensibleArrayGeometry(header);
  const small = superBlocks[0] as SuperBlockPlace;
  const paged = superBlocks[4] as SuperBlockPlace;
  const checked = { context, checksummed: true };
  const superBlockOf = (place: SuperBlockPlace) => ({
    ...checked,
    codec: extensibleArraySuperBlock(elements.clientId, blockOffsetSize, place),
    arbitrary: fc.record({
      headerAddress,
      firstElement: address(blockOffsetSize),
      pagesWritten: someBytes(
        place.dataBlockCount * Math.ceil(place.pagesPerDataBlock / 8),
        place.dataBlockCount * Math.ceil(place.pagesPerDataBlock / 8),
      ),
      dataBlocks: list(optional, place.dataBlockCount),
    }),
  });
  const dataBlockOf = (place: SuperBlockPlace) => ({
    ...checked,
    codec: extensibleArrayDataBlock(elements, blockOffsetSize, place),
    arbitrary: fc.record({
      headerAddress,
      firstElement: address(blockOffsetSize),
      elements: list(element, place.pagesPerDataBlock === 0 ? place.dataBlockElements : 0),
    }),
  });
  return [
    entry({
      name: `array-page of ${of}, ${sizes}`,
      ...checked,
      codec: arrayPage(elements, 5),
      arbitrary: fc.record({ elements: list(element, 5) }),
    }),
    entry({
      name: `fixed-array-data-block of ${of}, ${sizes}`,
      ...checked,
      codec: fixedArrayDataBlock(fixed(7), elements),
      arbitrary: fc.record({ headerAddress, pagesWritten: fc.constant(null), elements: list(element, 7) }),
    }),
    entry({
      name: `fixed-array-data-block with pages of ${of}, ${sizes}`,
      ...checked,
      codec: fixedArrayDataBlock(fixed(100), elements),
      arbitrary: fc.record({ headerAddress, pagesWritten: someBytes(2, 2), elements: fc.constant([]) }),
    }),
    entry({
      name: `extensible-array-index-block of ${of}, ${sizes}`,
      ...checked,
      codec: extensibleArrayIndexBlock(header, elements),
      arbitrary: fc.record({
        headerAddress,
        elements: list(element, header.indexBlockElements),
        dataBlocks: list(optional, directDataBlocks),
        superBlocks: list(optional, superBlocks.length - directSuperBlocks),
      }),
    }),
    entry({ name: `extensible-array-super-block of ${of}, ${sizes}`, ...superBlockOf(small) }),
    entry({ name: `extensible-array-super-block with pages of ${of}, ${sizes}`, ...superBlockOf(paged) }),
    entry({ name: `extensible-array-data-block of ${of}, ${sizes}`, ...dataBlockOf(small) }),
    entry({ name: `extensible-array-data-block with pages of ${of}, ${sizes}`, ...dataBlockOf(paged) }),
  ];
}

/** Fixed and extensible arrays of chunks, in files of several field sizes. */
export const chunkArrayEntries: readonly RegistryEntry[] = CONTEXTS.flatMap(([sizes, context]) => {
  const at = { address: address(context.offsetSize) };
  const plain = fc.record({ ...at, storedSize: fc.constant(null), filterMask: fc.constant(0) });
  const filtered = fc.record({
    ...at,
    storedSize: fc.nat({ max: 256 ** SIZE_WIDTH - 1 }),
    filterMask: fc.nat({ max: 0xffff_ffff }),
  });
  return [
    entry({
      name: `fixed-array-header, ${sizes}`,
      codec: fixedArrayHeader,
      context,
      checksummed: true,
      arbitrary: fixedHeaderOf(context),
    }),
    entry({
      name: `extensible-array-header, ${sizes}`,
      codec: extensibleArrayHeader,
      context,
      checksummed: true,
      arbitrary: extensibleHeaderOf(context),
    }),
    ...(context === DEFAULT_CONTEXT ? blockEntries(sizes, context, plainChunkElements, fc.option(plain)) : []),
    ...blockEntries(sizes, context, filteredChunkElements(SIZE_WIDTH), fc.option(filtered)),
  ];
});
