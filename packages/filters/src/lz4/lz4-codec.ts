import type { FilterCodec, FilterOptions } from "@hdfive/core";
import { FormatError } from "@hdfive/format";
import { decodeLz4Block, LZ4_MAX_RATIO } from "./lz4-block.js";
import { encodeLz4Block } from "./lz4-block-encoder.js";

const STRUCTURE = "LZ4 filter";
/** Uncompressed size (8 bytes) and block size (4 bytes), big-endian. */
const HEADER_SIZE = 12;
const BLOCK_HEADER_SIZE = 4;
const DEFAULT_BLOCK_SIZE = 2 ** 30;

/**
 * LZ4, filter 32004: a header with the size of the data and of a block, then the blocks, each after its size; all numbers
 * big-endian. A block as long as its data is the data itself. Registered Filter Plugins, 32004.
 *
 * The first client data value is the size of a block in bytes; 0, or none, is 1 GiB.
 */
export const lz4Codec: FilterCodec = { id: 32004, name: "lz4", decode, encode };

function decode(bytes: Uint8Array, { maxSize }: FilterOptions): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_SIZE) {
    throw new FormatError(STRUCTURE, `${bytes.length} bytes do not hold its header`);
  }
  const size = view.getUint32(0) * 2 ** 32 + view.getUint32(4);
  const blockSize = view.getUint32(8);
  if (size > maxSize) {
    throw new FormatError(STRUCTURE, `its header says ${size} bytes where there may be ${maxSize}`);
  }
  if (size > LZ4_MAX_RATIO * bytes.length) {
    throw new FormatError(STRUCTURE, `${bytes.length} bytes cannot stand for the ${size} that its header says`);
  }
  if (blockSize === 0 && size > 0) {
    throw new FormatError(STRUCTURE, "its header says blocks of 0 bytes");
  }
  const result = new Uint8Array(size);
  let from = HEADER_SIZE;
  for (let to = 0; to < size; to += blockSize) {
    const block = result.subarray(to, Math.min(size, to + blockSize));
    if (from + BLOCK_HEADER_SIZE > bytes.length) {
      throw new FormatError(STRUCTURE, "it ends where the size of a block should be");
    }
    const stored = view.getUint32(from);
    from += BLOCK_HEADER_SIZE;
    if (from + stored > bytes.length) {
      throw new FormatError(STRUCTURE, `a block of ${stored} bytes runs past its end`);
    }
    const source = bytes.subarray(from, from + stored);
    if (stored === block.length) {
      block.set(source);
    } else {
      const length = decodeLz4Block(source, block);
      if (length !== block.length) {
        throw new FormatError(STRUCTURE, `a block of ${block.length} bytes decodes to ${length}`);
      }
    }
    from += stored;
  }
  return result;
}

function encode(bytes: Uint8Array, { clientData }: FilterOptions): Uint8Array {
  const blockSize = Math.max(1, Math.min(clientData[0] || DEFAULT_BLOCK_SIZE, bytes.length));
  const blockCount = Math.ceil(bytes.length / blockSize);
  const result = new Uint8Array(HEADER_SIZE + blockCount * BLOCK_HEADER_SIZE + bytes.length);
  const view = new DataView(result.buffer);
  view.setUint32(0, Math.floor(bytes.length / 2 ** 32));
  view.setUint32(4, bytes.length >>> 0);
  view.setUint32(8, blockSize);
  let to = HEADER_SIZE;
  for (let from = 0; from < bytes.length; from += blockSize) {
    const block = bytes.subarray(from, Math.min(bytes.length, from + blockSize));
    const start = to + BLOCK_HEADER_SIZE;
    // Room for less than the block: what does not fit is stored as it is.
    let stored = encodeLz4Block(block, result.subarray(start, start + block.length - 1));
    if (stored === 0) {
      result.set(block, start);
      stored = block.length;
    }
    view.setUint32(to, stored);
    to = start + stored;
  }
  return result.subarray(0, to);
}
