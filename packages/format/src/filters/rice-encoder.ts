import { BitWriter } from "./bit-writer.js";
import type { SampleLayout, SzipParameters } from "./szip-parameters.js";

const SEGMENT = 64;
const REST_OF_SEGMENT = 5;

/** What the coding of a scanline goes through: mapped samples, and the blocks of zeros that are not written yet. */
interface Encoder {
  readonly writer: BitWriter;
  readonly layout: SampleLayout;
  /** Samples of one scanline as they are, and as they are coded. */
  readonly samples: Uint32Array;
  readonly mapped: Uint32Array;
  readonly pixelsPerBlock: number;
  readonly hasReference: boolean;
  /** Bits that are split off in the last block, where the search for those of the next begins. */
  split: number;
}

/**
 * Encodes samples in the adaptive entropy code (CCSDS 121.0-B), each block the shortest way; `null` when a sample has more
 * bits than the layout says.
 *
 * Scanlines are filled up to whole blocks, and the last one to its whole length, with their last sample (or zeros, where no
 * differences are coded).
 */
export function encodeSamples(
  bytes: Uint8Array,
  { pixelsPerBlock, pixelsPerScanline, nearestNeighbour, byteOrder }: SzipParameters,
  layout: SampleLayout,
): Uint8Array | null {
  const { bytesPerSample, bitsPerSample, blocksPerScanline } = layout;
  const sampleCount = bytes.length / bytesPerSample;
  const lineLength = blocksPerScanline * pixelsPerBlock;
  const most = 2 ** bitsPerSample - 1;
  const samples = new Uint32Array(lineLength);
  const encoder: Encoder = {
    writer: new BitWriter(bytes.length),
    layout,
    samples,
    mapped: nearestNeighbour ? new Uint32Array(lineLength) : samples,
    pixelsPerBlock,
    hasReference: nearestNeighbour,
    split: 0,
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let done = 0; done < sampleCount; done += pixelsPerScanline) {
    const count = Math.min(pixelsPerScanline, sampleCount - done);
    load(view, done, count, samples, bytesPerSample, byteOrder === "LE");
    for (let i = 0; i < count; i++) {
      if ((samples[i] as number) > most) {
        return null;
      }
    }
    samples.fill(nearestNeighbour ? (samples[count - 1] as number) : 0, count);
    if (nearestNeighbour) {
      mapDifferences(samples, encoder.mapped, most);
    }
    encodeScanline(encoder, blocksPerScanline);
    if (encoder.writer.bitLength > bytes.length * 8) {
      // Already longer than the chunk itself.
      return null;
    }
  }
  return encoder.writer.finish();
}

function load(
  view: DataView,
  done: number,
  count: number,
  samples: Uint32Array,
  bytesPerSample: 1 | 2 | 4,
  littleEndian: boolean,
): void {
  for (let i = 0; i < count; i++) {
    const at = (done + i) * bytesPerSample;
    samples[i] =
      bytesPerSample === 1
        ? view.getUint8(at)
        : bytesPerSample === 2
          ? view.getUint16(at, littleEndian)
          : view.getUint32(at, littleEndian);
  }
}

/** The inverse of the decoder's `addDifferences`; the first sample is the reference and coded apart. */
function mapDifferences(samples: Uint32Array, mapped: Uint32Array, most: number): void {
  let previous = samples[0] as number;
  mapped[0] = 0;
  for (let i = 1; i < samples.length; i++) {
    const sample = samples[i] as number;
    const step = sample - previous;
    const room = Math.min(previous, most - previous);
    if (step >= 0) {
      mapped[i] = step <= room ? 2 * step : sample;
    } else {
      mapped[i] = -step <= room ? -2 * step - 1 : most - sample;
    }
    // A step past the room on the nearer side can only go the other way, where the end is `sample` or `most - sample` away.
    previous = sample;
  }
}

function encodeScanline(encoder: Encoder, blockCount: number): void {
  const { writer, layout, mapped, samples, pixelsPerBlock } = encoder;
  let zeroBlocks = 0;
  let zerosWithReference = false;
  for (let index = 0; index < blockCount; index++) {
    const from = index * pixelsPerBlock;
    const hasReference = encoder.hasReference && index === 0;
    if (isZero(mapped, from, from + pixelsPerBlock)) {
      zerosWithReference ||= hasReference;
      zeroBlocks++;
      if (index + 1 < blockCount && (index + 1) % SEGMENT !== 0) {
        continue;
      }
      writeZeroBlocks(writer, layout, zeroBlocks, true, zerosWithReference ? (samples[0] as number) : null);
    } else {
      if (zeroBlocks > 0) {
        writeZeroBlocks(writer, layout, zeroBlocks, false, zerosWithReference ? (samples[0] as number) : null);
      }
      encodeBlock(encoder, from, hasReference);
    }
    zeroBlocks = 0;
    zerosWithReference = false;
  }
}

function isZero(mapped: Uint32Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    if (mapped[i] !== 0) {
      return false;
    }
  }
  return true;
}

function writeZeroBlocks(
  writer: BitWriter,
  { idLength, bitsPerSample }: SampleLayout,
  count: number,
  toEndOfSegment: boolean,
  reference: number | null,
): void {
  writer.write(0, idLength + 1);
  if (reference !== null) {
    writer.write(reference, bitsPerSample);
  }
  if (count < REST_OF_SEGMENT) {
    writer.writeUnary(count - 1);
  } else {
    writer.writeUnary(toEndOfSegment ? REST_OF_SEGMENT - 1 : count);
  }
}

/** Writes a block that is not all zeros in the shortest of its codes. */
function encodeBlock(encoder: Encoder, from: number, hasReference: boolean): void {
  const { writer, layout, mapped, samples, pixelsPerBlock } = encoder;
  const { idLength, bitsPerSample } = layout;
  const to = from + pixelsPerBlock;
  const first = hasReference ? from + 1 : from;
  const plainLength = (to - first) * bitsPerSample;
  const split = chooseSplit(mapped, first, to, encoder.split, (1 << idLength) - 3);
  encoder.split = split;
  const splitLength = splitLengthOf(mapped, first, to, split);
  const pairsLength = pairsLengthOf(mapped, from, to, plainLength);
  if (Math.min(splitLength, pairsLength) >= plainLength && pairsLength >= plainLength) {
    writer.write((1 << idLength) - 1, idLength);
    if (hasReference) {
      writer.write(samples[from] as number, bitsPerSample);
    }
    for (let i = first; i < to; i++) {
      writer.write(mapped[i] as number, bitsPerSample);
    }
    return;
  }
  const usesPairs = pairsLength <= splitLength;
  if (usesPairs) {
    writer.write(1, idLength + 1);
  } else {
    writer.write(split + 1, idLength);
  }
  if (hasReference) {
    writer.write(samples[from] as number, bitsPerSample);
  }
  if (usesPairs) {
    for (let i = from; i < to; i += 2) {
      writer.writeUnary(pairNumber(mapped[i] as number, mapped[i + 1] as number));
    }
    return;
  }
  for (let i = first; i < to; i++) {
    writer.writeUnary((mapped[i] as number) >>> split);
  }
  if (split > 0) {
    for (let i = first; i < to; i++) {
      writer.write(mapped[i] as number, split);
    }
  }
}

/** Bits of a block whose numbers are split: the high parts as zeros and a one, then the `split` low bits of each. */
function splitLengthOf(mapped: Uint32Array, first: number, to: number, split: number): number {
  let length = (to - first) * (split + 1);
  for (let i = first; i < to; i++) {
    length += (mapped[i] as number) >>> split;
  }
  return length;
}

/** The split with the fewest bits: their number has one minimum, so the search goes downhill from the last block's. */
function chooseSplit(mapped: Uint32Array, first: number, to: number, start: number, most: number): number {
  let split = start;
  let length = splitLengthOf(mapped, first, to, split);
  while (split < most) {
    const next = splitLengthOf(mapped, first, to, split + 1);
    if (next >= length) {
      break;
    }
    length = next;
    split++;
  }
  if (split > start) {
    return split;
  }
  while (split > 0) {
    const next = splitLengthOf(mapped, first, to, split - 1);
    if (next >= length) {
      break;
    }
    length = next;
    split--;
  }
  return split;
}

/** Bits of a block in the second extension; more than `limit` once it is clear that they are more. */
function pairsLengthOf(mapped: Uint32Array, from: number, to: number, limit: number): number {
  let length = 1;
  for (let i = from; i < to && length <= limit; i += 2) {
    length += pairNumber(mapped[i] as number, mapped[i + 1] as number) + 1;
  }
  return length > limit ? Number.POSITIVE_INFINITY : length;
}

function pairNumber(first: number, second: number): number {
  const sum = first + second;
  return (sum * (sum + 1)) / 2 + second;
}
