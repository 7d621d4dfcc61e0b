/**
 * HDF5 in pure TypeScript: open, read, write and edit real HDF5 files.
 *
 * @module hdfive
 */
export {};
