import { FormatError } from "@hdfive/format";
import type { BitReader } from "./bit-reader.js";

const MAX_LENGTH = 20;

/** A canonical Huffman code of bzip2: codes of one length follow each other, shorter ones come first. */
export interface HuffmanCode {
  readonly minLength: number;
  /** By length, the first code of that length less what it stands at in `symbols`. */
  readonly offsets: Int32Array;
  /** By length, the first value of `MAX_LENGTH` bits that is no code of this length or a shorter one. */
  readonly limits: Int32Array;
  readonly symbols: Uint16Array;
}

/** Builds a code of the lengths of its symbols. */
export function huffmanCode(lengths: readonly number[]): HuffmanCode {
  const symbols = new Uint16Array(lengths.length);
  const offsets = new Int32Array(MAX_LENGTH + 1);
  const limits = new Int32Array(MAX_LENGTH + 1);
  let code = 0;
  let at = 0;
  let minLength = MAX_LENGTH;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    offsets[length] = code - at;
    for (const [symbol, own] of lengths.entries()) {
      if (own === length) {
        symbols[at++] = symbol;
        code++;
        minLength = Math.min(minLength, length);
      }
    }
    if (code > 1 << length) {
      throw new FormatError("bzip2 block", `more symbols have codes of ${length} bits than there are codes`);
    }
    limits[length] = code << (MAX_LENGTH - length);
    code <<= 1;
  }
  return { minLength, offsets, limits, symbols };
}

/** Reads one symbol. */
export function readSymbol({ minLength, offsets, limits, symbols }: HuffmanCode, bits: BitReader): number {
  const ahead = bits.peek(MAX_LENGTH);
  let length = minLength;
  while (length <= MAX_LENGTH && ahead >= (limits[length] as number)) {
    length++;
  }
  if (length > MAX_LENGTH) {
    throw new FormatError("bzip2 block", "its bits are no code");
  }
  return symbols[bits.read(length) - (offsets[length] as number)] as number;
}
