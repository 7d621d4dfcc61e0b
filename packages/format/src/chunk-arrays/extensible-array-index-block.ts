import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "../checksum.js";
import type { NodeCodec } from "../codec.js";
import type { FormatContext } from "../context.js";
import {
  ARRAY_PREFIX_SIZE,
  readArrayPrefix,
  readHeaderAddress,
  writeAddresses,
  writeArrayPrefix,
} from "./array-block.js";
import { type ChunkElement, type ChunkElements, readElements, writeElements } from "./chunk-element.js";
import { extensibleArrayGeometry } from "./extensible-array-geometry.js";
import type { ExtensibleArrayHeader } from "./extensible-array-header.js";

/** The index block of an extensible array of chunks. File Format Specification, section VII.D. */
export interface ExtensibleArrayIndexBlock {
  readonly headerAddress: number;
  /** The first elements of the array: `null` for chunks that are not stored. */
  readonly elements: readonly (ChunkElement | null)[];
  /** Addresses of the first data blocks; `null` for those not made. */
  readonly dataBlocks: readonly (number | null)[];
  /** Addresses of the super blocks past those; `null` for those not made. */
  readonly superBlocks: readonly (number | null)[];
}

const SIGNATURE = "EAIB";

/** Codec of the index block of the array with a header. File Format Specification, section VII.D. */
export function extensibleArrayIndexBlock(
  header: ExtensibleArrayHeader,
  elements: ChunkElements,
): NodeCodec<ExtensibleArrayIndexBlock> {
  const { directDataBlocks, directSuperBlocks, superBlocks } = extensibleArrayGeometry(header);
  const superBlockCount = superBlocks.length - directSuperBlocks;
  const size = (context: FormatContext): number =>
    ARRAY_PREFIX_SIZE +
    context.offsetSize * (1 + directDataBlocks + superBlockCount) +
    header.indexBlockElements * elements.size(context) +
    CHECKSUM_SIZE;
  return {
    name: "extensible-array-index-block",
    section: "VII.D",
    keepsNoBytes: true,
    prefixSize: size,
    totalSize: (_prefix, context) => size(context),
    sizeOf: (_block, context) => size(context),
    decode(reader, context) {
      const start = reader.position;
      reader.need(size(context));
      readArrayPrefix(reader, SIGNATURE, elements.clientId);
      const block = {
        headerAddress: readHeaderAddress(reader, context),
        elements: readElements(reader, elements, header.indexBlockElements, context),
        dataBlocks: Array.from({ length: directDataBlocks }, () => reader.offset(context)),
        superBlocks: Array.from({ length: superBlockCount }, () => reader.offset(context)),
      };
      readChecksum(reader, start);
      return block;
    },
    encode(block, writer, context) {
      const start = writer.position;
      writeArrayPrefix(writer, SIGNATURE, elements.clientId);
      writer.offset(block.headerAddress, context);
      writeElements(writer, elements, header.indexBlockElements, block.elements, context);
      writeAddresses(writer, block.dataBlocks, directDataBlocks, context);
      writeAddresses(writer, block.superBlocks, superBlockCount, context);
      writeChecksum(writer, start);
    },
  };
}
