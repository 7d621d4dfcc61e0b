import { FormatError, UnsupportedError } from "../errors.js";
import { BitReader } from "./bit-reader.js";
import { BitWriter } from "./bit-writer.js";
import { decodeNbitParameters, isMisread, type NbitType, packedBits } from "./nbit-parameters.js";

type Atomic = Extract<NbitType, { readonly class: "atomic" }>;

/** Numbers that are unpacked together. */
const BATCH = 1024;
/** Client data values without which newer libraries refuse a chunk, also one that is left alone. */
const FEWEST_VALUES = 5;
/** Largest element, in bytes, whose bits are moved as one number. */
const WORD = 4;

/**
 * Undoes the nbit filter (filter 5): the meaningful bits of all numbers without gaps, the highest first, go back to their
 * places; padding becomes zeros.
 *
 * @param clientData what `decodeNbitParameters` reads
 * @param maxSize bytes that may come out; more are a `FormatError`, as are bits that end too early and parameters that make
 *   no sense. Throws an `UnsupportedError` for the datatypes whose data libhdf5 loses
 */
export function decodeNbit(bytes: Uint8Array, clientData: readonly number[], maxSize: number): Uint8Array {
  const { type, elementCount } = decodeNbitParameters(clientData);
  if (type === null) {
    return bytes;
  }
  if (isMisread(type)) {
    throw new UnsupportedError(
      "nbit filter",
      "members after an array of arrays or compounds, whose data libhdf5 loses",
    );
  }
  const size = elementCount * type.size;
  if (size > maxSize) {
    throw invalid(`${elementCount} elements of ${type.size} bytes, where the chunk has ${maxSize}`);
  }
  if (elementCount * packedBits(type) > bytes.length * 8) {
    throw invalid(`${bytes.length} bytes do not hold ${elementCount} elements of ${packedBits(type)} bits`);
  }
  const result = new Uint8Array(size);
  unpack(new BitReader(bytes), type, elementCount, result, 0, type.size);
  return result;
}

/**
 * Applies the nbit filter (filter 5), as libhdf5 does: padding is left out, and a byte that may be empty ends the result.
 *
 * Gives `null` for bytes that are not a whole chunk of the datatype that the parameters describe, and where libhdf5 would
 * not read the result back.
 */
export function encodeNbit(bytes: Uint8Array, clientData: readonly number[]): Uint8Array | null {
  const { type, elementCount } = decodeNbitParameters(clientData);
  if (type === null) {
    return clientData.length < FEWEST_VALUES ? null : bytes;
  }
  if (bytes.length !== elementCount * type.size || isMisread(type)) {
    return null;
  }
  const length = Math.floor((elementCount * packedBits(type)) / 8) + 1;
  const writer = new BitWriter(length + 3);
  pack(writer, type, elementCount, bytes, 0, type.size);
  const result = new Uint8Array(length);
  result.set(writer.finish());
  return result;
}

/** Unpacks `count` values of a type into places that are `stride` bytes apart, the first one at `at`. */
function unpack(reader: BitReader, type: NbitType, count: number, into: Uint8Array, at: number, stride: number): void {
  switch (type.class) {
    case "atomic":
      if (type.size <= WORD) {
        unpackWords(reader, type, count, into, at, stride);
      } else {
        for (let i = 0, place = at; i < count; i++, place += stride) {
          unpackBytes(reader, type, into, place);
        }
      }
      break;
    case "no-op":
      for (let i = 0, place = at; i < count; i++, place += stride) {
        for (let byte = 0; byte < type.size; byte++) {
          into[place + byte] = reader.read(8);
        }
      }
      break;
    case "array":
      for (let i = 0, place = at; i < count; i++, place += stride) {
        unpack(reader, type.base, type.size / type.base.size, into, place, type.base.size);
      }
      break;
    case "compound":
      for (let i = 0, place = at; i < count; i++, place += stride) {
        for (const member of type.members) {
          unpack(reader, member.type, 1, into, place + member.byteOffset, 0);
        }
      }
      break;
  }
}

function unpackWords(
  reader: BitReader,
  { size, byteOrder, bitPrecision, bitOffset }: Atomic,
  count: number,
  into: Uint8Array,
  at: number,
  stride: number,
): void {
  const [first, step] = byteOrder === "LE" ? [0, 1] : [size - 1, -1];
  if (count === 1) {
    putWord(into, at + first, step, size, reader.read(bitPrecision) << bitOffset);
    return;
  }
  const batch = new Uint32Array(Math.min(BATCH, count));
  let place = at + first;
  for (let done = 0; done < count; done += BATCH) {
    const length = Math.min(BATCH, count - done);
    reader.readInto(batch, 0, length, bitPrecision);
    for (let i = 0; i < length; i++, place += stride) {
      putWord(into, place, step, size, (batch[i] as number) << bitOffset);
    }
  }
}

function putWord(into: Uint8Array, at: number, step: number, size: number, word: number): void {
  for (let byte = 0, place = at, rest = word; byte < size; byte++, place += step, rest >>>= 8) {
    into[place] = rest;
  }
}

/** Any size: byte by byte, from the one with the highest bit that is meant. */
function unpackBytes(
  reader: BitReader,
  { size, byteOrder, bitPrecision, bitOffset }: Atomic,
  into: Uint8Array,
  at: number,
): void {
  for (let end = bitOffset + bitPrecision; end > bitOffset; ) {
    const byte = Math.floor((end - 1) / 8);
    const low = Math.max(bitOffset, byte * 8);
    into[at + (byteOrder === "LE" ? byte : size - 1 - byte)] = reader.read(end - low) << (low - byte * 8);
    end = low;
  }
}

/** The mirror of `unpack`. */
function pack(writer: BitWriter, type: NbitType, count: number, from: Uint8Array, at: number, stride: number): void {
  for (let i = 0, place = at; i < count; i++, place += stride) {
    switch (type.class) {
      case "atomic":
        packAtomic(writer, type, from, place);
        break;
      case "no-op":
        for (let byte = 0; byte < type.size; byte++) {
          writer.write(from[place + byte] as number, 8);
        }
        break;
      case "array":
        pack(writer, type.base, type.size / type.base.size, from, place, type.base.size);
        break;
      case "compound":
        for (const member of type.members) {
          pack(writer, member.type, 1, from, place + member.byteOffset, 0);
        }
        break;
    }
  }
}

function packAtomic(
  writer: BitWriter,
  { size, byteOrder, bitPrecision, bitOffset }: Atomic,
  from: Uint8Array,
  at: number,
): void {
  for (let end = bitOffset + bitPrecision; end > bitOffset; ) {
    const byte = Math.floor((end - 1) / 8);
    const low = Math.max(bitOffset, byte * 8);
    const value = from[at + (byteOrder === "LE" ? byte : size - 1 - byte)] as number;
    writer.write(value >>> (low - byte * 8), end - low);
    end = low;
  }
}

function invalid(problem: string): FormatError {
  return new FormatError("nbit filter", problem);
}
