import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "../checksum.js";
import type { NodeCodec } from "../codec.js";
import type { FormatContext } from "../context.js";
import { ARRAY_PREFIX_SIZE, readArrayPrefix, readHeaderAddress, writeArrayPrefix } from "./array-block.js";
import { type ChunkElement, type ChunkElements, elementsMemory, readElements, writeElements } from "./chunk-element.js";
import type { SuperBlockPlace } from "./extensible-array-geometry.js";

/** A data block of an extensible array of chunks, without its pages when it has some. File Format Specification, section VII.D. */
export interface ExtensibleArrayDataBlock {
  readonly headerAddress: number;
  /**
   * Its first element in the array, counted after those of the index block. Where the index block points to it libhdf5
   * adds its elements times its place among all data blocks, not times that in its super block.
   */
  readonly firstElement: number;
  /** The elements where there are no pages: `null` for chunks that are not stored. Empty where there are pages. */
  readonly elements: readonly (ChunkElement | null)[];
}

const SIGNATURE = "EADB";

/** Codec of a data block of the super block at a place of the array; pages, if any, follow it. File Format Specification, section VII.D. */
export function extensibleArrayDataBlock(
  elements: ChunkElements,
  blockOffsetSize: number,
  { dataBlockElements, pagesPerDataBlock }: SuperBlockPlace,
): NodeCodec<ExtensibleArrayDataBlock> {
  const inBlock = pagesPerDataBlock > 0 ? 0 : dataBlockElements;
  const size = (context: FormatContext): number =>
    ARRAY_PREFIX_SIZE + context.offsetSize + blockOffsetSize + inBlock * elements.size(context) + CHECKSUM_SIZE;
  return {
    name: "extensible-array-data-block",
    section: "VII.D",
    keepsNoBytes: true,
    memorySize: elementsMemory(inBlock),
    prefixSize: size,
    totalSize: (_prefix, context) => size(context),
    sizeOf: (_block, context) => size(context),
    decode(reader, context) {
      const start = reader.position;
      readArrayPrefix(reader, SIGNATURE, elements.clientId);
      const block = {
        headerAddress: readHeaderAddress(reader, context),
        firstElement: reader.uint(blockOffsetSize),
        elements: readElements(reader, elements, inBlock, context),
      };
      readChecksum(reader, start);
      return block;
    },
    encode(block, writer, context) {
      const start = writer.position;
      writeArrayPrefix(writer, SIGNATURE, elements.clientId);
      writer.offset(block.headerAddress, context);
      writer.uint(block.firstElement, blockOffsetSize);
      writeElements(writer, elements, inBlock, block.elements, context);
      writeChecksum(writer, start);
    },
  };
}
