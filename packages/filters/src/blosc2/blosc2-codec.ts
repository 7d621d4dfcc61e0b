import type { FilterCodec, FilterOptions } from "@hdfive/core";
import { FormatError, UnsupportedError } from "@hdfive/format";
import { decodeBloscChunk, openBloscChunk } from "../blosc/blosc-chunk.js";
import { assembleBlocks, decodeB2nd } from "./b2nd.js";
import { decodeFrame, type Frame } from "./frame.js";

const STRUCTURE = "Blosc2 chunk";
/** Offsets with the highest bit set stand for chunks of one value; the kind is in the lower bits of that byte. */
const SPECIAL_OFFSET = 0x80;
const SPECIAL_ZEROS = 1;
const SPECIAL_UNINITIALIZED = 4;
const OFFSET_SIZE = 8;
/** An index of more bytes than this is not read: there is one chunk, but a larger index gets an error of its own. */
const MAX_INDEX = 2 ** 16;

/**
 * Blosc2, filter 32026: a contiguous frame with one chunk, cut into blocks of several dimensions where its "b2nd" metalayer says
 * so. Only read. Registered Filter Plugins, 32026.
 */
export const blosc2Codec: FilterCodec = { id: 32026, name: "blosc2", decode };

function decode(bytes: Uint8Array, { maxSize }: FilterOptions): Uint8Array {
  const frame = decodeFrame(bytes);
  const metalayer = frame.metalayers.get("b2nd") ?? frame.metalayers.get("caterva");
  if (metalayer === undefined) {
    const chunk = firstChunk(bytes, frame);
    return chunk === null ? new Uint8Array(sizeOfSpecial(frame, maxSize)) : decodeBloscChunk(STRUCTURE, chunk, maxSize);
  }
  const array = decodeB2nd(metalayer);
  const size = array.shape.reduce((product, extent) => product * extent, frame.elementSize);
  if (size > maxSize) {
    throw new FormatError(STRUCTURE, `its array has ${size} bytes where there may be ${maxSize}`);
  }
  const result = new Uint8Array(size);
  const chunk = firstChunk(bytes, frame);
  if (chunk !== null) {
    // Blocks at the margins are padded, to twice the extent of each dimension at most.
    const opened = openBloscChunk(STRUCTURE, chunk, maxSize * 2 ** array.shape.length);
    assembleBlocks(opened, array, frame.elementSize, result);
  }
  return result;
}

/** The bytes from the first chunk of a frame on; `null` when it is all zeros and has none. Contiguous Frame Format, "Chunks". */
function firstChunk(bytes: Uint8Array, frame: Frame): Uint8Array | null {
  const indexAt = frame.headerSize + frame.compressedSize;
  if (indexAt > bytes.length) {
    throw new FormatError(STRUCTURE, "its chunks run past its end");
  }
  const offsets = decodeBloscChunk(STRUCTURE, bytes.subarray(indexAt), MAX_INDEX);
  if (offsets.length < OFFSET_SIZE) {
    throw new FormatError(STRUCTURE, "its frame has no chunk");
  }
  if (offsets.length > OFFSET_SIZE) {
    throw new UnsupportedError(STRUCTURE, `its frame has ${offsets.length / OFFSET_SIZE} chunks`);
  }
  const last = offsets[OFFSET_SIZE - 1] as number;
  if ((last & SPECIAL_OFFSET) !== 0) {
    const kind = last & 7;
    if (kind === SPECIAL_ZEROS || kind === SPECIAL_UNINITIALIZED) {
      return null;
    }
    throw new UnsupportedError(STRUCTURE, `its chunk is the special value ${kind}`);
  }
  const view = new DataView(offsets.buffer, offsets.byteOffset);
  const offset = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (offset >= frame.compressedSize) {
    throw new FormatError(STRUCTURE, `its chunk begins at ${offset} of ${frame.compressedSize} bytes`);
  }
  return bytes.subarray(frame.headerSize + offset, indexAt);
}

function sizeOfSpecial({ uncompressedSize }: Frame, maxSize: number): number {
  if (uncompressedSize > maxSize) {
    throw new FormatError(STRUCTURE, `its frame says ${uncompressedSize} bytes where there may be ${maxSize}`);
  }
  return uncompressedSize;
}
