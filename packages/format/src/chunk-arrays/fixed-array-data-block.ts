import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "../checksum.js";
import type { NodeCodec } from "../codec.js";
import type { FormatContext } from "../context.js";
import { ARRAY_PREFIX_SIZE, readArrayPrefix, readHeaderAddress, writeArrayPrefix } from "./array-block.js";
import { type ChunkElement, type ChunkElements, elementsMemory, readElements, writeElements } from "./chunk-element.js";
import type { FixedArrayHeader } from "./fixed-array-header.js";

/** The data block of a fixed array of chunks, without its pages when it has some. File Format Specification, section VII.C. */
export interface FixedArrayDataBlock {
  readonly headerAddress: number;
  /** Which pages have been written, the first in the highest bit of the first byte; `null` without pages. */
  readonly pagesWritten: Uint8Array | null;
  /** The elements where there are no pages: `null` for chunks that are not stored. Empty where there are pages. */
  readonly elements: readonly (ChunkElement | null)[];
}

const SIGNATURE = "FADB";

/** Pages of the data block of a fixed array; 0 when all elements stand in the block itself. File Format Specification, section VII.C. */
export function fixedArrayPages({ elementCount, pageBits }: FixedArrayHeader): number {
  const perPage = 2 ** pageBits;
  return elementCount > perPage ? Math.ceil(elementCount / perPage) : 0;
}

/** Codec of the data block of the array with a header; pages, if any, follow it. File Format Specification, section VII.C. */
export function fixedArrayDataBlock(header: FixedArrayHeader, elements: ChunkElements): NodeCodec<FixedArrayDataBlock> {
  const bitmapSize = Math.ceil(fixedArrayPages(header) / 8);
  const inBlock = bitmapSize === 0 ? header.elementCount : 0;
  const size = (context: FormatContext): number =>
    ARRAY_PREFIX_SIZE + context.offsetSize + bitmapSize + inBlock * elements.size(context) + CHECKSUM_SIZE;
  return {
    name: "fixed-array-data-block",
    section: "VII.C",
    memorySize: bitmapSize + elementsMemory(inBlock),
    prefixSize: size,
    totalSize: (_prefix, context) => size(context),
    sizeOf: (_block, context) => size(context),
    decode(reader, context) {
      const start = reader.position;
      readArrayPrefix(reader, SIGNATURE, elements.clientId);
      const block = {
        headerAddress: readHeaderAddress(reader, context),
        pagesWritten: bitmapSize === 0 ? null : reader.bytes(bitmapSize),
        elements: readElements(reader, elements, inBlock, context),
      };
      readChecksum(reader, start);
      return block;
    },
    encode(block, writer, context) {
      const start = writer.position;
      writeArrayPrefix(writer, SIGNATURE, elements.clientId);
      writer.offset(block.headerAddress, context);
      if ((block.pagesWritten?.length ?? 0) !== bitmapSize) {
        throw writer.invalid(`${block.pagesWritten?.length ?? 0} bytes say which pages are written, not ${bitmapSize}`);
      }
      writer.bytes(block.pagesWritten ?? new Uint8Array(0));
      writeElements(writer, elements, inBlock, block.elements, context);
      writeChecksum(writer, start);
    },
  };
}
