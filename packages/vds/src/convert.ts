import { datatypesEqual, type HeapWriter, hasHeapData, type MemoryType, memoryType } from "@hdfive/core/plugin";
import { type Datatype, HdfiveError } from "@hdfive/format";

/**
 * The memory type of a read of a virtual dataset for a source of another datatype: elements become those of the virtual
 * dataset, and then what the user asked for.
 */
export function sourceMemory(memory: MemoryType, source: Datatype): MemoryType {
  const { datatype } = memory;
  if (datatypesEqual(datatype, source)) {
    return memory;
  }
  if (hasHeapData(datatype) || hasHeapData(source)) {
    return memoryType(source, memory.memoryDatatype);
  }
  const inner = memoryType(source, datatype);
  const stored = memoryType(datatype);
  return {
    ...memory,
    datatype: source,
    native: false,
    needsHeap: false,
    decode(bytes, byteOffset, count, into, at, heap) {
      const values = inner.allocate(count);
      inner.decode(bytes, byteOffset, count, values, 0, heap);
      const converted = new Uint8Array(count * datatype.size);
      stored.encode(values, 0, count, converted, 0, noHeap(heap.offsetSize));
      memory.decode(converted, 0, count, into, at, heap);
    },
  };
}

/** Elements of a virtual dataset as a source of another datatype stores them. */
export function convertedBytes(
  from: Datatype,
  to: Datatype,
  bytes: Uint8Array<ArrayBuffer>,
  count: number,
): Uint8Array<ArrayBuffer> {
  if (datatypesEqual(from, to)) {
    return bytes;
  }
  if (hasHeapData(from) || hasHeapData(to)) {
    throw new HdfiveError("UNSUPPORTED", "Elements of variable length are not converted on their way to a source");
  }
  const memory = memoryType(from, to);
  const values = memory.allocate(count);
  const heap = noHeap(8);
  memory.decode(bytes, 0, count, values, 0, {
    ...heap,
    addressSpace: undefined,
    get: () => {
      throw new HdfiveError("UNSUPPORTED", "A datatype without variable-length data asked for the global heap");
    },
  });
  const converted = new Uint8Array(count * to.size);
  memoryType(to).encode(values, 0, count, converted, 0, heap);
  return converted;
}

function noHeap(offsetSize: number): HeapWriter {
  return {
    offsetSize,
    put: () => {
      throw new HdfiveError("UNSUPPORTED", "A datatype without variable-length data asked for the global heap");
    },
  };
}
