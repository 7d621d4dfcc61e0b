import { FormatError } from "@hdfive/format";
import { BackwardBits } from "./bit-stream.js";
import { nextState, readFseTable } from "./fse-table.js";

const STRUCTURE = "Zstandard Huffman tree";
const MAX_BITS = 11;
const MAX_SYMBOLS = 256;
/** Header bytes from here on say how many weights follow, four bits each; below, how many bytes of FSE. */
const DIRECT_WEIGHTS = 128;

/** A Huffman code: `entries` by the next `maxBits` bits, the symbol below and the length of its code above 8 bits. */
export interface HuffmanTable {
  readonly maxBits: number;
  readonly entries: Uint16Array;
}

/** Reads the description of a Huffman code; gives the byte offset after it too. RFC 8878, section 4.2.1. */
export function readHuffmanTable(
  view: DataView,
  start: number,
  end: number,
): { readonly table: HuffmanTable; readonly end: number } {
  if (start >= end) {
    throw new FormatError(STRUCTURE, "there are no bytes for it");
  }
  const header = view.getUint8(start);
  const isDirect = header >= DIRECT_WEIGHTS;
  const count = header - (DIRECT_WEIGHTS - 1);
  const after = start + 1 + (isDirect ? (count + 1) >>> 1 : header);
  if (after > end) {
    throw new FormatError(STRUCTURE, "it runs past the end of its section");
  }
  const weights: number[] = [];
  if (isDirect) {
    for (let i = 0; i < count; i++) {
      const pair = view.getUint8(start + 1 + (i >>> 1));
      weights.push(i % 2 === 0 ? pair >>> 4 : pair & 15);
    }
  } else {
    readWeights(view, start + 1, after, weights);
  }
  return { table: huffmanTable(weights), end: after };
}

/** Two states take turns until the stream has no bits left. RFC 8878, section 4.2.1.2. */
function readWeights(view: DataView, start: number, end: number, weights: number[]): void {
  const { table, end: streamStart } = readFseTable(view, start, end, { accuracyLog: 6, symbols: MAX_SYMBOLS });
  const bits = new BackwardBits(view, streamStart, end);
  let state = bits.read(table.accuracyLog);
  let other = bits.read(table.accuracyLog);
  if (bits.left < 0) {
    throw new FormatError(STRUCTURE, "its weights end before they begin");
  }
  for (;;) {
    weights.push(table.symbols[state] as number);
    const next = nextState(table, state, bits);
    if (bits.left < 0) {
      weights.push(table.symbols[other] as number);
      return;
    }
    if (weights.length >= MAX_SYMBOLS) {
      throw new FormatError(STRUCTURE, `it has more than ${MAX_SYMBOLS - 1} weights`);
    }
    state = other;
    other = next;
  }
}

/** The code of given weights; the last weight is not stored, it makes the sum a power of two. RFC 8878, section 4.2.1. */
function huffmanTable(weights: number[]): HuffmanTable {
  const sum = weights.reduce((total, weight) => total + (weight === 0 ? 0 : 2 ** (weight - 1)), 0);
  const maxBits = sum === 0 || sum >= 2 ** MAX_BITS ? 0 : 32 - Math.clz32(sum);
  const rest = 2 ** maxBits - sum;
  if (maxBits === 0 || (rest & (rest - 1)) !== 0 || weights.length >= MAX_SYMBOLS) {
    throw new FormatError(STRUCTURE, `${weights.length} weights with the sum ${sum} make no code`);
  }
  weights.push(32 - Math.clz32(rest));
  const entries = new Uint16Array(1 << maxBits);
  let at = 0;
  for (let weight = 1; weight <= maxBits; weight++) {
    const span = 1 << (weight - 1);
    for (const [symbol, own] of weights.entries()) {
      if (own === weight) {
        entries.fill(((maxBits + 1 - weight) << 8) | symbol, at, at + span);
        at += span;
      }
    }
  }
  return { maxBits, entries };
}

/** Decodes one stream of literals into `target`, all of it. RFC 8878, section 4.2.2. */
export function decodeHuffmanStream(
  { maxBits, entries }: HuffmanTable,
  view: DataView,
  start: number,
  end: number,
  target: Uint8Array,
): void {
  const bits = new BackwardBits(view, start, end);
  let { left } = bits;
  const mask = (1 << maxBits) - 1;
  const { length } = target;
  let to = 0;
  // As long as a whole code is there; the rest has zeros behind it.
  for (let at = left - maxBits; to < length && at >= 0; at = left - maxBits) {
    const entry = entries[(view.getUint32(start + (at >>> 3), true) >>> (at & 7)) & mask] as number;
    target[to++] = entry;
    left -= entry >>> 8;
  }
  for (; to < length && left > 0; to++) {
    const entry = entries[(view.getUint32(start, true) << (maxBits - left)) & mask] as number;
    target[to] = entry;
    left -= entry >>> 8;
  }
  if (to < length || left !== 0) {
    throw new FormatError("Zstandard literals", "a stream does not hold as many as it should");
  }
}
