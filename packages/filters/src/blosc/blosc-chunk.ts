import { FormatError } from "@hdfive/format";
import { type FilterScratch, undoFilters } from "./block-filters.js";
import { BLOSC_FILTERS, type BloscHeader, decodeBloscHeader } from "./blosc-header.js";
import { compressorOf } from "./compressors.js";
import { decodeStreams, type StreamForm } from "./streams.js";

/** Blosc 1 splits blocks of elements up to this size that have at least as many of them. */
const MAX_SPLITS = 16;
const MIN_SPLIT_ELEMENTS = 128;
/** Versions from here on are Blosc 2's. */
const FIRST_BLOSC2_VERSION = 3;
const OFFSET_SIZE = 4;

/** A chunk whose blocks can be decoded one by one. */
export interface BloscChunk {
  readonly header: BloscHeader;
  readonly blockCount: number;
  /** Decodes a block into `target`, which is as long as the block; the first one before any other. */
  readBlock(index: number, target: Uint8Array): void;
}

/** Decodes a whole chunk of Blosc 1 or 2. Blosc chunk format, "Header" and "Blocks". */
export function decodeBloscChunk(structure: string, bytes: Uint8Array, maxSize: number): Uint8Array {
  const { header, blockCount, readBlock } = openBloscChunk(structure, bytes, maxSize);
  const { size, blockSize } = header;
  const result = new Uint8Array(size);
  for (let block = 0; block < blockCount; block++) {
    const start = block * blockSize;
    readBlock(block, result.subarray(start, Math.min(size, start + blockSize)));
  }
  return result;
}

/**
 * Reads what stands before the blocks of a chunk of Blosc 1 or 2. Blosc chunk format, "Header" and "Blocks".
 *
 * @param maxSize most bytes of data that the chunk may have
 */
export function openBloscChunk(structure: string, bytes: Uint8Array, maxSize: number): BloscChunk {
  const header = decodeBloscHeader(structure, bytes);
  const { size, blockSize, headerSize, storedSize } = header;
  if (size > maxSize) {
    throw new FormatError(structure, `its header says ${size} bytes where there may be ${maxSize}`);
  }
  const blockCount = size === 0 ? 0 : Math.ceil(size / blockSize);
  if (header.special !== "none") {
    return { header, blockCount, readBlock: specialBlocks(structure, bytes, header) };
  }
  if (header.isCopy) {
    if (storedSize < headerSize + size) {
      throw new FormatError(structure, `its ${size} bytes run past its end`);
    }
    const data = bytes.subarray(headerSize, headerSize + size);
    const copy = (index: number, target: Uint8Array): void =>
      target.set(data.subarray(index * blockSize, index * blockSize + target.length));
    return { header, blockCount, readBlock: copy };
  }
  if (headerSize + OFFSET_SIZE * blockCount > storedSize) {
    throw new FormatError(structure, `the places of ${blockCount} blocks run past its end`);
  }
  return { header, blockCount, readBlock: compressedBlocks(structure, bytes.subarray(0, storedSize), header) };
}

/** Blocks of a chunk that is one value all over. Blosc chunk format, "blosc2_flags". */
function specialBlocks(structure: string, bytes: Uint8Array, header: BloscHeader): BloscChunk["readBlock"] {
  const { size, blockSize, headerSize, storedSize, elementSize, special } = header;
  let value = new Uint8Array(1);
  if (special === "nan") {
    value = Uint8Array.from(elementSize === 4 ? [0, 0, 0xc0, 0x7f] : [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]);
    if (value.length !== elementSize) {
      throw new FormatError(structure, `there is no NaN of ${elementSize} bytes`);
    }
  } else if (special === "value") {
    value = bytes.slice(headerSize, storedSize);
  }
  const { length } = value;
  if (length === 0 || size % length !== 0 || (size > blockSize && blockSize % length !== 0)) {
    throw new FormatError(structure, `${size} bytes in blocks of ${blockSize} are no multiple of a value of ${length}`);
  }
  return (_index, target) => {
    target.set(value);
    for (let done = length; done < target.length; done *= 2) {
      target.copyWithin(done, 0, Math.min(done, target.length - done));
    }
  };
}

function compressedBlocks(structure: string, bytes: Uint8Array, header: BloscHeader): BloscChunk["readBlock"] {
  const { size, blockSize, headerSize, elementSize, filters, version } = header;
  const compressor = compressorOf(structure, header.compressor);
  const isBlosc2 = version >= FIRST_BLOSC2_VERSION;
  // Runs, which stand for a whole stream in four bytes, are Blosc 2's.
  if (!isBlosc2 && size > compressor.maxRatio * bytes.length) {
    throw new FormatError(structure, `${bytes.length} bytes cannot stand for the ${size} that its header says`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFiltered = filters.some(({ id }) => id !== BLOSC_FILTERS.none);
  const usesDelta = filters.some(({ id }) => id === BLOSC_FILTERS.delta);
  const isSplit =
    !header.isUnsplit &&
    (isBlosc2 || (elementSize <= MAX_SPLITS && Math.floor(blockSize / elementSize) >= MIN_SPLIT_ELEMENTS));
  const form: StreamForm = { structure, decode: compressor.decode, hasRuns: isBlosc2 };
  // Made when the first block is asked for: whoever asks has checked the size of a block.
  let scratch: FilterScratch | null = null;
  let reference: Uint8Array | null = null;
  return (index, target) => {
    const start = view.getUint32(headerSize + OFFSET_SIZE * index, true);
    const streams = isSplit && target.length === blockSize ? elementSize : 1;
    if (!isFiltered) {
      decodeStreams(form, bytes, start, streams, target);
      return;
    }
    scratch ??= [new Uint8Array(blockSize), new Uint8Array(blockSize)];
    const block = scratch[0].subarray(0, target.length);
    decodeStreams(form, bytes, start, streams, block);
    target.set(undoFilters(structure, header, block, scratch, index === 0 ? null : reference));
    if (usesDelta && index === 0) {
      reference = target.slice();
    }
  };
}
