import type { FilterCodec, LazyFilterCodec } from "@hdfive/core";

/**
 * All codecs of this package, each loaded when a file first needs it: `open(…, { filters: FILTERS })`.
 *
 * A bundler puts each of them into a chunk of its own. What was loaded stays: the synchronous methods have it from then on.
 */
export const FILTERS: readonly LazyFilterCodec[] = [
  lazy(307, "bzip2", async () => (await import("./bzip2/index.js")).bzip2Codec),
  lazy(32001, "blosc", async () => (await import("./blosc/index.js")).bloscCodec),
  lazy(32004, "lz4", async () => (await import("./lz4/index.js")).lz4Codec),
  lazy(32008, "bitshuffle", async () => (await import("./bitshuffle/index.js")).bitshuffleCodec),
  lazy(32013, "zfp", async () => (await import("./zfp/index.js")).zfpCodec),
  lazy(32015, "zstd", async () => (await import("./zstd/index.js")).zstdCodec),
  lazy(32026, "blosc2", async () => (await import("./blosc2/index.js")).blosc2Codec),
];

/**
 * Loads codecs before they are needed, so that synchronous methods have them.
 *
 * @param ids filter numbers; all codecs of this package by default. Numbers of other filters are left alone
 */
export async function loadFilters(ids: readonly number[] = FILTERS.map(({ id }) => id)): Promise<void> {
  await Promise.all(FILTERS.filter(({ id }) => ids.includes(id)).map((filter) => filter.load()));
}

function lazy(id: number, name: string, bring: () => Promise<FilterCodec>): LazyFilterCodec {
  let codec: FilterCodec | null = null;
  return {
    id,
    name,
    load: async () => {
      codec ??= await bring();
      return codec;
    },
    loadSync: () => codec,
  };
}
