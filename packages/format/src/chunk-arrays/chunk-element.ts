import type { FormatContext } from "../context.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";

/** Where one chunk is, as arrays of chunks store it. File Format Specification, sections VII.C and VII.D. */
export interface ChunkElement {
  readonly address: number;
  /** Bytes as stored, after the filters; `null` where the array has chunks without filters, which are all of one size. */
  readonly storedSize: number | null;
  /** Bit `i` set: filter `i` of the pipeline was not applied to this chunk. */
  readonly filterMask: number;
}

/** How the elements of one array are stored. File Format Specification, sections VII.C and VII.D. */
export interface ChunkElements {
  /** The number that stands in every structure of the array: 0 for chunks without filters, 1 for filtered ones. */
  readonly clientId: 0 | 1;
  /** Bytes of every element. */
  size(context: FormatContext): number;
  /** One element; `null` for a chunk that is not stored. */
  decode(reader: Reader, context: FormatContext): ChunkElement | null;
  encode(element: ChunkElement | null, writer: Writer, context: FormatContext): void;
}

/** Elements of an array of chunks without filters: addresses. File Format Specification, sections VII.C and VII.D. */
export const plainChunkElements: ChunkElements = {
  clientId: 0,
  size: ({ offsetSize }) => offsetSize,
  decode(reader, context) {
    const address = reader.offset(context);
    return address === null ? null : { address, storedSize: null, filterMask: 0 };
  },
  encode(element, writer, context) {
    writer.offset(element?.address ?? null, context);
  },
};

/**
 * Elements of an array of filtered chunks. File Format Specification, sections VII.C and VII.D.
 *
 * @param sizeWidth bytes of the field for a chunk's stored size, which the layout message leads to
 */
export function filteredChunkElements(sizeWidth: number): ChunkElements {
  return {
    clientId: 1,
    size: ({ offsetSize }) => offsetSize + sizeWidth + 4,
    decode(reader, context) {
      const address = reader.offset(context);
      const storedSize = reader.uint(sizeWidth);
      const filterMask = reader.u32();
      return address === null ? null : { address, storedSize, filterMask };
    },
    encode(element, writer, context) {
      writer.offset(element?.address ?? null, context);
      writer.uint(element?.storedSize ?? 0, sizeWidth);
      writer.u32(element?.filterMask ?? 0);
    },
  };
}

/** Bytes of memory, about, that `count` decoded elements take. */
export function elementsMemory(count: number): number {
  return 64 * count;
}

/** Reads `count` elements; a `FormatError` before any is read when so many are not there. */
export function readElements(
  reader: Reader,
  elements: ChunkElements,
  count: number,
  context: FormatContext,
): (ChunkElement | null)[] {
  reader.need(count * elements.size(context));
  const found: (ChunkElement | null)[] = [];
  for (let i = 0; i < count; i++) {
    found.push(elements.decode(reader, context));
  }
  return found;
}

/** Writes elements, which must be `count`. */
export function writeElements(
  writer: Writer,
  elements: ChunkElements,
  count: number,
  values: readonly (ChunkElement | null)[],
  context: FormatContext,
): void {
  if (values.length !== count) {
    throw writer.invalid(`${values.length} elements where ${count} must stand`);
  }
  for (const value of values) {
    elements.encode(value, writer, context);
  }
}
