import { createRequire } from "node:module";
import type { FilterCodec, LazyFilterCodec } from "@hdfive/core";
import { FILTERS } from "@hdfive/filters";

const require = createRequire(import.meta.url);

/**
 * The codecs of `@hdfive/filters`, each loaded when it is first needed, in Node also by synchronous methods: Node can `require`
 * modules of this kind since 20.19.
 */
export const NODE_FILTERS: readonly LazyFilterCodec[] = FILTERS.map((filter) => ({
  ...filter,
  loadSync: () => filter.loadSync?.() ?? required(filter.id, filter.name),
}));

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
