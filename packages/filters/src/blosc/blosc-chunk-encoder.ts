import { deflateCodec } from "@hdfive/core";
import { shuffle } from "@hdfive/format/filters";
import { transposeBits } from "../bitshuffle/bit-transpose.js";
import { encodeLz4Block } from "../lz4/lz4-block-encoder.js";
import { BLOSC_HEADER_SIZE } from "./blosc-header.js";

const VERSION = 2;
const COMPRESSOR_VERSION = 1;
const FLAGS = { shuffle: 0x01, copy: 0x02, bitshuffle: 0x04, unsplit: 0x10 } as const;
const LZ4 = 1;
const ZLIB = 3;
const WORD = 4;
/** Large enough for a good ratio, small enough for the cache of a processor. */
const BLOCK_BYTES = 128 * 1024;
const MAX_ELEMENT_SIZE = 255;

/** How the blocks of a chunk are made. */
export interface BloscEncoding {
  readonly elementSize: number;
  readonly shuffle: "none" | "bytes" | "bits";
  readonly compressor: "lz4" | "zlib";
  /** 0 stores the bytes as they are. */
  readonly level: number;
}

/** Encodes bytes as a chunk of Blosc 1; one that would not be smaller holds them as they are. Blosc chunk format, "Header". */
export function encodeBloscChunk(bytes: Uint8Array, encoding: BloscEncoding): Uint8Array {
  const elementSize = encoding.elementSize > MAX_ELEMENT_SIZE ? 1 : encoding.elementSize;
  // Whole groups of eight elements, as transposing bits asks for; what is left over is a block of its own.
  const most = Math.min(BLOCK_BYTES, bytes.length);
  const blockSize = Math.max(1, most - (most % (8 * elementSize)) || most);
  const result = new Uint8Array(BLOSC_HEADER_SIZE + bytes.length);
  const end = encoding.level === 0 ? 0 : putBlocks(bytes, result, { ...encoding, elementSize }, blockSize);
  const isCopy = end === 0;
  if (isCopy) {
    result.set(bytes, BLOSC_HEADER_SIZE);
  }
  const shuffleFlag = { none: 0, bytes: FLAGS.shuffle, bits: FLAGS.bitshuffle }[encoding.shuffle];
  const storedSize = isCopy ? result.length : end;
  result[0] = VERSION;
  result[1] = COMPRESSOR_VERSION;
  result[2] =
    ((encoding.compressor === "lz4" ? LZ4 : ZLIB) << 5) | shuffleFlag | FLAGS.unsplit | (isCopy ? FLAGS.copy : 0);
  result[3] = elementSize;
  const view = new DataView(result.buffer);
  view.setUint32(4, bytes.length, true);
  view.setUint32(8, blockSize, true);
  view.setUint32(12, storedSize, true);
  return result.subarray(0, storedSize);
}

/** Puts the blocks after the header and returns where they end; 0 when they do not fit. */
function putBlocks(bytes: Uint8Array, result: Uint8Array, encoding: BloscEncoding, blockSize: number): number {
  const view = new DataView(result.buffer);
  let to = BLOSC_HEADER_SIZE + WORD * Math.ceil(bytes.length / blockSize);
  for (let start = 0, slot = BLOSC_HEADER_SIZE; start < bytes.length; start += blockSize, slot += WORD) {
    const block = shuffled(bytes.subarray(start, Math.min(bytes.length, start + blockSize)), encoding);
    if (to + WORD > result.length) {
      return 0;
    }
    const from = to + WORD;
    let stored = compress(block, result.subarray(from, Math.min(result.length, from + block.length - 1)), encoding);
    if (stored === 0) {
      if (from + block.length > result.length) {
        return 0;
      }
      result.set(block, from);
      stored = block.length;
    }
    view.setUint32(slot, to, true);
    view.setUint32(to, stored, true);
    to = from + stored;
  }
  return to < result.length ? to : 0;
}

function shuffled(block: Uint8Array, encoding: BloscEncoding): Uint8Array {
  const { elementSize } = encoding;
  if (encoding.shuffle === "bytes" && elementSize > 1) {
    return shuffle(block, elementSize);
  }
  const count = Math.floor(block.length / elementSize);
  // Blosc 1 leaves blocks alone that have elements after the last group of eight.
  if (encoding.shuffle === "bits" && count % 8 === 0) {
    const result = block.slice();
    transposeBits(block, result, count, elementSize);
    return result;
  }
  return block;
}

/** Compresses into `target`; returns the length, or 0 when it does not fit. */
function compress(block: Uint8Array, target: Uint8Array, { compressor, level }: BloscEncoding): number {
  if (compressor === "lz4") {
    return encodeLz4Block(block, target);
  }
  const stored = deflateCodec.encode?.(block, { clientData: [level], maxSize: block.length });
  if (!(stored instanceof Uint8Array) || stored.length > target.length) {
    return 0;
  }
  target.set(stored);
  return stored.length;
}
