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
import type { SuperBlockPlace } from "./extensible-array-geometry.js";

/** A super block of an extensible array of chunks. File Format Specification, section VII.D. */
export interface ExtensibleArraySuperBlock {
  readonly headerAddress: number;
  /** Its first element in the array, counted after those of the index block. */
  readonly firstElement: number;
  /**
   * Which pages of its data blocks have been written, block after block, the first page in the highest bit of the first
   * byte; empty where data blocks have no pages.
   */
  readonly pagesWritten: Uint8Array;
  /** Addresses of its data blocks; `null` for those not made. */
  readonly dataBlocks: readonly (number | null)[];
}

const SIGNATURE = "EASB";

/** Codec of the super block at a place of the array. File Format Specification, section VII.D. */
export function extensibleArraySuperBlock(
  clientId: 0 | 1,
  blockOffsetSize: number,
  { dataBlockCount, pagesPerDataBlock }: SuperBlockPlace,
): NodeCodec<ExtensibleArraySuperBlock> {
  const bitmapSize = dataBlockCount * Math.ceil(pagesPerDataBlock / 8);
  const size = ({ offsetSize }: FormatContext): number =>
    ARRAY_PREFIX_SIZE + offsetSize * (1 + dataBlockCount) + blockOffsetSize + bitmapSize + CHECKSUM_SIZE;
  return {
    name: "extensible-array-super-block",
    section: "VII.D",
    prefixSize: size,
    totalSize: (_prefix, context) => size(context),
    sizeOf: (_block, context) => size(context),
    decode(reader, context) {
      const start = reader.position;
      reader.need(size(context));
      readArrayPrefix(reader, SIGNATURE, clientId);
      const block = {
        headerAddress: readHeaderAddress(reader, context),
        firstElement: reader.uint(blockOffsetSize),
        pagesWritten: reader.bytes(bitmapSize),
        dataBlocks: Array.from({ length: dataBlockCount }, () => reader.offset(context)),
      };
      readChecksum(reader, start);
      return block;
    },
    encode(block, writer, context) {
      const start = writer.position;
      writeArrayPrefix(writer, SIGNATURE, clientId);
      writer.offset(block.headerAddress, context);
      writer.uint(block.firstElement, blockOffsetSize);
      if (block.pagesWritten.length !== bitmapSize) {
        throw writer.invalid(`${block.pagesWritten.length} bytes say which pages are written, not ${bitmapSize}`);
      }
      writer.bytes(block.pagesWritten);
      writeAddresses(writer, block.dataBlocks, dataBlockCount, context);
      writeChecksum(writer, start);
    },
  };
}
