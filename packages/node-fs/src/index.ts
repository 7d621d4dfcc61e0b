/**
 * A file of the Node file system as storage for hdfive, and native zlib for its deflate filter.
 *
 * @module @hdfive/node-fs
 */
export {};
