import { FormatError } from "../errors.js";

/** How the szip filter divides and codes a chunk, as its four client data values say. */
export interface SzipParameters {
  /** Whether samples are coded as differences from the one before ("nn"); otherwise they are coded as they are ("ec"). */
  readonly nearestNeighbour: boolean;
  /** Order of the bytes of a pixel. */
  readonly byteOrder: "LE" | "BE";
  /** Bits of a pixel: 1 to 32, or 64. */
  readonly bitsPerPixel: number;
  /** Pixels that are coded together: an even number from 2 to 32. */
  readonly pixelsPerBlock: number;
  /** Pixels after which a new reference pixel is stored. */
  readonly pixelsPerScanline: number;
}

/** Bits of the first client data value. */
const ALLOW_K13 = 1;
const ENTROPY_CODING = 4;
const LSB = 8;
const MSB = 16;
const NEAREST_NEIGHBOUR = 32;
const RAW = 128;

const VALUE_COUNT = 4;
const MOST_PIXELS_PER_BLOCK = 32;

/**
 * Reads the client data of an szip filter (filter 4): options, pixels per block, bits per pixel, pixels per scanline.
 *
 * The options that say how the coder was built (K13, CHIP) or that there is no header (RAW, always set) change nothing in
 * what is stored.
 */
export function decodeSzipParameters(clientData: readonly number[]): SzipParameters {
  const [options, pixelsPerBlock, bitsPerPixel, pixelsPerScanline] = clientData;
  if (
    options === undefined ||
    pixelsPerBlock === undefined ||
    bitsPerPixel === undefined ||
    pixelsPerScanline === undefined ||
    clientData.length !== VALUE_COUNT
  ) {
    throw invalid(`${clientData.length} client data values where ${VALUE_COUNT} belong`);
  }
  if (pixelsPerBlock < 2 || pixelsPerBlock > MOST_PIXELS_PER_BLOCK || pixelsPerBlock % 2 !== 0) {
    throw invalid(`${pixelsPerBlock} pixels per block, where an even number from 2 to ${MOST_PIXELS_PER_BLOCK} can be`);
  }
  if (bitsPerPixel < 1 || (bitsPerPixel > 32 && bitsPerPixel !== 64)) {
    throw invalid(`${bitsPerPixel} bits per pixel, where 1 to 32 or 64 can be`);
  }
  if (pixelsPerScanline < 1) {
    throw invalid("no pixels per scanline");
  }
  return {
    nearestNeighbour: (options & NEAREST_NEIGHBOUR) !== 0,
    byteOrder: (options & MSB) !== 0 ? "BE" : "LE",
    bitsPerPixel,
    pixelsPerBlock,
    pixelsPerScanline,
  };
}

/** The client data values that libhdf5 stores for these parameters. */
export function encodeSzipParameters(parameters: SzipParameters): number[] {
  const method = parameters.nearestNeighbour ? NEAREST_NEIGHBOUR : ENTROPY_CODING;
  const order = parameters.byteOrder === "BE" ? MSB : LSB;
  return [
    RAW | method | order | ALLOW_K13,
    parameters.pixelsPerBlock,
    parameters.bitsPerPixel,
    parameters.pixelsPerScanline,
  ];
}

/** How the coder under szip sees the pixels: samples of at most 31 bits in whole bytes. */
export interface SampleLayout {
  /** Whether the bytes of the pixels are transposed and coded as samples of 8 bits: pixels of 32 and 64 bits. */
  readonly interleaved: boolean;
  readonly bitsPerSample: number;
  readonly bytesPerSample: 1 | 2 | 4;
  /** Bits of the number that says how a block is coded. */
  readonly idLength: 3 | 4 | 5;
  /** Blocks after which a new reference sample is stored; a scanline is filled up to whole blocks. */
  readonly blocksPerScanline: number;
}

/** How the coder under szip sees the pixels of these parameters. */
export function sampleLayout({ bitsPerPixel, pixelsPerBlock, pixelsPerScanline }: SzipParameters): SampleLayout {
  const interleaved = bitsPerPixel === 32 || bitsPerPixel === 64;
  const bitsPerSample = interleaved ? 8 : bitsPerPixel;
  return {
    interleaved,
    bitsPerSample,
    bytesPerSample: bitsPerSample > 16 ? 4 : bitsPerSample > 8 ? 2 : 1,
    idLength: bitsPerSample > 16 ? 5 : bitsPerSample > 8 ? 4 : 3,
    blocksPerScanline: Math.ceil(pixelsPerScanline / pixelsPerBlock),
  };
}

function invalid(problem: string): FormatError {
  return new FormatError("szip filter", problem);
}
