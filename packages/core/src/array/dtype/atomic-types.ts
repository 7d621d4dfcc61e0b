import type { Datatype, EnumerationType, FixedPointType, FloatingPointType } from "@hdfive/format";

/** The integer type of `size` bytes as libhdf5 writes it: all bits used, version 1 (IV.A.2.d, class 0). */
export function integerType(size: number, signed: boolean, byteOrder: "LE" | "BE" = "LE"): FixedPointType {
  return {
    version: 1,
    size,
    class: "fixed-point",
    byteOrder,
    signed,
    lowPad: 0,
    highPad: 0,
    bitOffset: 0,
    bitPrecision: 8 * size,
  };
}

/** The IEEE type of 2, 4 or 8 bytes (IV.A.2.d, class 1). */
export function floatType(size: 2 | 4 | 8, byteOrder: "LE" | "BE" = "LE"): FloatingPointType {
  const exponentSize = size === 2 ? 5 : size === 4 ? 8 : 11;
  return ieeeLayout(size, byteOrder, exponentSize);
}

/** The upper half of an IEEE single: 8 exponent bits and 7 mantissa bits. */
export function bfloat16Type(byteOrder: "LE" | "BE" = "LE"): FloatingPointType {
  return ieeeLayout(2, byteOrder, 8);
}

/**
 * A float of 8 bits with 4 or 5 of them for the exponent, as HDF5 2.0 defines it. To HDF5 the exponent of all ones stands for
 * infinity and not-a-number in both: ml_dtypes' float8_e4m3 and float8_e5m2.
 */
export function float8Type(exponentSize: 4 | 5): FloatingPointType {
  return ieeeLayout(1, "LE", exponentSize);
}

function ieeeLayout(size: number, byteOrder: "LE" | "BE", exponentSize: number): FloatingPointType {
  const mantissaSize = 8 * size - 1 - exponentSize;
  return {
    version: 1,
    size,
    class: "floating-point",
    byteOrder,
    lowPad: 0,
    highPad: 0,
    internalPad: 0,
    normalization: "implied",
    signLocation: 8 * size - 1,
    bitOffset: 0,
    bitPrecision: 8 * size,
    exponentLocation: mantissaSize,
    exponentSize,
    mantissaLocation: 0,
    mantissaSize,
    exponentBias: 2 ** (exponentSize - 1) - 1,
  };
}

/** h5py's boolean: an enumeration of int8 with FALSE = 0 and TRUE = 1. */
export const bool: EnumerationType = {
  version: 1,
  size: 1,
  class: "enumeration",
  base: integerType(1, true),
  members: [
    { name: "FALSE", value: Uint8Array.of(0) },
    { name: "TRUE", value: Uint8Array.of(1) },
  ],
};

/** h5py's complex number: a compound of two floats `r` and `i`. */
export function complexType(partSize: 2 | 4 | 8, byteOrder: "LE" | "BE" = "LE"): Datatype {
  const part = floatType(partSize, byteOrder);
  return {
    version: 1,
    size: 2 * partSize,
    class: "compound",
    members: [
      { name: "r", byteOffset: 0, dimensions: [], datatype: part },
      { name: "i", byteOffset: partSize, dimensions: [], datatype: part },
    ],
  };
}

/** Two float32 parts. */
export const complex64: Datatype = complexType(4);

/** Two float64 parts. */
export const complex128: Datatype = complexType(8);
