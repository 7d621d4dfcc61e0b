/**
 * Zstandard, filter 32015.
 *
 * @module @hdfive/filters/zstd
 */
export { zstdCodec } from "./zstd-codec.js";
