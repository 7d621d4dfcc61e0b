import { FormatError, UnsupportedError } from "../errors.js";

/** How the scale-offset filter stores a chunk, as its client data values say. */
export interface ScaleOffsetParameters {
  /** Integers, or floats rounded to a number of decimals. */
  readonly numbers: "integer" | "float";
  /**
   * Of integers, the bits that each is stored in, 0 for as many as a chunk needs; of floats, the decimals that are kept,
   * which can be negative.
   */
  readonly scaleFactor: number;
  /** Elements of a chunk. */
  readonly elementCount: number;
  /** Bytes of an element: 1, 2, 4 or 8; 4 or 8 of floats. */
  readonly size: 1 | 2 | 4 | 8;
  readonly signed: boolean;
  readonly byteOrder: "LE" | "BE";
  /** The fill value as an element in little-endian order, which is stored as all ones; `null` without one. */
  readonly fillValue: Uint8Array | null;
}

const VALUE_COUNT = 20;
const FIRST_FILL_VALUE = 8;
const SCALE = { float: 0, exponent: 1, integer: 2 } as const;

/**
 * Reads the client data of a scale-offset filter (filter 6).
 *
 * Throws a `FormatError` for values that make no sense, and an `UnsupportedError` for scaling by exponents, which libhdf5
 * names and never wrote.
 */
export function decodeScaleOffsetParameters(clientData: readonly number[]): ScaleOffsetParameters {
  if (clientData.length !== VALUE_COUNT) {
    throw invalid(`${clientData.length} client data values where ${VALUE_COUNT} belong`);
  }
  const [scaleType, storedFactor, elementCount, typeClass, size, sign, order, hasFill] = clientData as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (scaleType === SCALE.exponent) {
    throw new UnsupportedError("scale-offset filter", "scaling by exponents");
  }
  const numbers = typeClass === 0 ? "integer" : "float";
  if (typeClass > 1 || scaleType !== SCALE[numbers]) {
    throw invalid(`numbers of class ${typeClass} with scaling of type ${scaleType}`);
  }
  if (!(size === 4 || size === 8 || (numbers === "integer" && (size === 1 || size === 2)))) {
    throw invalid(`${numbers}s of ${size} bytes`);
  }
  if (sign > 1 || order > 1 || hasFill > 1) {
    throw invalid(`sign ${sign}, byte order ${order}, fill value ${hasFill}: each is 0 or 1`);
  }
  const scaleFactor = numbers === "integer" ? Math.max(0, storedFactor | 0) : storedFactor | 0;
  if (numbers === "integer" && scaleFactor > size * 8) {
    throw invalid(`${scaleFactor} bits of numbers that have ${size * 8}`);
  }
  return {
    numbers,
    scaleFactor,
    elementCount,
    size,
    signed: sign === 1,
    byteOrder: order === 1 ? "BE" : "LE",
    fillValue: hasFill === 1 ? readFillValue(clientData, size) : null,
  };
}

/** The client data values that libhdf5 stores for these parameters. */
export function encodeScaleOffsetParameters(parameters: ScaleOffsetParameters): number[] {
  const { numbers, scaleFactor, elementCount, size, signed, byteOrder, fillValue } = parameters;
  const values = [
    SCALE[numbers],
    scaleFactor >>> 0,
    elementCount,
    numbers === "integer" ? 0 : 1,
    size,
    signed && numbers === "integer" ? 1 : 0,
    byteOrder === "BE" ? 1 : 0,
    fillValue === null ? 0 : 1,
    ...new Array<number>(VALUE_COUNT - FIRST_FILL_VALUE).fill(0),
  ];
  const bytes = new DataView(new ArrayBuffer(8));
  for (const [i, byte] of (fillValue ?? []).entries()) {
    bytes.setUint8(i, byte);
  }
  values[FIRST_FILL_VALUE] = bytes.getUint32(0, true);
  values[FIRST_FILL_VALUE + 1] = bytes.getUint32(4, true);
  return values;
}

function readFillValue(clientData: readonly number[], size: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setUint32(0, clientData[FIRST_FILL_VALUE] as number, true);
  bytes.setUint32(4, clientData[FIRST_FILL_VALUE + 1] as number, true);
  return new Uint8Array(bytes.buffer, 0, size);
}

function invalid(problem: string): FormatError {
  return new FormatError("scale-offset filter", problem);
}
