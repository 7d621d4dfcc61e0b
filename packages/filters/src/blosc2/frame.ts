import { FormatError, UnsupportedError } from "@hdfive/format";

const STRUCTURE = "Blosc2 frame";
const MAGIC = "b2frame\0";
/** Where the fields stand: each after a byte with its type. Blosc2 Contiguous Frame Format, "Header". */
const AT = {
  magic: 2,
  headerSize: 11,
  frameSize: 16,
  flags: 25,
  uncompressed: 30,
  compressed: 39,
  elementSize: 48,
} as const;
const METALAYERS_AT = 87;
const OFFSETS_64 = 1;
const BIN32 = 0xc6;
const INT32 = 0xd2;
const MAP16 = 0xde;
const FIXED_STRING = 0xa0;

/** What stands in the header of a frame. Blosc2 Contiguous Frame Format, "Header". */
export interface Frame {
  readonly headerSize: number;
  /** Bytes of all chunks, before and after compression. */
  readonly uncompressedSize: number;
  readonly compressedSize: number;
  readonly elementSize: number;
  /** Named descriptions of the data, as they are stored. */
  readonly metalayers: ReadonlyMap<string, Uint8Array>;
}

/** Decodes the header of a contiguous frame. Blosc2 Contiguous Frame Format, "Header". */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.length < METALAYERS_AT) {
    throw new FormatError(STRUCTURE, `${bytes.length} bytes do not hold its header`);
  }
  const magic = String.fromCharCode(...bytes.subarray(AT.magic, AT.magic + MAGIC.length));
  if (magic !== MAGIC) {
    throw new FormatError(STRUCTURE, "it does not begin with its magic number");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerSize = view.getUint32(AT.headerSize);
  const frameSize = longAt(view, AT.frameSize);
  if (headerSize < METALAYERS_AT || headerSize > frameSize || frameSize > bytes.length) {
    throw new FormatError(
      STRUCTURE,
      `a header of ${headerSize} bytes in a frame of ${frameSize}, where ${bytes.length} are stored`,
    );
  }
  const generalFlags = view.getUint8(AT.flags);
  const frameType = view.getUint8(AT.flags + 1) & 15;
  if (((generalFlags >>> 4) & 3) !== OFFSETS_64 || frameType !== 0) {
    throw new UnsupportedError(STRUCTURE, `flags ${generalFlags} and type ${frameType}: chunks that are not in it`);
  }
  return {
    headerSize,
    uncompressedSize: longAt(view, AT.uncompressed),
    compressedSize: longAt(view, AT.compressed),
    elementSize: view.getUint32(AT.elementSize),
    metalayers: readMetalayers(bytes, view, headerSize),
  };
}

/** A map of names and places, and at each place the bytes after their length. Contiguous Frame Format, "Header". */
function readMetalayers(bytes: Uint8Array, view: DataView, end: number): ReadonlyMap<string, Uint8Array> {
  const metalayers = new Map<string, Uint8Array>();
  // An array of three, the size of what follows (3 bytes), and the map.
  let at = METALAYERS_AT + 4;
  if (at + 3 > end || view.getUint8(at) !== MAP16) {
    return metalayers;
  }
  const count = view.getUint16(at + 1);
  at += 3;
  for (let i = 0; i < count; i++) {
    const key = at < end ? view.getUint8(at) : 0;
    const nameEnd = at + 1 + (key & 31);
    if ((key & 0xe0) !== FIXED_STRING || nameEnd + 5 > end || view.getUint8(nameEnd) !== INT32) {
      throw new FormatError(STRUCTURE, `there is no name and place of a metalayer at byte ${at}`);
    }
    const name = String.fromCharCode(...bytes.subarray(at + 1, nameEnd));
    const place = view.getUint32(nameEnd + 1);
    if (place + 5 > end || view.getUint8(place) !== BIN32 || place + 5 + view.getUint32(place + 1) > end) {
      throw new FormatError(STRUCTURE, `the metalayer "${name}" does not stand at byte ${place}`);
    }
    metalayers.set(name, bytes.subarray(place + 5, place + 5 + view.getUint32(place + 1)));
    at = nameEnd + 5;
  }
  return metalayers;
}

function longAt(view: DataView, at: number): number {
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
}
