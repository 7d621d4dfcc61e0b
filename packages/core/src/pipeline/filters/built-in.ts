import { FormatError } from "@hdfive/format";
import { fletcher32, shuffle, unshuffle } from "@hdfive/format/filters";
import { unzlibSync, zlibSync } from "fflate";
import type { FilterCodec } from "../filter-codec.js";
import { FILTER_IDS } from "./filter-ids.js";
import { lzfCodec, nbitCodec, scaleOffsetCodec, szipCodec } from "./pure-codecs.js";

export { FILTER_IDS } from "./filter-ids.js";

const CHECKSUM_SIZE = 4;
/** Bytes that one stored byte can stand for (258 in 2 bits): no more memory is taken, whatever size is declared. */
const MAX_RATIO = 1032;
const ADLER_MODULUS = 65521;
/** Bytes after which the sums of Adler-32 must be reduced to stay exact. */
const ADLER_RUN = 3800;

/** zlib streams (RFC 1950) by fflate: for platforms without a native zlib. The first client data value is the level. */
export const deflateCodec: FilterCodec = {
  id: FILTER_IDS.deflate,
  name: "deflate",
  decode(bytes, { maxSize }) {
    let result: Uint8Array;
    try {
      result = unzlibSync(bytes, { out: new Uint8Array(Math.min(maxSize, MAX_RATIO * bytes.length)) });
    } catch (cause) {
      throw new FormatError("deflate filter", `the stored bytes are not a zlib stream of at most ${maxSize} bytes`, {
        cause,
      });
    }
    const trailer = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - CHECKSUM_SIZE, CHECKSUM_SIZE);
    if (trailer.getUint32(0) !== adler32(result)) {
      // fflate stops where the memory ends, so a stream of more bytes fails here too.
      const problem = result.length < maxSize ? "" : `, or they inflate to more than the ${maxSize} bytes of a chunk`;
      throw new FormatError("deflate filter", `the checksum of the stored bytes does not match${problem}`);
    }
    return result;
  },
  encode: (bytes, { clientData }) => zlibSync(bytes, { level: deflateLevel(clientData) }),
};

/** The level of compression in the client data of a deflate filter, 0 to 9; 6 when there is none. */
export function deflateLevel(clientData: readonly number[]): 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 {
  const level = clientData[0] ?? 6;
  return Math.min(9, level) as 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
}

/** Byte transposition: all first bytes of the elements, then all second ones. The client data value is the element size. */
export const shuffleCodec: FilterCodec = {
  id: FILTER_IDS.shuffle,
  name: "shuffle",
  decode: (bytes, { clientData }) => unshuffle(bytes, elementSize(clientData)),
  encode: (bytes, { clientData }) => shuffle(bytes, elementSize(clientData)),
};

/** Fletcher's checksum after the data: verified and taken off, or computed and put there. */
export const fletcher32Codec: FilterCodec = {
  id: FILTER_IDS.fletcher32,
  name: "fletcher32",
  decode(bytes) {
    const length = bytes.length - CHECKSUM_SIZE;
    if (length < 0) {
      throw new FormatError("fletcher32 filter", `${bytes.length} bytes do not hold a checksum`);
    }
    const data = bytes.subarray(0, length);
    const stored = new DataView(bytes.buffer, bytes.byteOffset + length, CHECKSUM_SIZE).getUint32(0, true);
    const computed = fletcher32(data);
    // Libraries up to 1.6.2 stored the bytes of each half swapped on big-endian machines.
    if (stored !== computed && stored !== swapHalves(computed)) {
      throw new FormatError("fletcher32 filter", "the checksum of the chunk does not match: its data is damaged");
    }
    return data;
  },
  encode(bytes) {
    const stored = new Uint8Array(bytes.length + CHECKSUM_SIZE);
    stored.set(bytes);
    new DataView(stored.buffer).setUint32(bytes.length, fletcher32(bytes), true);
    return stored;
  },
};

/** The codecs that every file has. */
export const BUILT_IN_CODECS: readonly FilterCodec[] = [
  deflateCodec,
  shuffleCodec,
  fletcher32Codec,
  szipCodec,
  nbitCodec,
  scaleOffsetCodec,
  lzfCodec,
];

function elementSize(clientData: readonly number[]): number {
  const size = clientData[0];
  if (size === undefined || size === 0) {
    throw new FormatError("shuffle filter", "the file does not say the size of an element");
  }
  return size;
}

function swapHalves(checksum: number): number {
  return (((checksum & 0x00ff_00ff) << 8) | ((checksum >>> 8) & 0x00ff_00ff)) >>> 0;
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(at + ADLER_RUN, bytes.length);
    for (; at < end; at++) {
      a += bytes[at] as number;
      b += a;
    }
    a %= ADLER_MODULUS;
    b %= ADLER_MODULUS;
  }
  return b * 65536 + a;
}
