const HASH_BITS = 14;
const MIN_MATCH = 4;
const MAX_OFFSET = 65535;
/** The last match begins at least this far from the end, and the last bytes are literals: the format asks for both. */
const LAST_MATCH = 12;
const LAST_LITERALS = 5;
/** After 2^this many positions without a match, the search begins to skip. */
const SKIP_TRIGGER = 6;

/** Most bytes that `encodeLz4Block` writes for `byteLength` bytes. */
export function lz4BlockBound(byteLength: number): number {
  return byteLength + Math.floor(byteLength / 255) + 16;
}

/**
 * Encodes bytes as an LZ4 block into `target` and returns its length, or 0 when it does not fit there.
 * LZ4 Block Format Description, "Compressed block format" and "End of block conditions".
 *
 * Greedy, with one hash table: the speed of the reference encoder's fast mode, and its ratio.
 */
export function encodeLz4Block(source: Uint8Array, target: Uint8Array): number {
  const { length } = source;
  const table = new Int32Array(1 << HASH_BITS); // position + 1 of the last four bytes with that hash
  const matchLimit = length - LAST_LITERALS;
  const lastStart = length - LAST_MATCH;
  let anchor = 0;
  let to = 0;
  let at = 0;
  let misses = 0;
  while (at <= lastStart) {
    const word = wordAt(source, at);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const candidate = (table[slot] as number) - 1;
    table[slot] = at + 1;
    if (candidate < 0 || at - candidate > MAX_OFFSET || wordAt(source, candidate) !== word) {
      at += 1 + (misses++ >>> SKIP_TRIGGER);
      continue;
    }
    misses = 0;
    let start = at;
    let from = candidate;
    while (start > anchor && from > 0 && source[start - 1] === source[from - 1]) {
      start--;
      from--;
    }
    let end = at + MIN_MATCH;
    for (let other = candidate + MIN_MATCH; end < matchLimit && source[end] === source[other]; other++) {
      end++;
    }
    const literals = start - anchor;
    const extra = end - start - MIN_MATCH;
    if (to + 1 + lengthBytes(literals) + literals + 2 + lengthBytes(extra) > target.length) {
      return 0;
    }
    target[to++] = (Math.min(literals, 15) << 4) | Math.min(extra, 15);
    to = putLength(target, to, literals);
    target.set(source.subarray(anchor, start), to);
    to += literals;
    target[to++] = (start - from) & 0xff;
    target[to++] = (start - from) >>> 8;
    to = putLength(target, to, extra);
    at = end;
    anchor = end;
  }
  const literals = length - anchor;
  if (to + 1 + lengthBytes(literals) + literals > target.length) {
    return 0;
  }
  target[to++] = Math.min(literals, 15) << 4;
  to = putLength(target, to, literals);
  target.set(source.subarray(anchor), to);
  return to + literals;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function lengthBytes(length: number): number {
  return length < 15 ? 0 : 1 + Math.floor((length - 15) / 255);
}

function putLength(target: Uint8Array, at: number, length: number): number {
  let to = at;
  if (length >= 15) {
    let rest = length - 15;
    for (; rest >= 255; rest -= 255) {
      target[to++] = 255;
    }
    target[to++] = rest;
  }
  return to;
}
