import type { FloatingPointType } from "@hdfive/format";
import type { ByteSink } from "./byte-sink.js";
import type { ElementEncoder } from "./encoded-elements.js";

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Bytes that an integer of so many stored bytes is encoded in: the next of 1, 2, 4 and 8, or its own beyond. */
export function integerWidth(size: number): number {
  return [1, 2, 4, 8].find((width) => width >= size) ?? size;
}

/** Integers as two's complement of so many bytes. */
export function encodeIntegers(width: number): ElementEncoder {
  return (elements, from, count, sink) => {
    if (isIntegerArray(elements) && elements.BYTES_PER_ELEMENT === width && LITTLE_ENDIAN) {
      sink.bytes(new Uint8Array(elements.buffer, elements.byteOffset + from * width, count * width));
      return;
    }
    const values = elements as ArrayLike<number | bigint>;
    for (let i = from; i < from + count; i++) {
      sink.integer(values[i] as number | bigint, width);
    }
  };
}

/** Floating-point numbers: binary32 in 4 bytes, every other layout as binary64. */
export function encodeFloats(datatype: FloatingPointType): ElementEncoder {
  const single = isBinary32(datatype);
  return (elements, from, count, sink) => {
    const values = elements as ArrayLike<number>;
    for (let i = from; i < from + count; i++) {
      putFloat(values[i] as number, single, sink);
    }
  };
}

function putFloat(value: number, single: boolean, sink: ByteSink): void {
  if (single) {
    sink.float32(value);
  } else {
    sink.float64(value);
  }
}

function isIntegerArray(elements: unknown): elements is ArrayBufferView & { readonly BYTES_PER_ELEMENT: number } {
  return (
    ArrayBuffer.isView(elements) &&
    !(elements instanceof DataView) &&
    !(elements instanceof Float32Array) &&
    !(elements instanceof Float64Array)
  );
}

function isBinary32(type: FloatingPointType): boolean {
  return (
    type.size === 4 &&
    type.byteOrder !== "VAX" &&
    type.bitPrecision === 32 &&
    type.bitOffset === 0 &&
    type.normalization === "implied" &&
    type.signLocation === 31 &&
    type.exponentLocation === 23 &&
    type.exponentSize === 8 &&
    type.exponentBias === 127 &&
    type.mantissaLocation === 0 &&
    type.mantissaSize === 23
  );
}
