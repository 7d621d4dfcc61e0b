import { FormatError, UnsupportedError } from "@hdfive/format";
import { ZfpBits } from "./zfp-bits.js";

const STRUCTURE = "ZFP header";
/** "zfp" and the version of the codec, which has been the same since zfp 0.5. */
const MAGIC = 0x0570667a;
const MAGIC_SWAPPED = 0x7a667005;
const MAX_BITS = 16658;
const MIN_EXPONENT = -1074;
const TYPES = ["int32", "int64", "float", "double"] as const;
const LONG_MODE = 0xfff;
const FIRST_PRECISION = 2048;
const REVERSIBLE = FIRST_PRECISION + 128;

/** What the elements are. */
export type ZfpType = (typeof TYPES)[number];

/** What a stream is made of and how. zfp 1.0 documentation, "Header" and "Compression Modes". */
export interface ZfpHeader {
  readonly type: ZfpType;
  /** One to four extents, the fastest one first. */
  readonly extents: readonly number[];
  /** Bits of a block at least and at most, bit planes at most, and the exponent of the lowest one. */
  readonly minBits: number;
  readonly maxBits: number;
  readonly maxPrecision: number;
  readonly minExponent: number;
  readonly isReversible: boolean;
  /** Whether elements stand with their highest byte first: the writer's machine had them so. */
  readonly isBigEndian: boolean;
}

/** Decodes the header that H5Z-ZFP keeps in the client data, after a word with versions. zfp 1.0 documentation, "Header". */
export function decodeZfpHeader(clientData: readonly number[]): ZfpHeader {
  const words = Uint32Array.from(clientData.slice(1));
  const isBigEndian = words[0] === MAGIC_SWAPPED;
  if (!isBigEndian && words[0] !== MAGIC) {
    throw new UnsupportedError(STRUCTURE, "the client data is not that of zfp 0.5 or later");
  }
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => {
    view.setUint32(4 * i, word, !isBigEndian);
  });
  const bits = new ZfpBits(bytes.subarray(4));
  const type = TYPES[bits.read(2)] as ZfpType;
  const rank = bits.read(2) + 1;
  const width = [48, 24, 16, 12][rank - 1] as number;
  const extents = Array.from({ length: rank }, () => {
    const low = bits.read(Math.min(24, width));
    return low + 1 + (width > 24 ? bits.read(width - 24) * 2 ** 24 : 0);
  });
  return { type, extents, isBigEndian, ...decodeMode(bits) };
}

/** zfp 1.0 documentation, "Header", "Encoding of compression parameters". */
function decodeMode(bits: ZfpBits): Omit<ZfpHeader, "type" | "extents" | "isBigEndian"> {
  const mode = bits.read(12);
  const free = { minBits: 1, maxBits: MAX_BITS, maxPrecision: 64, minExponent: MIN_EXPONENT, isReversible: false };
  if (mode < FIRST_PRECISION) {
    return { ...free, minBits: mode + 1, maxBits: mode + 1 };
  }
  if (mode < REVERSIBLE) {
    return { ...free, maxPrecision: mode + 1 - FIRST_PRECISION };
  }
  if (mode === REVERSIBLE) {
    return { ...free, isReversible: true };
  }
  if (mode < LONG_MODE) {
    return { ...free, minExponent: mode + MIN_EXPONENT - (REVERSIBLE + 1) };
  }
  const minBits = bits.read(15) + 1;
  const maxBits = bits.read(15) + 1;
  const maxPrecision = bits.read(7) + 1;
  const minExponent = bits.read(15) - 16495;
  if (minBits > maxBits || maxPrecision > 64) {
    throw new FormatError(STRUCTURE, `blocks of ${minBits} to ${maxBits} bits in ${maxPrecision} planes`);
  }
  return { minBits, maxBits, maxPrecision, minExponent, isReversible: minExponent < MIN_EXPONENT };
}
