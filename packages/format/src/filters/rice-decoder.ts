import { FormatError } from "../errors.js";
import { BitReader } from "./bit-reader.js";
import type { SampleLayout, SzipParameters } from "./szip-parameters.js";

/** Zero blocks are counted within segments of so many blocks. */
const SEGMENT = 64;
/** The count that stands for all blocks up to the end of the segment. */
const REST_OF_SEGMENT = 5;

/** Blocks of zeros that are still to come, and the block that is being decoded. */
interface Decoder {
  readonly reader: BitReader;
  readonly block: Uint32Array;
  readonly layout: SampleLayout;
  zeroBlocks: number;
}

/**
 * Decodes samples of the adaptive entropy code (CCSDS 121.0-B) into their bytes; `into` is filled to its end.
 *
 * A scanline is filled up to whole blocks when it is coded; those samples are left out here.
 */
export function decodeSamples(
  coded: Uint8Array,
  into: Uint8Array,
  parameters: SzipParameters,
  layout: SampleLayout,
): void {
  const { pixelsPerBlock, pixelsPerScanline, nearestNeighbour, byteOrder } = parameters;
  const { bytesPerSample, blocksPerScanline, bitsPerSample } = layout;
  const most = (2 ** bitsPerSample - 1) | 0;
  const reader = new BitReader(coded);
  const decoder: Decoder = { reader, block: new Uint32Array(pixelsPerBlock), layout, zeroBlocks: 0 };
  const { block } = decoder;
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  const sampleCount = into.length / bytesPerSample;
  const hasSpareBits = bitsPerSample < 8 * bytesPerSample;
  let done = 0;
  while (done < sampleCount) {
    const lineEnd = Math.min(sampleCount, done + pixelsPerScanline);
    let previous = 0;
    for (let index = 0; done < lineEnd; index++) {
      const hasReference = nearestNeighbour && index === 0;
      decodeBlock(decoder, index, blocksPerScanline - index, hasReference);
      if (reader.isPast) {
        throw damaged(`they end after ${done} of ${sampleCount} samples`);
      }
      if (nearestNeighbour) {
        if (hasReference) {
          previous = block[0] as number;
        }
        const first = hasReference ? 1 : 0;
        if (hasSpareBits) {
          previous = addWideDifferences(block, first, previous, most);
        } else {
          previous = addDifferences(block, first, previous, most);
          if (previous < 0) {
            throw damaged(`a difference has more than ${bitsPerSample} bits`);
          }
        }
      }
      const count = Math.min(pixelsPerBlock, lineEnd - done);
      store(block, count, into, view, done, bytesPerSample, byteOrder === "LE");
      done += count;
    }
    // Zeros after the last sample that is wanted belong to the same scanline.
    decoder.zeroBlocks = 0;
  }
}

/** Decodes one block, the `index`-th of a scanline in which `left` are left. */
function decodeBlock(decoder: Decoder, index: number, left: number, hasReference: boolean): void {
  const { reader, block, layout } = decoder;
  const { bitsPerSample, idLength } = layout;
  const { length } = block;
  if (decoder.zeroBlocks > 0) {
    decoder.zeroBlocks--;
    block.fill(0);
    return;
  }
  const id = reader.read(idLength);
  if (id === (1 << idLength) - 1) {
    reader.readInto(block, 0, length, bitsPerSample);
    return;
  }
  const first = hasReference ? 1 : 0;
  const isSecondExtension = id === 0 && reader.read(1) === 1;
  if (hasReference) {
    block[0] = reader.read(bitsPerSample);
  }
  if (id > 0) {
    reader.readUnary(block, first, length);
    if (id > 1) {
      reader.appendTo(block, first, length, id - 1);
    }
  } else if (isSecondExtension) {
    readPairs(reader, block, first);
  } else {
    block.fill(0, first);
    decoder.zeroBlocks = readZeroBlocks(reader, index, left) - 1;
  }
}

/** How many blocks of zeros begin at the `index`-th of a scanline. */
function readZeroBlocks(reader: BitReader, index: number, left: number): number {
  const value = new Uint32Array(1);
  reader.readUnary(value, 0, 1);
  const stored = (value[0] as number) + 1;
  const count =
    stored === REST_OF_SEGMENT
      ? Math.min(left, SEGMENT - (index % SEGMENT))
      : stored > REST_OF_SEGMENT
        ? stored - 1
        : stored;
  if (count > left) {
    throw damaged(`${count} blocks of zeros where ${left} are left of the scanline`);
  }
  return count;
}

/** The second extension: a pair of samples a and b is stored as the number (a + b)(a + b + 1) / 2 + b. */
function readPairs(reader: BitReader, block: Uint32Array, first: number): void {
  const { length } = block;
  const pairs = length / 2;
  // Read into the end of the block, which is not overwritten before it is needed: pair i goes to 2i and 2i + 1.
  reader.readUnary(block, pairs, length);
  for (let pair = 0; pair < pairs; pair++) {
    const stored = block[pairs + pair] as number;
    let sum = 0;
    let start = 0;
    while (start + sum < stored) {
      sum++;
      start += sum;
    }
    const second = stored - start;
    if (pair > 0 || first === 0) {
      block[2 * pair] = sum - second;
    }
    block[2 * pair + 1] = second;
  }
}

/**
 * Turns mapped differences into samples; the last sample, or -1 when a difference is larger than any sample.
 *
 * Small numbers stand in turn for steps up and down, as far as there is room on both sides; larger ones say how far the
 * sample is from the end that is nearer.
 */
function addDifferences(block: Uint32Array, first: number, previous: number, most: number): number {
  // Without branches but for the rare one: on noise, which way a sample goes cannot be foretold, and a wrong guess of the
  // processor costs more than all of this. `most` is all ones, so to take from it is to flip bits.
  const topBit = 31 - Math.clz32(most);
  let sample = previous;
  for (let i = first; i < block.length; i++) {
    const mapped = (block[i] as number) | 0;
    if (mapped > most || mapped < 0) {
      return -1;
    }
    const isOdd = mapped & 1;
    const flip = -(sample >>> topBit) & most;
    sample = (mapped >>> 1) + isOdd <= (sample ^ flip) ? sample + ((mapped >>> 1) ^ -isOdd) : mapped ^ flip;
    block[i] = sample;
  }
  return sample;
}

/**
 * As `addDifferences`, in samples whose bytes have more bits than they are said to have, and with no limit; the last sample.
 *
 * libhdf5 hands over whatever stands in those bytes, and what comes back is the same arithmetic in 32 bits.
 */
function addWideDifferences(block: Uint32Array, first: number, previous: number, most: number): number {
  const topBit = (most >>> 1) + 1;
  let sample = previous;
  for (let i = first; i < block.length; i++) {
    const mapped = block[i] as number;
    const isOdd = mapped & 1;
    const flip = (sample & topBit) === 0 ? 0 : most;
    const isNear = (mapped >>> 1) + isOdd <= (sample ^ flip) >>> 0;
    sample = (isNear ? sample + ((mapped >>> 1) ^ -isOdd) : mapped ^ flip) >>> 0;
    block[i] = sample;
  }
  return sample;
}

function store(
  block: Uint32Array,
  count: number,
  into: Uint8Array,
  view: DataView,
  done: number,
  bytesPerSample: 1 | 2 | 4,
  littleEndian: boolean,
): void {
  if (bytesPerSample === 1) {
    for (let i = 0; i < count; i++) {
      into[done + i] = block[i] as number;
    }
  } else if (bytesPerSample === 2) {
    for (let i = 0; i < count; i++) {
      view.setUint16(2 * (done + i), block[i] as number, littleEndian);
    }
  } else {
    for (let i = 0; i < count; i++) {
      view.setUint32(4 * (done + i), block[i] as number, littleEndian);
    }
  }
}

function damaged(problem: string): FormatError {
  return new FormatError("szip filter", `the stored bytes are not samples of its code: ${problem}`);
}
