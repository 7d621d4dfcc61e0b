import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "../checksum.js";
import type { NodeCodec } from "../codec.js";
import type { FormatContext } from "../context.js";
import { type ChunkElement, type ChunkElements, elementsMemory, readElements, writeElements } from "./chunk-element.js";

/** Elements of an array that are read at once: a page of a data block. File Format Specification, sections VII.C and VII.D. */
export interface ArrayPage {
  /** `null` for chunks that are not stored. */
  readonly elements: readonly (ChunkElement | null)[];
}

/** Bytes of a page of `count` elements. File Format Specification, sections VII.C and VII.D. */
export function arrayPageSize(elements: ChunkElements, count: number, context: FormatContext): number {
  return count * elements.size(context) + CHECKSUM_SIZE;
}

/** Codec of a page of `count` elements of an array of chunks. File Format Specification, sections VII.C and VII.D. */
export function arrayPage(elements: ChunkElements, count: number): NodeCodec<ArrayPage> {
  const size = (context: FormatContext): number => arrayPageSize(elements, count, context);
  return {
    name: "array-page",
    section: "VII.C",
    keepsNoBytes: true,
    memorySize: elementsMemory(count),
    prefixSize: size,
    totalSize: (_prefix, context) => size(context),
    sizeOf: (_page, context) => size(context),
    decode(reader, context) {
      const start = reader.position;
      const found = readElements(reader, elements, count, context);
      readChecksum(reader, start);
      return { elements: found };
    },
    encode(page, writer, context) {
      const start = writer.position;
      writeElements(writer, elements, count, page.elements, context);
      writeChecksum(writer, start);
    },
  };
}
