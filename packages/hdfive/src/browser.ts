/**
 * HDF5 in pure TypeScript: open, read, write and edit real HDF5 files. This is the entry for browsers and everything
 * else without Node's files: the same names, opening bytes and storages.
 *
 * @module hdfive
 */
export * from "@hdfive/core";
export { FILTERS, loadFilters } from "@hdfive/filters";
export * from "@hdfive/vds";
export { isHdf5, open, openSync } from "./browser-open.js";
export type { OpenOptions, OpenTarget } from "./open-target.js";
