import type { Codec } from "./codec.js";
import type { FormatContext } from "./context.js";
import { heapOffsetSize } from "./doubling-table.js";
import type { FractalHeap } from "./fractal-heap.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** What leads to an object of a fractal heap. File Format Specification, section III.G, "Fractal Heap ID". */
export type FractalHeapId =
  | {
      /** In a direct block. */
      readonly type: "managed";
      /** Offset in the heap. */
      readonly offset: number;
      readonly length: number;
    }
  | {
      /** In a place of its own that the heap's B-tree knows. */
      readonly type: "huge";
      /** Number of the object in that B-tree. */
      readonly number: number;
    }
  | {
      /** In a place of its own that the ID names. */
      readonly type: "huge-direct";
      readonly address: number;
      /** Bytes as stored. */
      readonly storedSize: number;
      /** Bit i set: filter i was not applied. 0 in heaps without filters. */
      readonly filterMask: number;
      /** Bytes without filters. */
      readonly length: number;
    }
  | {
      /** In the ID itself. */
      readonly type: "tiny";
      readonly data: Uint8Array;
    };

const TYPES = ["managed", "huge", "tiny"] as const;
const VERSION_SHIFT = 6;
const TYPE_SHIFT = 4;
const TYPE_MASK = 0x03;
const LOW_MASK = 0x0f;
/** The longest data whose length fits the low bits of the first byte. */
const SHORT_TINY = 16;
const MAX_HUGE_NUMBER_SIZE = 8;

/** Bytes of the field that holds the length of a managed object: enough for the smaller of two limits. */
function lengthFieldSize({ maxDirectBlockSize, maxManagedSize }: FractalHeap): number {
  const blockBytes = Math.ceil(Math.log2(maxDirectBlockSize) / 8);
  const objectBytes = Math.floor(Math.floor(Math.log2(maxManagedSize)) / 8) + 1;
  return Math.min(blockBytes, objectBytes);
}

/** Whether IDs of huge objects have room for the place of the object itself. Section III.G. */
export function hugeIdsAreDirect(
  { idLength, filters }: FractalHeap,
  { offsetSize, lengthSize }: FormatContext,
): boolean {
  return offsetSize + lengthSize + (filters === null ? 0 : 4 + lengthSize) <= idLength - 1;
}

/** Whether the length of data in an ID takes a byte more. */
function isExtended({ idLength }: FractalHeap): boolean {
  return idLength - 1 > SHORT_TINY + 1;
}

function readHuge(heap: FractalHeap, reader: Reader, context: FormatContext): FractalHeapId {
  if (!hugeIdsAreDirect(heap, context)) {
    return { type: "huge", number: reader.uint(Math.min(heap.idLength - 1, MAX_HUGE_NUMBER_SIZE)) };
  }
  const address = reader.definedOffset(context, "address of a huge object");
  const storedSize = reader.lengthField(context);
  return heap.filters === null
    ? { type: "huge-direct", address, storedSize, filterMask: 0, length: storedSize }
    : { type: "huge-direct", address, storedSize, filterMask: reader.u32(), length: reader.lengthField(context) };
}

function writeHuge(
  heap: FractalHeap,
  id: FractalHeapId & { readonly type: "huge" | "huge-direct" },
  writer: Writer,
  context: FormatContext,
): void {
  if (hugeIdsAreDirect(heap, context) !== (id.type === "huge-direct")) {
    throw writer.invalid(`IDs of ${heap.idLength} bytes are not of the kind ${id.type}`);
  }
  if (id.type === "huge") {
    writer.uint(id.number, Math.min(heap.idLength - 1, MAX_HUGE_NUMBER_SIZE));
    return;
  }
  writer.offset(id.address, context);
  writer.lengthField(id.storedSize, context);
  if (heap.filters !== null) {
    writer.u32(id.filterMask);
    writer.lengthField(id.length, context);
  }
}

function writeTiny(heap: FractalHeap, data: Uint8Array, writer: Writer): void {
  const extended = isExtended(heap);
  const most = extended ? heap.idLength - 2 : Math.min(heap.idLength - 1, SHORT_TINY);
  if (data.length === 0 || data.length > most) {
    throw writer.invalid(`${data.length} bytes where 1 to ${most} fit an ID`);
  }
  const stored = data.length - 1;
  writer.u8((TYPES.indexOf("tiny") << TYPE_SHIFT) | (extended ? stored >>> 8 : stored));
  if (extended) {
    writer.u8(stored & 0xff);
  }
  writer.bytes(data);
}

/** Codec of the IDs of a heap's objects. File Format Specification, section III.G, "Fractal Heap ID". */
export function fractalHeapId(heap: FractalHeap): Codec<FractalHeapId> {
  // A group has as many IDs as links: what is the same for all of them is worked out once.
  const offsetFieldSize = heapOffsetSize(heap);
  const lengthSize = lengthFieldSize(heap);
  return {
    name: "fractal-heap-id",
    section: "III.G",
    decode(reader, context) {
      const end = reader.position + heap.idLength;
      reader.need(heap.idLength);
      const first = reader.u8();
      const type = TYPES[(first >>> TYPE_SHIFT) & TYPE_MASK];
      if (first >>> VERSION_SHIFT !== 0 || type === undefined) {
        throw reader.corrupt(`first byte 0x${first.toString(16)} is of no version and type that is known`);
      }
      let id: FractalHeapId;
      switch (type) {
        case "managed":
          id = { type, offset: reader.uint(offsetFieldSize), length: reader.uint(lengthSize) };
          break;
        case "huge":
          id = readHuge(heap, reader, context);
          break;
        case "tiny": {
          const low = first & LOW_MASK;
          const length = (isExtended(heap) ? (low << 8) | reader.u8() : low) + 1;
          id = { type, data: reader.bytes(length) };
        }
      }
      if (reader.position > end) {
        throw reader.corrupt(`it takes ${reader.position - end + heap.idLength} bytes where IDs have ${heap.idLength}`);
      }
      reader.skip(end - reader.position);
      return id;
    },
    encode(id, writer, context) {
      const end = writer.position + heap.idLength;
      if (id.type === "tiny") {
        writeTiny(heap, id.data, writer);
      } else {
        const type = id.type === "managed" ? "managed" : "huge";
        writer.u8(TYPES.indexOf(type) << TYPE_SHIFT);
        if (id.type === "managed") {
          writer.uint(id.offset, offsetFieldSize);
          writer.uint(id.length, lengthSize);
        } else {
          writeHuge(heap, id, writer, context);
        }
      }
      writer.zeros(end - writer.position);
    },
    sizeOf: () => heap.idLength,
  };
}
