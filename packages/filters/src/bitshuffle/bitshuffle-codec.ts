import type { FilterCodec, FilterOptions, FilterTarget } from "@hdfive/core";
import { FormatError, HdfiveError, UnsupportedError } from "@hdfive/format";
import { decodeLz4Block, LZ4_MAX_RATIO } from "../lz4/lz4-block.js";
import { encodeLz4Block, lz4BlockBound } from "../lz4/lz4-block-encoder.js";
import { decodeZstdInto, ZSTD_MAX_RATIO } from "../zstd/zstd-frame.js";
import { transposeBits, untransposeBits } from "./bit-transpose.js";

const STRUCTURE = "bitshuffle filter";
/** Uncompressed size (8 bytes) and size of a block in bytes (4 bytes), big-endian: before compressed data only. */
const HEADER_SIZE = 12;
const BLOCK_HEADER_SIZE = 4;
/** Elements are transposed eight at a time; what is left over stays as it is. */
const GROUP = 8;
const TARGET_BLOCK_BYTES = 8192;
const MIN_BLOCK_ELEMENTS = 128;

const LZ4 = 2;
const ZSTD = 3;
/** The version of the filter that is written into the client data. */
const VERSION = [0, 4] as const;

/** What the client data says: version (2 values), element size, elements per block, compression, level. */
interface BitshuffleSettings {
  readonly elementSize: number;
  /** 0 for the default. */
  readonly blockElements: number;
  readonly compression: number;
}

/**
 * bitshuffle, filter 32008: the bits of elements transposed within blocks, alone or with each block compressed by LZ4 or
 * Zstandard. Registered Filter Plugins, 32008.
 *
 * The user's client data values are the elements of a block (0: as many as fit 8 KiB), and the compression: 0 none, 2 LZ4, 3
 * Zstandard, which is only read.
 */
export const bitshuffleCodec: FilterCodec = { id: 32008, name: "bitshuffle", decode, encode, clientDataFor };

function decode(bytes: Uint8Array, { clientData, maxSize }: FilterOptions): Uint8Array {
  const settings = settingsOf(clientData);
  const { elementSize, compression } = settings;
  if (compression === 0) {
    if (bytes.length > maxSize) {
      throw new FormatError(STRUCTURE, `${bytes.length} bytes are stored where there may be ${maxSize}`);
    }
    return decodePlain(bytes, settings);
  }
  if (bytes.length < HEADER_SIZE) {
    throw new FormatError(STRUCTURE, `${bytes.length} bytes do not hold its header`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(0) * 2 ** 32 + view.getUint32(4);
  const blockBytes = view.getUint32(8);
  const blockElements = Math.floor(blockBytes / elementSize);
  if (blockElements === 0 || blockElements % GROUP !== 0) {
    throw new FormatError(STRUCTURE, `blocks of ${blockBytes} bytes, where elements have ${elementSize}`);
  }
  if (size > maxSize || size > (compression === LZ4 ? LZ4_MAX_RATIO : ZSTD_MAX_RATIO) * bytes.length) {
    throw new FormatError(
      STRUCTURE,
      `its header says ${size} bytes, where ${bytes.length} are stored and ${maxSize} may come out`,
    );
  }
  const decodeBlock = compression === LZ4 ? decodeLz4Block : decodeZstdInto;
  const result = new Uint8Array(size);
  const scratch = new Uint8Array(Math.min(size, blockElements * elementSize));
  let from = HEADER_SIZE;
  const transposed = forBlocks(size, elementSize, blockElements, (start, count) => {
    if (from + BLOCK_HEADER_SIZE > bytes.length) {
      throw new FormatError(STRUCTURE, "it ends where the size of a block should be");
    }
    const stored = view.getUint32(from);
    from += BLOCK_HEADER_SIZE;
    if (from + stored > bytes.length) {
      throw new FormatError(STRUCTURE, `a block of ${stored} bytes runs past its end`);
    }
    const block = scratch.subarray(0, count * elementSize);
    const length = decodeBlock(bytes.subarray(from, from + stored), block);
    if (length !== block.length) {
      throw new FormatError(STRUCTURE, `a block of ${block.length} bytes decodes to ${length}`);
    }
    untransposeBits(block, result.subarray(start), count, elementSize);
    from += stored;
  });
  if (from + size - transposed > bytes.length) {
    throw new FormatError(STRUCTURE, "it ends before its last elements");
  }
  result.set(bytes.subarray(from, from + size - transposed), transposed);
  return result;
}

function decodePlain(bytes: Uint8Array, { elementSize, blockElements }: BitshuffleSettings): Uint8Array {
  const result = new Uint8Array(bytes.length);
  const perBlock = blockElements || defaultBlockElements(elementSize);
  const transposed = forBlocks(bytes.length, elementSize, perBlock, (start, count) =>
    untransposeBits(bytes.subarray(start), result.subarray(start), count, elementSize),
  );
  result.set(bytes.subarray(transposed), transposed);
  return result;
}

function encode(bytes: Uint8Array, { clientData }: FilterOptions): Uint8Array {
  const { elementSize, blockElements, compression } = settingsOf(clientData);
  const perBlock = blockElements || defaultBlockElements(elementSize);
  if (compression === 0) {
    const result = new Uint8Array(bytes.length);
    const transposed = forBlocks(bytes.length, elementSize, perBlock, (start, count) =>
      transposeBits(bytes.subarray(start), result.subarray(start), count, elementSize),
    );
    result.set(bytes.subarray(transposed), transposed);
    return result;
  }
  if (compression !== LZ4) {
    throw new UnsupportedError(STRUCTURE, "bitshuffle with Zstandard is only read; LZ4 is written");
  }
  const blockBytes = perBlock * elementSize;
  const blockCount = Math.ceil(bytes.length / blockBytes);
  const bound = BLOCK_HEADER_SIZE + lz4BlockBound(Math.min(blockBytes, bytes.length));
  const result = new Uint8Array(HEADER_SIZE + blockCount * bound + GROUP * elementSize);
  const view = new DataView(result.buffer);
  view.setUint32(0, Math.floor(bytes.length / 2 ** 32));
  view.setUint32(4, bytes.length >>> 0);
  view.setUint32(8, blockBytes);
  const scratch = new Uint8Array(Math.min(blockBytes, bytes.length));
  let to = HEADER_SIZE;
  const transposed = forBlocks(bytes.length, elementSize, perBlock, (start, count) => {
    const block = scratch.subarray(0, count * elementSize);
    transposeBits(bytes.subarray(start), block, count, elementSize);
    const stored = encodeLz4Block(block, result.subarray(to + BLOCK_HEADER_SIZE));
    view.setUint32(to, stored);
    to += BLOCK_HEADER_SIZE + stored;
  });
  result.set(bytes.subarray(transposed), to);
  return result.subarray(0, to + bytes.length - transposed);
}

/** Visits the blocks of `byteLength` bytes: full ones, and one of as many groups of 8 as are left. Returns where they end. */
function forBlocks(
  byteLength: number,
  elementSize: number,
  blockElements: number,
  visit: (start: number, count: number) => void,
): number {
  const total = Math.floor(byteLength / elementSize);
  let done = 0;
  while (total - done >= GROUP) {
    const left = total - done;
    const count = Math.min(blockElements, left - (left % GROUP));
    visit(done * elementSize, count);
    done += count;
  }
  return done * elementSize;
}

function settingsOf(clientData: readonly number[]): BitshuffleSettings {
  const [, , elementSize = 0, blockElements = 0, compression = 0] = clientData;
  if (elementSize === 0 || blockElements % GROUP !== 0) {
    throw new FormatError(STRUCTURE, `elements of ${elementSize} bytes in blocks of ${blockElements}`);
  }
  if (compression !== 0 && compression !== LZ4 && compression !== ZSTD) {
    throw new UnsupportedError(STRUCTURE, `compression ${compression}`);
  }
  return { elementSize, blockElements, compression };
}

function defaultBlockElements(elementSize: number): number {
  const elements = Math.floor(TARGET_BLOCK_BYTES / elementSize);
  return Math.max(MIN_BLOCK_ELEMENTS, elements - (elements % GROUP));
}

function clientDataFor(values: readonly number[], { datatype }: FilterTarget): readonly number[] {
  const [blockElements = 0, compression = 0] = values;
  if (blockElements % GROUP !== 0) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `A block of bitshuffle has a multiple of 8 elements, not ${blockElements}`,
    );
  }
  if (compression !== 0 && compression !== LZ4 && compression !== ZSTD) {
    throw new HdfiveError("INVALID_ARGUMENT", `bitshuffle has no compression ${compression}: 0 is none, 2 is LZ4`);
  }
  return [...VERSION, datatype.size, ...values];
}
