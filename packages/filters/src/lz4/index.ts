/**
 * LZ4, filter 32004.
 *
 * @module @hdfive/filters/lz4
 */
export { lz4Codec } from "./lz4-codec.js";
