/**
 * HDF5 over any storage: the storage contract, files, groups, datasets and attributes.
 *
 * @module @hdfive/core
 */
export {};
