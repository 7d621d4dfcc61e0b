import { type Datatype, HdfiveError } from "@hdfive/format";
import { ComplexArray } from "../complex-array.js";
import { describe } from "../describe-value.js";
import { dtypeName } from "../dtype/dtype-name.js";
import type { MemoryArray, UserArray } from "../ndarray.js";
import { allocateNumbers, bytesPerNumber, numericKindOf } from "../numeric-array.js";
import type { MemoryType } from "./memory-type.js";

/**
 * Memory of complex numbers: the parts interleaved in one typed array, as they are in the file.
 *
 * @param part memory of the parts
 * @param memoryDatatype datatype of the complex numbers in memory
 */
export function complexMemory(datatype: Datatype, part: MemoryType, memoryDatatype: Datatype): MemoryType {
  const kind = part.bytesPerElement === 4 ? "f32" : "f64";
  const name = dtypeName(datatype);
  return {
    datatype,
    memoryDatatype,
    innerShape: [],
    native: part.native,
    bytesPerElement: 2 * bytesPerNumber(kind),
    needsHeap: false,
    asFileBytes: (from) => (from instanceof ComplexArray ? part.asFileBytes(from.data) : null),
    allocate: (count) => new ComplexArray(allocateNumbers(kind, 2 * count) as Float32Array | Float64Array),
    decode(bytes, byteOffset, count, into, at, heap) {
      part.decode(bytes, byteOffset, 2 * count, partsOf(into), 2 * at, heap);
    },
    encode(from, at, count, bytes, byteOffset, heap) {
      if (from instanceof ComplexArray) {
        part.encode(from.data, 2 * at, 2 * count, bytes, byteOffset, heap);
      } else {
        part.encode(interleave(from, at, count, name), 0, 2 * count, bytes, byteOffset, heap);
      }
    },
  };
}

function partsOf(into: MemoryArray): MemoryArray {
  if (!(into instanceof ComplexArray)) {
    throw new HdfiveError("INVALID_ARGUMENT", `the result needs a ComplexArray, not ${describe(into)}`);
  }
  return into.data;
}

/** Parts of numbers (imaginary part 0) and of objects with `real` and `imag`. */
function interleave(from: UserArray, at: number, count: number, name: string): Float64Array {
  const parts = new Float64Array(2 * count);
  if (!Array.isArray(from) && numericKindOf(from) === null) {
    throw new HdfiveError("INVALID_ARGUMENT", `No conversion path from ${describe(from)} to ${name}`);
  }
  const values = from as ArrayLike<unknown>;
  for (let i = 0; i < count; i++) {
    const value = values[at + i];
    if (typeof value === "number" || typeof value === "bigint") {
      parts[2 * i] = Number(value);
    } else if (typeof value === "object" && value !== null && "real" in value && "imag" in value) {
      parts[2 * i] = Number(value.real);
      parts[2 * i + 1] = Number(value.imag);
    } else {
      throw new HdfiveError(
        "INVALID_ARGUMENT",
        `${describe(value)} is no value of ${name}; give a number or { real, imag }`,
      );
    }
  }
  return parts;
}
