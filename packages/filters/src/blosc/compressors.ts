import { deflateCodec } from "@hdfive/core";
import { UnsupportedError } from "@hdfive/format";
import { decodeLz4Block } from "../lz4/lz4-block.js";
import { decodeZstdInto, ZSTD_MAX_RATIO } from "../zstd/zstd-frame.js";
import { decodeBloscLz } from "./blosclz.js";
import { decodeSnappy } from "./snappy.js";

/** Decodes into memory that is there, and says how many bytes it decoded. */
export type DecodeInto = (source: Uint8Array, target: Uint8Array) => number;

/** A compressor within Blosc, and the most bytes that one of its bytes stands for. */
export interface Compressor {
  readonly decode: DecodeInto;
  readonly maxRatio: number;
}

/** Compressors by the number in the flags of a chunk: blosclz, lz4 and lz4hc, snappy, zlib, zstd. Blosc chunk format, "flags". */
const COMPRESSORS: readonly Compressor[] = [
  { decode: decodeBloscLz, maxRatio: 256 },
  { decode: decodeLz4Block, maxRatio: 256 },
  { decode: decodeSnappy, maxRatio: 32 },
  { decode: decodeZlib, maxRatio: 1032 },
  { decode: decodeZstdInto, maxRatio: ZSTD_MAX_RATIO },
];

/** The compressor with a number; `UnsupportedError` when there is none. */
export function compressorOf(structure: string, code: number): Compressor {
  const compressor = COMPRESSORS[code];
  if (compressor === undefined) {
    throw new UnsupportedError(structure, `its compressor has the number ${code}, which is no built-in one`);
  }
  return compressor;
}

function decodeZlib(source: Uint8Array, target: Uint8Array): number {
  const result = deflateCodec.decode(source, { clientData: [], maxSize: target.length }) as Uint8Array;
  target.set(result);
  return result.length;
}
