import type { ArrayType } from "@hdfive/format";
import { elementCount } from "../shape.js";
import type { MemoryType } from "./memory-type.js";

/** Memory of an array datatype (IV.A.2.d, class 10): that of its elements, one after the other. */
export function arrayMemory(datatype: ArrayType, base: MemoryType): MemoryType {
  const inner = elementCount(datatype.dimensions);
  return {
    datatype: { ...datatype, base: base.datatype },
    memoryDatatype: base.memoryDatatype,
    innerShape: [...datatype.dimensions, ...base.innerShape],
    native: base.native,
    bytesPerElement: inner * base.bytesPerElement,
    needsHeap: base.needsHeap,
    asFileBytes: (from) => base.asFileBytes(from),
    allocate: (count) => base.allocate(count * inner),
    decode(bytes, byteOffset, count, into, at, heap) {
      base.decode(bytes, byteOffset, count * inner, into, at * inner, heap);
    },
    encode(from, at, count, bytes, byteOffset, heap) {
      base.encode(from, at * inner, count * inner, bytes, byteOffset, heap);
    },
  };
}
