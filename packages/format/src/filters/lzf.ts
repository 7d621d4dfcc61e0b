import { FormatError } from "../errors.js";

/** Longest run of literal bytes, and the longest copy, that one token stands for. */
const MAX_LITERALS = 32;
const MAX_COPY = 264;
/** How far back a copy can begin. */
const MAX_DISTANCE = 8192;
/** A copy of the longest kind is stored in 3 bytes: no stream of n bytes gives more than this times n. */
const MAX_RATIO = MAX_COPY / 3;
const HASH_BITS = 14;

/**
 * Undoes the LZF filter of h5py (filter 32000): one LZF block without a header.
 *
 * A token below 32 announces that many literal bytes and one more. Otherwise its three high bits are the length of a copy,
 * less 2, where 7 means that a byte follows to be added; the five low bits and one more byte are the distance, less 1.
 *
 * @param maxSize bytes that may come out; more are a `FormatError`, as is a block that ends too early or refers to bytes
 *   before its beginning
 */
export function decodeLzf(bytes: Uint8Array, maxSize: number): Uint8Array {
  const result = new Uint8Array(Math.min(maxSize, Math.floor(bytes.length * MAX_RATIO)));
  const { length } = bytes;
  let at = 0;
  let to = 0;
  while (at < length) {
    const token = bytes[at++] as number;
    if (token < MAX_LITERALS) {
      const end = at + token + 1;
      if (end > length) {
        throw damaged("it ends within literal bytes");
      }
      if (to + token + 1 > result.length) {
        throw tooLong(maxSize);
      }
      while (at < end) {
        result[to++] = bytes[at++] as number;
      }
      continue;
    }
    let count = (token >>> 5) + 2;
    if (count === 9) {
      count += at < length ? (bytes[at++] as number) : 0;
    }
    if (at >= length) {
      throw damaged("it ends within a copy");
    }
    let from = to - ((token & 0x1f) << 8) - (bytes[at++] as number) - 1;
    if (from < 0) {
      throw damaged(`a copy begins ${-from} bytes before the first one`);
    }
    const end = to + count;
    if (end > result.length) {
      throw tooLong(maxSize);
    }
    // Byte by byte: a copy may overlap itself and then repeats its beginning.
    while (to < end) {
      result[to++] = result[from++] as number;
    }
  }
  return to === result.length ? result : result.subarray(0, to);
}

/**
 * Applies the LZF filter of h5py (filter 32000), or gives `null` when the block would not be shorter than the bytes.
 *
 * Any division into literals and copies is valid; libhdf5's depends on what was in memory before, so ours is not compared
 * with it byte by byte.
 */
export function encodeLzf(bytes: Uint8Array): Uint8Array | null {
  const { length } = bytes;
  if (length < 4) {
    return null;
  }
  const result = new Uint8Array(length);
  // Positions are stored with 1 added: 0 is no position.
  const table = new Int32Array(1 << HASH_BITS);
  const last = length - 2;
  let literals = 0;
  let to = 0;
  let at = 0;
  while (at < last) {
    const word = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const from = (table[slot] as number) - 1;
    table[slot] = at + 1;
    if (
      from < 0 ||
      at - from > MAX_DISTANCE ||
      bytes[from] !== bytes[at] ||
      bytes[from + 1] !== bytes[at + 1] ||
      bytes[from + 2] !== bytes[at + 2]
    ) {
      at++;
      continue;
    }
    const most = Math.min(length, at + MAX_COPY);
    let end = at + 3;
    for (let source = from + 3; end < most && bytes[source] === bytes[end]; source++) {
      end++;
    }
    to = putLiterals(bytes, literals, at, result, to);
    if (to + 3 > length) {
      return null;
    }
    const count = end - at - 2;
    const distance = at - from - 1;
    if (count < 7) {
      result[to++] = (count << 5) | (distance >>> 8);
    } else {
      result[to++] = (7 << 5) | (distance >>> 8);
      result[to++] = count - 7;
    }
    result[to++] = distance;
    at = end;
    literals = end;
  }
  to = putLiterals(bytes, literals, length, result, to);
  return to < length ? result.subarray(0, to) : null;
}

/** Literal bytes with their tokens; where they end, or the length of the result when there is no room. */
function putLiterals(bytes: Uint8Array, from: number, end: number, result: Uint8Array, to: number): number {
  let at = from;
  let next = to;
  while (at < end) {
    const stop = Math.min(end, at + MAX_LITERALS);
    if (next + 1 + stop - at > result.length) {
      return result.length;
    }
    result[next++] = stop - at - 1;
    while (at < stop) {
      result[next++] = bytes[at++] as number;
    }
  }
  return next;
}

function damaged(problem: string): FormatError {
  return new FormatError("LZF filter", `the stored bytes are not an LZF block: ${problem}`);
}

function tooLong(maxSize: number): FormatError {
  return new FormatError("LZF filter", `the block holds more than the ${maxSize} bytes of a chunk`);
}
