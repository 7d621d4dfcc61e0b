import * as zlib from "node:zlib";
import type { FilterCodec, FilterOptions } from "@hdfive/core";

const DEFAULT_LEVEL = 3;
const MAX_LEVEL = 22;

/** What Node's zlib has since 22.15, and not yet in the types of the oldest Node that runs this. */
interface NativeZstd {
  readonly zstdCompress: (
    bytes: Uint8Array,
    options: ZstdSettings,
    done: (error: Error | null, result: Uint8Array) => void,
  ) => void;
  readonly zstdCompressSync: (bytes: Uint8Array, options: ZstdSettings) => Uint8Array;
  readonly constants: { readonly ZSTD_c_compressionLevel?: number };
}

interface ZstdSettings {
  readonly params: Readonly<Record<number, number>>;
  readonly pledgedSrcSize: number;
}

/**
 * Encoding with Zstandard (filter 32015) by Node's own zlib, on its thread pool; `null` in Node before 22.15, which has none.
 * The first client data value is the level.
 */
export const zstdEncoder: Required<Pick<FilterCodec, "encode" | "encodeSync">> | null = encoderOf(
  zlib as Partial<NativeZstd>,
);

function encoderOf({ zstdCompress, zstdCompressSync, constants }: Partial<NativeZstd>) {
  const levelKey = constants?.ZSTD_c_compressionLevel;
  if (zstdCompress === undefined || zstdCompressSync === undefined || levelKey === undefined) {
    return null;
  }
  const settings = (bytes: Uint8Array, { clientData }: FilterOptions): ZstdSettings => ({
    // Levels below zero are stored as what 32 bits make of them.
    params: { [levelKey]: Math.min(MAX_LEVEL, (clientData[0] ?? DEFAULT_LEVEL) | 0) },
    // The plugin of libhdf5 takes the size of the data from the frame.
    pledgedSrcSize: bytes.length,
  });
  return {
    encode: (bytes: Uint8Array, options: FilterOptions) =>
      new Promise<Uint8Array>((fulfil, reject) => {
        zstdCompress(bytes, settings(bytes, options), (error, result) =>
          error === null ? fulfil(result) : reject(error),
        );
      }),
    encodeSync: (bytes: Uint8Array, options: FilterOptions) => zstdCompressSync(bytes, settings(bytes, options)),
  };
}
