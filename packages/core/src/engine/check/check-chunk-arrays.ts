import {
  arrayPageSize,
  type ChunkElements,
  type ExtensibleArrayGeometry,
  type ExtensibleArrayHeader,
  extensibleArrayDataBlock,
  extensibleArrayGeometry,
  extensibleArrayHeader,
  extensibleArrayIndexBlock,
  extensibleArraySuperBlock,
  fixedArrayDataBlock,
  fixedArrayHeader,
  fixedArrayPages,
  type SuperBlockPlace,
} from "@hdfive/format";
import type { Task } from "../../task.js";
import type { CheckRun } from "./check-run.js";

/** Which array of chunks, and how its elements are stored. */
export interface CheckedArray {
  readonly address: number;
  readonly elements: ChunkElements;
  readonly path: string;
}

/** Notes the blocks of a fixed array; false when they cannot be read. File Format Specification, section VII.C. */
export function* checkFixedArray(run: CheckRun, { address, elements, path }: CheckedArray): Task<boolean> {
  const { context } = run.state;
  const header = yield* run.look(path, (tx) => tx.node(fixedArrayHeader, address));
  const size = header === undefined ? 0 : fixedArrayHeader.sizeOf(header, context);
  if (header === undefined || !run.claimOnce(fixedArrayHeader.name, address, size, path)) {
    return false;
  }
  const { dataBlockAddress, elementCount, pageBits } = header;
  if (dataBlockAddress === null) {
    return true;
  }
  const codec = fixedArrayDataBlock(header, elements);
  const pages = fixedArrayPages(header);
  const last = elementCount - Math.max(0, pages - 1) * 2 ** pageBits;
  const inPages =
    pages === 0
      ? 0
      : (pages - 1) * arrayPageSize(elements, 2 ** pageBits, context) + arrayPageSize(elements, last, context);
  return run.claimOnce(codec.name, dataBlockAddress, codec.prefixSize(context) + inPages, path);
}

/**
 * Notes the blocks of an extensible array, and checks the counts of its header; false when they cannot be read. File Format
 * Specification, section VII.D.
 */
export function* checkExtensibleArray(run: CheckRun, array: CheckedArray): Task<boolean> {
  const { address, elements, path } = array;
  const { context } = run.state;
  const header = yield* run.look(path, (tx) => tx.node(extensibleArrayHeader, address));
  const size = header === undefined ? 0 : extensibleArrayHeader.sizeOf(header, context);
  if (header === undefined || !run.claimOnce(extensibleArrayHeader.name, address, size, path)) {
    return false;
  }
  const { indexBlockAddress, indexBlockElements } = header;
  const geometry = extensibleArrayGeometry(header);
  const counts = { superBlockCount: 0, superBlockBytes: 0, dataBlockCount: 0, dataBlockBytes: 0, realizedCount: 0 };
  if (indexBlockAddress === null) {
    compareCounts(run, array, header, counts);
    return true;
  }
  const codec = extensibleArrayIndexBlock(header, elements);
  if (!run.claimOnce(codec.name, indexBlockAddress, codec.prefixSize(context), path)) {
    return false;
  }
  const block = yield* run.look(path, (tx) => tx.node(codec, indexBlockAddress));
  if (block === undefined) {
    return false;
  }
  counts.realizedCount = indexBlockElements;
  const addBlocks = (place: SuperBlockPlace, addresses: readonly (number | null)[]): void => {
    for (const at of addresses) {
      if (at !== null) {
        const byteLength = dataBlockSize(run, geometry, elements, place);
        run.claimOnce("extensible-array-data-block", at, byteLength, path);
        counts.dataBlockCount++;
        counts.dataBlockBytes += byteLength;
        counts.realizedCount += place.dataBlockElements;
      }
    }
  };
  for (const place of geometry.superBlocks.slice(0, geometry.directSuperBlocks)) {
    addBlocks(place, block.dataBlocks.slice(place.firstDataBlock, place.firstDataBlock + place.dataBlockCount));
  }
  for (const [i, at] of block.superBlocks.entries()) {
    const place = geometry.superBlocks[geometry.directSuperBlocks + i];
    if (at === null || place === undefined) {
      continue;
    }
    const superCodec = extensibleArraySuperBlock(elements.clientId, geometry.blockOffsetSize, place);
    if (!run.claimOnce(superCodec.name, at, superCodec.prefixSize(context), path)) {
      return false;
    }
    const superBlock = yield* run.look(path, (tx) => tx.node(superCodec, at));
    if (superBlock === undefined) {
      return false;
    }
    counts.superBlockCount++;
    counts.superBlockBytes += superCodec.prefixSize(context);
    addBlocks(place, superBlock.dataBlocks);
  }
  compareCounts(run, array, header, counts);
  return true;
}

function dataBlockSize(
  { state: { context } }: CheckRun,
  { blockOffsetSize, pageElements }: ExtensibleArrayGeometry,
  elements: ChunkElements,
  place: SuperBlockPlace,
): number {
  const inPages = place.pagesPerDataBlock * arrayPageSize(elements, pageElements, context);
  return extensibleArrayDataBlock(elements, blockOffsetSize, place).prefixSize(context) + inPages;
}

function compareCounts(
  run: CheckRun,
  { address, path }: CheckedArray,
  header: ExtensibleArrayHeader,
  counts: Partial<ExtensibleArrayHeader>,
): void {
  for (const [name, found] of Object.entries(counts)) {
    const stored = header[name as keyof ExtensibleArrayHeader];
    if (stored !== found) {
      run.report(
        "error",
        extensibleArrayHeader.name,
        address,
        path,
        `its ${name} is ${stored}, and there are ${found}`,
      );
    }
  }
}
