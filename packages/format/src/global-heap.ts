import type { NodeCodec } from "./codec.js";
import type { FormatContext } from "./context.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** One piece of data in a global heap collection (III.E). */
export interface GlobalHeapObject {
  /** 1 to 65535, unique in the collection. */
  readonly index: number;
  /** Stored reference count; libhdf5 writes 0 and keeps a count only for objects that are shared. */
  readonly referenceCount: number;
  readonly data: Uint8Array;
}

/** A global heap collection: variable-length data, region references, mappings of virtual datasets (III.E). */
export interface GlobalHeap {
  /** Bytes of the collection, header and free space included. */
  readonly byteLength: number;
  readonly objects: readonly GlobalHeapObject[];
}

/** Smallest global heap collection that libhdf5 makes, in bytes (III.E); smaller ones of other writers are read. */
export const GLOBAL_HEAP_MINIMUM = 4096;

/** Most objects in one global heap collection (III.E): indices are 16-bit numbers and 0 is the free space. */
export const GLOBAL_HEAP_MAX_OBJECTS = 65_535;

function aligned(byteLength: number): number {
  return Math.ceil(byteLength / 8) * 8;
}

/** Bytes of a global heap collection's header (III.E). */
export function globalHeapHeaderSize(context: FormatContext): number {
  return aligned(8 + context.lengthSize);
}

/** Bytes that an object with `byteLength` bytes of data takes in a global heap collection, its header included (III.E). */
export function globalHeapObjectSize(byteLength: number, context: FormatContext): number {
  return aligned(8 + context.lengthSize) + aligned(byteLength);
}

function decodeObjects(reader: Reader, end: number, context: FormatContext): GlobalHeapObject[] {
  const objectHeaderSize = globalHeapObjectSize(0, context);
  const objects: GlobalHeapObject[] = [];
  const seen = new Set<number>();
  // A tail too small for an object's header is free space without a description.
  while (end - reader.position >= objectHeaderSize) {
    const start = reader.position;
    const index = reader.u16();
    const referenceCount = reader.u16();
    reader.skip(4);
    const size = reader.lengthField(context);
    reader.skip(start + objectHeaderSize - reader.position);
    if (index === 0) {
      // Free space counts its own header, and is never padded.
      if (size < objectHeaderSize || size > end - start || size % 8 !== 0) {
        throw reader.corrupt(`free space of ${size} bytes at byte ${start} of ${end}`);
      }
      reader.skip(size - objectHeaderSize);
      continue;
    }
    if (seen.has(index)) {
      throw reader.corrupt(`object ${index} is there twice`);
    }
    if (size > end - reader.position) {
      throw reader.corrupt(`object ${index} of ${size} bytes at byte ${start} of ${end}`);
    }
    seen.add(index);
    objects.push({ index, referenceCount, data: reader.bytes(size) });
    const padding = aligned(size) - size;
    if (padding > end - reader.position) {
      throw reader.corrupt(`object ${index} ends without its padding`);
    }
    reader.skip(padding);
  }
  return objects;
}

/** Codec of a global heap collection (III.E); the free space that ends it is derived when it is written. */
export const globalHeap: NodeCodec<GlobalHeap> = {
  name: "global-heap",
  section: "III.E",

  decode(reader: Reader, context: FormatContext): GlobalHeap {
    const start = reader.position;
    const byteLength = decodeHeader(reader, context);
    reader.need(byteLength - (reader.position - start));
    const end = start + byteLength;
    const objects = decodeObjects(reader, end, context);
    reader.skip(end - reader.position);
    return { byteLength, objects };
  },

  encode(value: GlobalHeap, writer: Writer, context: FormatContext): void {
    const start = writer.position;
    const end = start + value.byteLength;
    const objectHeaderSize = globalHeapObjectSize(0, context);
    if (value.byteLength < globalHeapHeaderSize(context) || value.byteLength % 8 !== 0) {
      throw writer.invalid(`collection of ${value.byteLength} bytes`);
    }
    writer.signature("GCOL");
    writer.u8(1);
    writer.zeros(3);
    writer.lengthField(value.byteLength, context);
    writer.align(8, start);
    for (const { index, referenceCount, data } of value.objects) {
      if (index === 0 || writer.position + globalHeapObjectSize(data.length, context) > end) {
        throw writer.invalid(`object ${index} of ${data.length} bytes at byte ${writer.position - start}`);
      }
      encodeObjectHeader(index, referenceCount, data.length, writer, context);
      writer.bytes(data);
      writer.align(8, start);
    }
    const free = end - writer.position;
    if (free >= objectHeaderSize) {
      encodeObjectHeader(0, 0, free, writer, context);
    }
    writer.zeros(end - writer.position);
  },

  sizeOf(value: GlobalHeap): number {
    return value.byteLength;
  },

  // Nearly all collections have 4096 bytes, but to ask for so many would reach past the end of files with smaller ones.
  prefixSize: globalHeapHeaderSize,

  totalSize(prefix: Reader, context: FormatContext): number {
    return decodeHeader(prefix, context);
  },
};

function decodeHeader(reader: Reader, context: FormatContext): number {
  const start = reader.position;
  reader.signature("GCOL");
  const version = reader.u8();
  if (version !== 1) {
    throw reader.corrupt(`version ${version}`);
  }
  reader.skip(3);
  const byteLength = reader.lengthField(context);
  if (byteLength < globalHeapHeaderSize(context)) {
    throw reader.corrupt(`collection of ${byteLength} bytes does not hold its own header`);
  }
  reader.align(8, start);
  return byteLength;
}

function encodeObjectHeader(
  index: number,
  referenceCount: number,
  size: number,
  writer: Writer,
  context: FormatContext,
): void {
  const start = writer.position;
  writer.u16(index);
  writer.u16(referenceCount);
  writer.zeros(4);
  writer.lengthField(size, context);
  writer.align(8, start);
}
