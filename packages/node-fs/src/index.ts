/**
 * A file of the Node file system as storage for hdfive, and native zlib for its deflate filter.
 *
 * @module @hdfive/node-fs
 */
export type { FileMode } from "./file-mode.js";
export { FileStorage } from "./file-storage.js";
export type { FileStorageOptions } from "./open-descriptor.js";
export { zlibCodec } from "./zlib-codec.js";
export { zstdEncoder } from "./zstd-encoder.js";
