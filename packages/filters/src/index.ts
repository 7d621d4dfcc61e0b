/**
 * Codecs for the filters that HDF5 files meet, in pure TypeScript: each is loaded when it is first needed, or imported alone
 * from its own entry point.
 *
 * @module @hdfive/filters
 */
export { FILTERS, loadFilters } from "./lazy-filters.js";
