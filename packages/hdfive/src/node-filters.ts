import { createRequire } from "node:module";
import type { FilterCodec, LazyFilterCodec } from "@hdfive/core";
import { FILTERS } from "@hdfive/filters";
import { zstdEncoder } from "@hdfive/node-fs";

const ZSTD = 32015;
const require = createRequire(import.meta.url);

/**
 * The codecs of `@hdfive/filters`, each loaded when it is first needed, in Node also by synchronous methods: Node can `require`
 * modules of this kind since 20.19. Where Node has Zstandard (since 22.15) it is written too.
 */
export const NODE_FILTERS: readonly LazyFilterCodec[] = FILTERS.map((filter) => ({
  ...filter,
  load: async () => withEncoder(await filter.load()),
  loadSync: () => {
    const codec = filter.loadSync?.() ?? required(filter.id, filter.name);
    return codec === null ? null : withEncoder(codec);
  },
}));

function withEncoder(codec: FilterCodec): FilterCodec {
  return codec.id === ZSTD && zstdEncoder !== null ? { ...codec, ...zstdEncoder } : codec;
}

/** The codec of a filter from its entry point; `null` where that is not to be had so, as in a program bundled into one file. */
function required(id: number, name: string): FilterCodec | null {
  let codecs: Readonly<Record<string, FilterCodec>>;
  try {
    codecs = require(`@hdfive/filters/${name}`);
  } catch {
    return null;
  }
  return Object.values(codecs).find((codec) => codec.id === id) ?? null;
}
