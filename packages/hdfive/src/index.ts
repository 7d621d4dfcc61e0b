/**
 * HDF5 in pure TypeScript: open, read, write and edit real HDF5 files. This is the entry for Node.
 *
 * @module hdfive
 */
export * from "@hdfive/core";
export { FILTERS, loadFilters } from "@hdfive/filters";
export * from "@hdfive/vds";
export { isHdf5, open, openSync } from "./node-open.js";
export { type RepackPathOptions, repack, repackSync } from "./node-repack.js";
export type { OpenOptions, OpenTarget } from "./open-target.js";
