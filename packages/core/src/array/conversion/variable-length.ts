import { type Datatype, decodeText, FormatError, HdfiveError, type VariableLengthType } from "@hdfive/format";
import { describe } from "../describe-value.js";
import type { MemoryArray, UserArray } from "../ndarray.js";
import { elementCount } from "../shape.js";
import { flattenTo } from "../user-array.js";
import { textBytes } from "./fixed-string.js";
import { readHeapId, writeHeapId } from "./heap-id.js";
import type { HeapReader, HeapWriter, MemoryType } from "./memory-type.js";
import { decodePieces } from "./text-block.js";

/** Bytes of strings that become text in one call. */
const BLOCK_BYTES = 1 << 16;
/** Longer strings are decoded by themselves. */
const SHORT_TEXT = 256;
const NULL_ID = { count: 0, collectionAddress: 0, index: 0 };

/** Memory of variable-length strings (IV.A.2.d, class 9): JavaScript strings, as long as they are stored. */
export function variableStringMemory(datatype: VariableLengthType): MemoryType {
  return {
    ...heapMemory(datatype, datatype),
    allocate: (count) => new Array<string>(count).fill(""),
    decode(bytes, byteOffset, count, into, at, heap) {
      decodeStrings(datatype, bytes, byteOffset, count, into as string[], at, heap);
    },
    encode(from, at, count, bytes, byteOffset, heap) {
      const values = from as ArrayLike<unknown>;
      for (let i = 0; i < count; i++) {
        const text = textBytes(values[at + i], datatype.charset);
        if (text.includes(0)) {
          throw new HdfiveError("INVALID_ARGUMENT", "VLEN strings do not support embedded NULLs");
        }
        store(text, text.length, bytes, byteOffset + i * datatype.size, heap);
      }
    },
  };
}

/** Gathers short strings in blocks, which become text in one call; long ones are decoded by themselves. */
function decodeStrings(
  datatype: VariableLengthType,
  bytes: Uint8Array,
  byteOffset: number,
  count: number,
  into: string[],
  at: number,
  heap: HeapReader,
): void {
  const block = new Uint8Array(Math.min(BLOCK_BYTES, count * SHORT_TEXT));
  const room = Math.min(count, BLOCK_BYTES / 16);
  const starts = new Uint32Array(room);
  const ends = new Uint32Array(room);
  let used = 0;
  let pieces = 0;
  for (let i = 0; i < count; i++) {
    const stored = storedBytes(datatype, 1, bytes, byteOffset + i * datatype.size, heap);
    const long = stored !== null && stored.length > SHORT_TEXT;
    if (pieces > 0 && (long || pieces === room || used + SHORT_TEXT > block.length)) {
      decodePieces(block.subarray(0, used), starts, ends, pieces, into, at + i - pieces);
      used = 0;
      pieces = 0;
    }
    if (long) {
      into[at + i] = decodeText(stored);
      continue;
    }
    starts[pieces] = used;
    const length = stored === null ? 0 : stored.length;
    for (let byte = 0; byte < length; byte++) {
      block[used + byte] = (stored as Uint8Array)[byte] as number;
    }
    used += length;
    ends[pieces++] = used;
  }
  decodePieces(block.subarray(0, used), starts, ends, pieces, into, at + count - pieces);
}

/**
 * Memory of variable-length sequences (IV.A.2.d, class 9): an array with a memory array per element.
 *
 * @param base memory of the elements of the sequences
 * @param memoryDatatype datatype in memory
 */
export function sequenceMemory(datatype: VariableLengthType, base: MemoryType, memoryDatatype: Datatype): MemoryType {
  return {
    ...heapMemory({ ...datatype, base: base.datatype }, memoryDatatype),
    allocate: (count) => Array.from({ length: count }, () => base.allocate(0)),
    decode(bytes, byteOffset, count, into, at, heap) {
      const sequences = into as MemoryArray[];
      for (let i = 0; i < count; i++) {
        const stored = storedBytes(datatype, datatype.base.size, bytes, byteOffset + i * datatype.size, heap);
        const length = stored === null ? 0 : stored.length / datatype.base.size;
        const sequence = base.allocate(length);
        if (stored !== null) {
          base.decode(stored, 0, length, sequence, 0, heap);
        }
        sequences[at + i] = sequence;
      }
    },
    encode(from, at, count, bytes, byteOffset, heap) {
      const values = from as ArrayLike<unknown>;
      for (let i = 0; i < count; i++) {
        const { data, length } = sequenceOf(values[at + i], base);
        const stored = new Uint8Array(length * datatype.base.size);
        base.encode(data, 0, length, stored, 0, heap);
        store(stored, length, bytes, byteOffset + i * datatype.size, heap);
      }
    },
  };
}

function heapMemory(datatype: Datatype, memoryDatatype: Datatype): Omit<MemoryType, "allocate" | "decode" | "encode"> {
  return {
    datatype,
    memoryDatatype,
    innerShape: [],
    native: false,
    bytesPerElement: 0,
    needsHeap: true,
    asFileBytes: () => null,
  };
}

function storedBytes(
  datatype: VariableLengthType,
  size: number,
  bytes: Uint8Array,
  at: number,
  heap: HeapReader,
): Uint8Array | null {
  const { count, collectionAddress, index } = readHeapId(bytes, at, heap, datatype);
  if (count === 0) {
    return null;
  }
  const object = heap.get(collectionAddress, index);
  if (count * size > object.length) {
    throw new FormatError(
      "variable-length data",
      `${count} elements of ${size} bytes in a heap object of ${object.length}`,
      {
        address: collectionAddress,
      },
    );
  }
  return object.length === count * size ? object : object.subarray(0, count * size);
}

function store(content: Uint8Array, count: number, bytes: Uint8Array, at: number, heap: HeapWriter): void {
  const id = count === 0 ? NULL_ID : { count, ...heap.put(content) };
  writeHeapId(id, bytes, at, heap.offsetSize);
}

/** The elements of one sequence of the user's, flat, and how many of the base type they are. */
function sequenceOf(value: unknown, base: MemoryType): { readonly data: UserArray; readonly length: number } {
  if (typeof value !== "object" || value === null) {
    throw new HdfiveError("INVALID_ARGUMENT", `${describe(value)} is no sequence; give an array per element`);
  }
  const { data, shape } = flattenTo(value, base.datatype, 1);
  if (shape.length !== 1) {
    throw new HdfiveError("SHAPE_MISMATCH", `a sequence has 1 dimension, not ${shape.length}`);
  }
  return { data, length: elementCount(shape) };
}
