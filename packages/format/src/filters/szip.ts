import { FormatError } from "../errors.js";
import { decodeSamples } from "./rice-decoder.js";
import { encodeSamples } from "./rice-encoder.js";
import { shuffle, unshuffle } from "./shuffle.js";
import { decodeSzipParameters, sampleLayout } from "./szip-parameters.js";

/** The size of the chunk stands before the coded samples, little-endian. */
const PREFIX_SIZE = 4;
/** The fewest bits that stand for samples, and the most blocks that they can stand for: a run of zeros. */
const FEWEST_BITS = 4;
const MOST_BLOCKS = 64;

/**
 * Undoes the szip filter (filter 4): the size of the result in 4 bytes, then samples in the adaptive entropy code of
 * CCSDS 121.0-B ("extended Rice").
 *
 * @param clientData the four client data values of the filter
 * @param maxSize bytes that may come out; more are a `FormatError`, as are parameters that make no sense and samples that
 *   end too early
 */
export function decodeSzip(bytes: Uint8Array, clientData: readonly number[], maxSize: number): Uint8Array {
  const parameters = decodeSzipParameters(clientData);
  const layout = sampleLayout(parameters);
  if (bytes.length < PREFIX_SIZE) {
    throw invalid(`${bytes.length} bytes do not hold the size of the chunk`);
  }
  const size = new DataView(bytes.buffer, bytes.byteOffset, PREFIX_SIZE).getUint32(0, true);
  if (size > maxSize) {
    throw invalid(`the chunk is said to have ${size} bytes, where ${maxSize} are the most`);
  }
  const coded = bytes.subarray(PREFIX_SIZE);
  const blocks = ((coded.length * 8) / FEWEST_BITS) * MOST_BLOCKS;
  if (size > blocks * parameters.pixelsPerBlock * layout.bytesPerSample) {
    throw invalid(`${coded.length} stored bytes cannot hold the samples of ${size} bytes`);
  }
  // Pixels of 3 bytes are taken as samples of 4 bytes, whichever values those happen to cut out of the chunk; the last of
  // them may reach past its end.
  const samples = new Uint8Array(Math.ceil(size / layout.bytesPerSample) * layout.bytesPerSample);
  decodeSamples(coded, samples, parameters, layout);
  return layout.interleaved ? unshuffle(samples, parameters.bitsPerPixel / 8) : samples.subarray(0, size);
}

/**
 * Applies the szip filter (filter 4), or gives `null` when the result would be longer, or when pixels have more bits than
 * the parameters say, which would be lost.
 */
export function encodeSzip(bytes: Uint8Array, clientData: readonly number[]): Uint8Array | null {
  const parameters = decodeSzipParameters(clientData);
  const layout = sampleLayout(parameters);
  const { length } = bytes;
  const pixelSize = layout.interleaved ? parameters.bitsPerPixel / 8 : layout.bytesPerSample;
  if (length === 0 || length % pixelSize !== 0 || length > 0xffff_ffff) {
    return null;
  }
  const samples = layout.interleaved ? shuffle(bytes, pixelSize) : bytes;
  const coded = encodeSamples(samples, parameters, layout);
  if (coded === null || coded.length > length) {
    return null;
  }
  const result = new Uint8Array(PREFIX_SIZE + coded.length);
  new DataView(result.buffer).setUint32(0, length, true);
  result.set(coded, PREFIX_SIZE);
  return result;
}

function invalid(problem: string): FormatError {
  return new FormatError("szip filter", problem);
}
