import type { FilterCodec, FilterOptions, FilterTarget } from "@hdfive/core";
import { HdfiveError } from "@hdfive/format";
import { decodeBloscChunk } from "./blosc-chunk.js";
import { encodeBloscChunk } from "./blosc-chunk-encoder.js";

/** Version of the filter, and of the format of its chunks: the first two values of the client data. */
const FILTER_VERSION = 2;
const FORMAT_VERSION = 2;
const DEFAULT_LEVEL = 5;
const SHUFFLES = ["none", "bytes", "bits"] as const;
const ZLIB = 4;

/**
 * Blosc, filter 32001. Registered Filter Plugins, 32001.
 *
 * Client data: version of the filter and of the format, element size, bytes of a chunk; then what users set: level (0 to 9),
 * shuffle (0 none, 1 bytes, 2 bits), compressor (0 blosclz, 1 lz4, 2 lz4hc, 3 snappy, 4 zlib, 5 zstd). All are read. zlib is
 * written where it is asked for, and LZ4 for everything else: each chunk says itself how it was made, so every reader reads it.
 */
export const bloscCodec: FilterCodec = {
  id: 32001,
  name: "blosc",
  decode: (bytes, { maxSize }) => decodeBloscChunk("Blosc chunk", bytes, maxSize),
  encode,
  clientDataFor,
};

function encode(bytes: Uint8Array, { clientData }: FilterOptions): Uint8Array {
  const [, , elementSize = 1, , level = DEFAULT_LEVEL, shuffle = 1, compressor = 0] = clientData;
  return encodeBloscChunk(bytes, {
    elementSize: Math.max(1, elementSize),
    shuffle: SHUFFLES[shuffle] ?? "none",
    compressor: compressor === ZLIB ? "zlib" : "lz4",
    level: Math.min(9, level),
  });
}

function clientDataFor(values: readonly number[], { datatype, chunkShape }: FilterTarget): readonly number[] {
  const [, , , , level = DEFAULT_LEVEL, shuffle = 1, compressor = 0] = values;
  if (level > 9 || SHUFFLES[shuffle] === undefined || compressor > 5) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `Blosc has levels 0-9, shuffles 0-2 and compressors 0-5, not ${level}, ${shuffle} and ${compressor}`,
    );
  }
  const elementSize = datatype.class === "array" ? datatype.base.size : datatype.size;
  const chunkBytes = chunkShape.reduce((product, extent) => product * extent, datatype.size);
  // Sizes past one byte cannot be stored in a chunk.
  const stored = elementSize > 255 ? 1 : elementSize;
  return [FILTER_VERSION, FORMAT_VERSION, stored, chunkBytes, ...values.slice(4)];
}
