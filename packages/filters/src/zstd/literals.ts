import { FormatError } from "@hdfive/format";
import { decodeHuffmanStream, type HuffmanTable, readHuffmanTable } from "./huffman-table.js";

const STRUCTURE = "Zstandard literals";
const RAW = 0;
const RLE = 1;
const COMPRESSED = 2;
/** Sizes of three of the four streams, 2 bytes each. */
const JUMP_TABLE_SIZE = 6;

/** The literals of a block, and where the section ends. */
export interface Literals {
  /** They are there until the next block is decoded. */
  readonly bytes: Uint8Array;
  /** The code that the next block may use again. */
  readonly table: HuffmanTable | null;
  readonly end: number;
}

/**
 * Decodes the literals section of a block, into `scratch` where they are not there as they are. RFC 8878, section 3.1.1.3.1.
 *
 * @param previous the code of the block before, which this one may use again
 */
export function decodeLiterals(
  source: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  previous: HuffmanTable | null,
  scratch: Uint8Array,
): Literals {
  const header = view.getUint32(start, true);
  const type = header & 3;
  const format = (header >>> 2) & 3;
  if (type === RAW || type === RLE) {
    const headerSize = (format & 1) === 0 ? 1 : format === 1 ? 2 : 3;
    const size = headerSize === 1 ? (header >>> 3) & 31 : (header >>> 4) & (headerSize === 2 ? 0xfff : 0xfffff);
    const from = start + headerSize;
    const after = from + (type === RAW ? size : 1);
    requireRoom(size, scratch, after, end);
    if (type === RAW) {
      return { bytes: source.subarray(from, after), table: previous, end: after };
    }
    return { bytes: scratch.subarray(0, size).fill(source[from] as number), table: previous, end: after };
  }
  const headerSize = format < 2 ? 3 : format + 2;
  const width = format < 2 ? 10 : format === 2 ? 14 : 18;
  const mask = (1 << width) - 1;
  // Two numbers of `width` bits after four bits; the last form has more than one word.
  const size = (header >>> 4) & mask;
  const stored =
    headerSize === 5 ? ((header >>> 22) | (view.getUint8(start + 4) << 10)) & mask : (header >>> (4 + width)) & mask;
  const after = start + headerSize + stored;
  requireRoom(size, scratch, after, end);
  let from = start + headerSize;
  let table = previous;
  if (type === COMPRESSED) {
    const read = readHuffmanTable(view, from, after);
    table = read.table;
    from = read.end;
  }
  if (table === null) {
    throw new FormatError(STRUCTURE, "they use the code of a block before, and there is none");
  }
  const bytes = scratch.subarray(0, size);
  if (format === 0) {
    decodeHuffmanStream(table, view, from, after, bytes);
    return { bytes, table, end: after };
  }
  const quarter = (size + 3) >>> 2;
  let at = from + JUMP_TABLE_SIZE;
  if (at > after || 3 * quarter > size) {
    throw new FormatError(STRUCTURE, `four streams of them do not fit ${stored} bytes`);
  }
  for (let stream = 0; stream < 4; stream++) {
    const streamEnd = stream === 3 ? after : at + view.getUint16(from + 2 * stream, true);
    if (streamEnd > after) {
      throw new FormatError(STRUCTURE, "a stream of them runs past their end");
    }
    const target = bytes.subarray(stream * quarter, stream === 3 ? size : (stream + 1) * quarter);
    decodeHuffmanStream(table, view, at, streamEnd, target);
    at = streamEnd;
  }
  return { bytes, table, end: after };
}

function requireRoom(size: number, scratch: Uint8Array, after: number, end: number): void {
  if (size > scratch.length || after > end) {
    throw new FormatError(STRUCTURE, `${size} of them do not fit their block`);
  }
}
