import { FormatError, UnsupportedError } from "@hdfive/format";
import { BIT_STREAM_SLACK } from "./bit-stream.js";
import type { HuffmanTable } from "./huffman-table.js";
import { decodeLiterals } from "./literals.js";
import { newSequenceState, runSequences } from "./sequences.js";
import { xxhash64Low } from "./xxhash64.js";

const STRUCTURE = "Zstandard frame";
const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const BLOCK_HEADER_SIZE = 3;
/** Most bytes of a block, stored or decoded. RFC 8878, section 3.1.1.2.4. */
const MAX_BLOCK = 128 * 1024;
/** The smallest block is one byte after its header, and stands for the largest. */
export const ZSTD_MAX_RATIO: number = MAX_BLOCK / (BLOCK_HEADER_SIZE + 1);

/** What stands before the blocks of a frame. RFC 8878, section 3.1.1.1. */
interface FrameHeader {
  readonly contentSize: number | null;
  readonly hasChecksum: boolean;
  /** Where the first block begins. */
  readonly end: number;
}

/** Decodes frames of Zstandard into memory that is made for them. RFC 8878, section 3. */
export function decodeZstd(source: Uint8Array, maxSize: number): Uint8Array {
  const target = new Uint8Array(Math.min(maxSize, ZSTD_MAX_RATIO * source.length, contentBound(source)));
  const length = decodeZstdInto(source, target);
  return length === target.length ? target : target.subarray(0, length);
}

/**
 * Decodes frames of Zstandard into `target` and returns how many bytes that were. RFC 8878, section 3.
 *
 * @throws FormatError when they are damaged, or hold more than `target` takes; UnsupportedError when they need a dictionary
 */
export function decodeZstdInto(source: Uint8Array, target: Uint8Array): number {
  // Words are read at the last bytes, too.
  const padded = new Uint8Array(source.length + BIT_STREAM_SLACK);
  padded.set(source);
  const view = new DataView(padded.buffer);
  const end = source.length;
  if (end === 0) {
    throw new FormatError(STRUCTURE, "there are no bytes for one");
  }
  let at = 0;
  let to = 0;
  while (at < end) {
    const magic = at + 4 <= end ? view.getUint32(at, true) : 0;
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      at += 8 + view.getUint32(at + 4, true);
      if (at > end) {
        throw new FormatError(STRUCTURE, "a skippable frame runs past the end");
      }
    } else if (magic === MAGIC) {
      ({ at, to } = decodeFrame(padded, view, at + 4, end, target, to));
    } else {
      throw new FormatError(STRUCTURE, `it does not begin with its magic number at byte ${at}`);
    }
  }
  return to;
}

function decodeFrame(
  source: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  target: Uint8Array,
  frameStart: number,
): { readonly at: number; readonly to: number } {
  const { contentSize, hasChecksum, end: firstBlock } = readFrameHeader(view, start, end);
  let at = firstBlock;
  let to = frameStart;
  const sequences = newSequenceState();
  const scratch = new Uint8Array(Math.min(MAX_BLOCK, target.length));
  let table: HuffmanTable | null = null;
  for (let isLast = false; !isLast; ) {
    if (at + BLOCK_HEADER_SIZE > end) {
      throw new FormatError(STRUCTURE, "it ends where a block should begin");
    }
    const header = view.getUint32(at, true) & 0xffffff;
    isLast = (header & 1) === 1;
    const type = (header >>> 1) & 3;
    const size = header >>> 3;
    at += BLOCK_HEADER_SIZE;
    const stored = type === 1 ? 1 : size;
    if (type === 3 || size > MAX_BLOCK || at + stored > end) {
      throw new FormatError(STRUCTURE, `there is no block of type ${type} with ${size} bytes at byte ${at}`);
    }
    if (type === 2) {
      if (size < 2) {
        throw new FormatError(STRUCTURE, `a compressed block of ${size} bytes`);
      }
      const literals = decodeLiterals(source, view, at, at + size, table, scratch);
      table = literals.table;
      to = runSequences(view, literals.end, at + size, sequences, literals.bytes, target, to, frameStart);
    } else {
      if (to + size > target.length) {
        throw new FormatError(STRUCTURE, `it decodes to more than the ${target.length} bytes there may be`);
      }
      if (type === 0) {
        target.set(source.subarray(at, at + size), to);
      } else {
        target.fill(source[at] as number, to, to + size);
      }
      to += size;
    }
    at += stored;
  }
  if (contentSize !== null && contentSize !== to - frameStart) {
    throw new FormatError(STRUCTURE, `it holds ${to - frameStart} bytes where its header says ${contentSize}`);
  }
  if (hasChecksum) {
    if (at + 4 > end) {
      throw new FormatError(STRUCTURE, "it ends where its checksum should be");
    }
    if (view.getUint32(at, true) !== xxhash64Low(target.subarray(frameStart, to))) {
      throw new FormatError(STRUCTURE, "its checksum does not match");
    }
    at += 4;
  }
  return { at, to };
}

function readFrameHeader(view: DataView, start: number, end: number): FrameHeader {
  const descriptor = start < end ? view.getUint8(start) : 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionarySize = [0, 1, 2, 4][descriptor & 3] as number;
  const contentSizeSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6] as number;
  const dictionaryAt = start + 1 + (isSingleSegment ? 0 : 1);
  const contentSizeAt = dictionaryAt + dictionarySize;
  const headerEnd = contentSizeAt + contentSizeSize;
  if (headerEnd > end) {
    throw new FormatError(STRUCTURE, "it ends within its header");
  }
  if ((descriptor & 8) !== 0) {
    throw new UnsupportedError(STRUCTURE, "a reserved bit of its header is set");
  }
  for (let i = 0; i < dictionarySize; i++) {
    if (view.getUint8(dictionaryAt + i) !== 0) {
      throw new UnsupportedError(STRUCTURE, "it needs a dictionary");
    }
  }
  return {
    contentSize: readContentSize(view, contentSizeAt, contentSizeSize),
    hasChecksum: (descriptor & 4) !== 0,
    end: headerEnd,
  };
}

function readContentSize(view: DataView, at: number, size: number): number | null {
  switch (size) {
    case 0:
      return null;
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    default:
      return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
  }
}

/** Most bytes that the blocks of the frames can hold, by their headers; whatever they claim, each has had its bytes. */
function contentBound(source: Uint8Array): number {
  const padded = new Uint8Array(source.length + BIT_STREAM_SLACK);
  padded.set(source);
  const view = new DataView(padded.buffer);
  const end = source.length;
  let bound = 0;
  for (let at = 0; at + 4 <= end; ) {
    const magic = view.getUint32(at, true);
    if (magic !== MAGIC) {
      if ((magic & 0xfffffff0) >>> 0 !== SKIPPABLE_MAGIC) {
        return bound;
      }
      at += 8 + view.getUint32(at + 4, true);
      continue;
    }
    const header = readFrameHeader(view, at + 4, end);
    at = header.end;
    let content = 0;
    for (let isLast = false; !isLast && at + BLOCK_HEADER_SIZE <= end; ) {
      const block = view.getUint32(at, true) & 0xffffff;
      isLast = (block & 1) === 1;
      const type = (block >>> 1) & 3;
      content += type === 2 ? MAX_BLOCK : Math.min(MAX_BLOCK, block >>> 3);
      at += BLOCK_HEADER_SIZE + (type === 1 ? 1 : block >>> 3);
    }
    bound += header.contentSize === null ? content : Math.min(content, header.contentSize);
    at += header.hasChecksum ? 4 : 0;
  }
  return bound;
}
