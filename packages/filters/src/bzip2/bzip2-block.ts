import { FormatError, UnsupportedError } from "@hdfive/format";
import type { BitReader } from "./bit-reader.js";
import { type HuffmanCode, huffmanCode, readSymbol } from "./huffman-code.js";

const STRUCTURE = "bzip2 block";
const RUN_A = 0;
const RUN_B = 1;
/** Symbols that one selector is for. */
const GROUP_SIZE = 50;
const MIN_CODES = 2;
const MAX_CODES = 6;
const MAX_CODE_LENGTH = 20;

/** A block before its runs are unpacked: bytes in the order of the original, one by one. */
export interface Bzip2Block {
  readonly crc: number;
  readonly length: number;
  /** Hands out the bytes in order. */
  forEach(take: (byte: number) => void): void;
}

/** Decodes a block after its magic number: Huffman codes, move to front, and the inverse of the Burrows-Wheeler transform. */
export function readBzip2Block(bits: BitReader, maxLength: number): Bzip2Block {
  const crc = bits.readWord();
  if (bits.read(1) === 1) {
    throw new UnsupportedError(STRUCTURE, "it is randomized, as bzip2 before version 0.9.5 did");
  }
  const origin = bits.read(24);
  const used = readUsedBytes(bits);
  const { selectors, codes } = readCodes(bits, used.length + 2);
  const endOfBlock = used.length + 1;
  // The low byte of each entry is a byte of the transform, the rest becomes where the next one stands.
  const entries = new Uint32Array(maxLength);
  const counts = new Uint32Array(256);
  let length = 0;
  let run = 0;
  let runBit = 1;
  let code: HuffmanCode | undefined;
  for (let symbols = 0; ; symbols++) {
    if (symbols % GROUP_SIZE === 0) {
      code = codes[selectors[symbols / GROUP_SIZE] ?? codes.length];
      if (code === undefined) {
        throw new FormatError(STRUCTURE, "it has more symbols than its selectors are for");
      }
    }
    const symbol = readSymbol(code as HuffmanCode, bits);
    if (symbol === RUN_A || symbol === RUN_B) {
      run += symbol === RUN_A ? runBit : 2 * runBit;
      runBit *= 2;
      if (run > maxLength) {
        throw tooLong(maxLength);
      }
      continue;
    }
    if (run > 0) {
      if (length + run > maxLength) {
        throw tooLong(maxLength);
      }
      const byte = used[0] as number;
      entries.fill(byte, length, length + run);
      counts[byte] = (counts[byte] as number) + run;
      length += run;
      run = 0;
      runBit = 1;
    }
    if (symbol === endOfBlock) {
      break;
    }
    if (length >= maxLength) {
      throw tooLong(maxLength);
    }
    const position = symbol - 1;
    const byte = used[position] as number;
    used.copyWithin(1, 0, position);
    used[0] = byte;
    entries[length++] = byte;
    counts[byte] = (counts[byte] as number) + 1;
  }
  if (origin >= length) {
    throw new FormatError(STRUCTURE, `its first byte would be number ${origin} of ${length}`);
  }
  linkEntries(entries, counts, length);
  return {
    crc,
    length,
    forEach: (take) => {
      let entry = entries[(entries[origin] as number) >>> 8] as number;
      for (let i = 0; i < length; i++) {
        take(entry & 0xff);
        entry = entries[entry >>> 8] as number;
      }
    },
  };
}

/** Sorting the bytes of the transform gives for each the place of the one that follows it. */
function linkEntries(entries: Uint32Array, counts: Uint32Array, length: number): void {
  const places = new Uint32Array(256);
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) {
    places[byte] = sum;
    sum += counts[byte] as number;
  }
  for (let i = 0; i < length; i++) {
    const byte = (entries[i] as number) & 0xff;
    const place = places[byte] as number;
    places[byte] = place + 1;
    entries[place] = (entries[place] as number) | (i << 8);
  }
}

/** The bytes that occur in a block, in the order of their values: two levels of 16 bits. */
function readUsedBytes(bits: BitReader): Uint8Array {
  const ranges = bits.read(16);
  const used: number[] = [];
  for (let range = 0; range < 16; range++) {
    if ((ranges & (0x8000 >>> range)) !== 0) {
      const members = bits.read(16);
      for (let i = 0; i < 16; i++) {
        if ((members & (0x8000 >>> i)) !== 0) {
          used.push(16 * range + i);
        }
      }
    }
  }
  if (used.length === 0) {
    throw new FormatError(STRUCTURE, "no byte occurs in it");
  }
  return Uint8Array.from(used);
}

/** The codes of a block, and which of them is used for which group of symbols. */
function readCodes(
  bits: BitReader,
  symbolCount: number,
): { readonly selectors: readonly number[]; readonly codes: readonly HuffmanCode[] } {
  const codeCount = bits.read(3);
  const selectorCount = bits.read(15);
  if (codeCount < MIN_CODES || codeCount > MAX_CODES || selectorCount === 0) {
    throw new FormatError(STRUCTURE, `it has ${codeCount} codes and ${selectorCount} selectors`);
  }
  const order = Array.from({ length: codeCount }, (_, i) => i);
  const selectors: number[] = [];
  for (let i = 0; i < selectorCount; i++) {
    let position = 0;
    while (bits.read(1) === 1) {
      position++;
      if (position >= codeCount) {
        throw new FormatError(STRUCTURE, `a selector names code ${position} of ${codeCount}`);
      }
    }
    const [code] = order.splice(position, 1) as [number];
    order.unshift(code);
    selectors.push(code);
  }
  const codes: HuffmanCode[] = [];
  for (let i = 0; i < codeCount; i++) {
    let length = bits.read(5);
    const lengths: number[] = [];
    for (let symbol = 0; symbol < symbolCount; symbol++) {
      for (;;) {
        if (length < 1 || length > MAX_CODE_LENGTH) {
          throw new FormatError(STRUCTURE, `a code of ${length} bits`);
        }
        if (bits.read(1) === 0) {
          break;
        }
        length += bits.read(1) === 0 ? 1 : -1;
      }
      lengths.push(length);
    }
    codes.push(huffmanCode(lengths));
  }
  return { selectors, codes };
}

function tooLong(most: number): FormatError {
  return new FormatError(STRUCTURE, `it has more than the ${most} bytes there may be`);
}
