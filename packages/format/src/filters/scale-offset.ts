import { FormatError } from "../errors.js";
import { BitReader } from "./bit-reader.js";
import { BitWriter } from "./bit-writer.js";
import { decodeFloats, type FloatPacking, packFloats, planFloats } from "./scale-offset-floats.js";
import { decodeIntegers, type IntegerPacking, packIntegers, planIntegers } from "./scale-offset-integers.js";
import { decodeScaleOffsetParameters, type ScaleOffsetParameters } from "./scale-offset-parameters.js";

/** The bits per number (4 bytes), the size of the minimum (1), the minimum (8), and 8 bytes that were never used. */
const HEADER_SIZE = 21;
const MINIMUM_AT = 5;
const MINIMUM_SIZE = 8;

/**
 * Undoes the scale-offset filter (filter 6): numbers are stored as their distances from the smallest one, floats after they
 * were multiplied by a power of ten.
 *
 * @param clientData what `decodeScaleOffsetParameters` reads
 * @param maxSize bytes that may come out; more are a `FormatError`, as are numbers that end too early
 */
export function decodeScaleOffset(bytes: Uint8Array, clientData: readonly number[], maxSize: number): Uint8Array {
  const parameters = decodeScaleOffsetParameters(clientData);
  const { elementCount, size } = parameters;
  if (isLeftAlone(parameters)) {
    return bytes;
  }
  const length = elementCount * size;
  if (length > maxSize) {
    throw invalid(`${elementCount} numbers of ${size} bytes, where the chunk has ${maxSize}`);
  }
  if (bytes.length < HEADER_SIZE) {
    throw invalid(`${bytes.length} bytes do not hold its header`);
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_SIZE);
  const bits = header.getUint32(0, true);
  const packed = bytes.subarray(HEADER_SIZE);
  if (bits > size * 8) {
    throw invalid(`${bits} bits for each number of ${size} bytes`);
  }
  if (elementCount * bits > packed.length * 8) {
    throw invalid(`${packed.length} bytes do not hold ${elementCount} numbers of ${bits} bits`);
  }
  if (bits === size * 8) {
    // All bits are needed: the numbers are stored as they are, always little-endian.
    return inOrder(packed.slice(0, length), parameters);
  }
  const minimum = readMinimum(bytes, header.getUint8(4));
  const result = new DataView(new ArrayBuffer(length));
  const decode = parameters.numbers === "integer" ? decodeIntegers : decodeFloats;
  decode(new BitReader(packed), bits, minimum, parameters, result);
  return new Uint8Array(result.buffer);
}

/**
 * Applies the scale-offset filter (filter 6) as libhdf5 does.
 *
 * Where the numbers of a chunk do not fit the bits asked for, or floats are no finite numbers, libhdf5 stores others; here
 * they get the bits they need, which every reader finds in the header. Gives `null` for bytes that are not a whole chunk.
 */
export function encodeScaleOffset(bytes: Uint8Array, clientData: readonly number[]): Uint8Array | null {
  const parameters = decodeScaleOffsetParameters(clientData);
  const { elementCount, size } = parameters;
  if (bytes.length !== elementCount * size) {
    return null;
  }
  if (isLeftAlone(parameters)) {
    return bytes;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (parameters.numbers === "integer") {
    const packing = planIntegers(view, parameters);
    return assemble(bytes, parameters, packing, (writer) => packIntegers(writer, view, packing, parameters));
  }
  const packing = planFloats(view, parameters);
  return assemble(bytes, parameters, packing, (writer) => packFloats(writer, view, packing, parameters));
}

/** Integers for which all their bits are asked for: the filter does nothing to them. */
function isLeftAlone({ numbers, scaleFactor, size }: ScaleOffsetParameters): boolean {
  return numbers === "integer" && scaleFactor === size * 8;
}

/** The minimum as 8 bytes, little-endian: of the size that is stored, up to 8 bytes. */
function readMinimum(bytes: Uint8Array, size: number): DataView {
  const minimum = new Uint8Array(MINIMUM_SIZE);
  minimum.set(bytes.subarray(MINIMUM_AT, MINIMUM_AT + Math.min(size, MINIMUM_SIZE)));
  return new DataView(minimum.buffer);
}

function assemble(
  bytes: Uint8Array,
  parameters: ScaleOffsetParameters,
  { bits, minimum }: IntegerPacking | FloatPacking,
  pack: (writer: BitWriter) => void,
): Uint8Array {
  const { elementCount, size } = parameters;
  const isWhole = bits === size * 8;
  // libhdf5 adds a byte for a remainder that there may not be.
  const length = isWhole ? bytes.length : Math.floor((elementCount * bits) / 8) + 1;
  const result = new Uint8Array(HEADER_SIZE + length);
  const header = new DataView(result.buffer);
  header.setUint32(0, bits, true);
  header.setUint8(4, MINIMUM_SIZE);
  header.setBigUint64(MINIMUM_AT, minimum, true);
  if (isWhole) {
    result.set(inOrder(bytes.slice(), parameters), HEADER_SIZE);
  } else if (bits > 0) {
    const writer = new BitWriter(length + 3);
    pack(writer);
    result.set(writer.finish(), HEADER_SIZE);
  }
  return result;
}

/** Changes, in place, numbers from little-endian to the order of the dataset or back. */
function inOrder(bytes: Uint8Array, { size, byteOrder }: ScaleOffsetParameters): Uint8Array {
  if (byteOrder === "BE" && size > 1) {
    for (let start = 0; start < bytes.length; start += size) {
      for (let low = start, high = start + size - 1; low < high; low++, high--) {
        const byte = bytes[low] as number;
        bytes[low] = bytes[high] as number;
        bytes[high] = byte;
      }
    }
  }
  return bytes;
}

function invalid(problem: string): FormatError {
  return new FormatError("scale-offset filter", problem);
}
