import { FormatError, UnsupportedError } from "@hdfive/format";

/** Length of the header of a Blosc chunk. Blosc chunk format, "Header". */
export const BLOSC_HEADER_SIZE = 16;
const BLOSC2_HEADER_SIZE = 32;

/** What has been done to the bytes of a block, in the order of writing. Blosc chunk format, "filters". */
export interface BloscFilter {
  readonly id: number;
  /** What the filter keeps beside its number. */
  readonly meta: number;
}

/** Numbers of the filters of blocks. */
export const BLOSC_FILTERS = { none: 0, shuffle: 1, bitshuffle: 2, delta: 3, truncatePrecision: 4 } as const;

/** The whole chunk as one value, in place of blocks. Blosc chunk format, "blosc2_flags". */
export type SpecialValue = "none" | "zeros" | "nan" | "value" | "uninitialized";

const SPECIAL_VALUES: readonly SpecialValue[] = ["none", "zeros", "nan", "value", "uninitialized"];

/** The header of a chunk of Blosc 1 or 2. Blosc chunk format, "Header". */
export interface BloscHeader {
  /** 1 and 2: Blosc 1; from 3 on Blosc 2. */
  readonly version: number;
  readonly compressor: number;
  /** The data stands after the header as it is. */
  readonly isCopy: boolean;
  /** Blocks are one stream, however wide an element is. */
  readonly isUnsplit: boolean;
  readonly elementSize: number;
  /** Bytes of the data, of a block, and of the whole chunk with this header. */
  readonly size: number;
  readonly blockSize: number;
  readonly storedSize: number;
  readonly filters: readonly BloscFilter[];
  readonly special: SpecialValue;
  readonly headerSize: number;
}

const FLAG_SHUFFLE = 0x01;
const FLAG_COPY = 0x02;
const FLAG_BITSHUFFLE = 0x04;
const FLAG_DELTA = 0x08;
const FLAG_UNSPLIT = 0x10;
const FLAG2_DICTIONARY = 0x01;
const FLAG2_LAZY = 0x08;
const FLAG2_INSTRUMENTED = 0x80;
const FILTER_SLOTS = 6;
const LAST_VERSION = 5;

/** Decodes the header of a chunk; checks that its sizes agree with what is stored. Blosc chunk format, "Header". */
export function decodeBloscHeader(structure: string, bytes: Uint8Array): BloscHeader {
  if (bytes.length < BLOSC_HEADER_SIZE) {
    throw new FormatError(structure, `${bytes.length} bytes do not hold its header`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(0);
  const flags = view.getUint8(2);
  const elementSize = view.getUint8(3);
  const size = view.getUint32(4, true);
  const blockSize = view.getUint32(8, true);
  const storedSize = view.getUint32(12, true);
  // Both kinds of shuffle at once make no sense, so they announce the longer header.
  const isExtended = (flags & FLAG_SHUFFLE) !== 0 && (flags & FLAG_BITSHUFFLE) !== 0;
  const headerSize = isExtended ? BLOSC2_HEADER_SIZE : BLOSC_HEADER_SIZE;
  if (version === 0 || version > LAST_VERSION) {
    throw new UnsupportedError(structure, `version ${version}`);
  }
  if (storedSize > bytes.length || storedSize < headerSize) {
    throw new FormatError(structure, `its header says ${storedSize} bytes where ${bytes.length} are stored`);
  }
  if (elementSize === 0 || (size > 0 && blockSize === 0)) {
    throw new FormatError(structure, `its header says elements of ${elementSize} and blocks of ${blockSize} bytes`);
  }
  const common = {
    version,
    compressor: flags >>> 5,
    isCopy: (flags & FLAG_COPY) !== 0,
    isUnsplit: (flags & FLAG_UNSPLIT) !== 0,
    elementSize,
    size,
    blockSize: Math.min(blockSize, size),
    storedSize,
    headerSize,
  };
  if (!isExtended) {
    return { ...common, filters: filtersOfFlags(flags), special: "none" };
  }
  const blosc2Flags = view.getUint8(31);
  if ((blosc2Flags & (FLAG2_DICTIONARY | FLAG2_LAZY | FLAG2_INSTRUMENTED)) !== 0 || view.getUint8(30) !== 0) {
    throw new UnsupportedError(
      structure,
      `flags ${blosc2Flags} and ${view.getUint8(30)}: a dictionary, or blocks elsewhere`,
    );
  }
  const special = SPECIAL_VALUES[(blosc2Flags >>> 4) & 7];
  if (special === undefined) {
    throw new UnsupportedError(structure, `special value ${(blosc2Flags >>> 4) & 7}`);
  }
  const filters: BloscFilter[] = [];
  for (let slot = 0; slot < FILTER_SLOTS; slot++) {
    filters.push({ id: view.getUint8(16 + slot), meta: view.getUint8(24 + slot) });
  }
  return { ...common, filters, special };
}

function filtersOfFlags(flags: number): readonly BloscFilter[] {
  const filters: BloscFilter[] = [];
  if ((flags & FLAG_DELTA) !== 0) {
    filters.push({ id: BLOSC_FILTERS.delta, meta: 0 });
  }
  if ((flags & FLAG_SHUFFLE) !== 0) {
    filters.push({ id: BLOSC_FILTERS.shuffle, meta: 0 });
  }
  if ((flags & FLAG_BITSHUFFLE) !== 0) {
    filters.push({ id: BLOSC_FILTERS.bitshuffle, meta: 0 });
  }
  return filters;
}
