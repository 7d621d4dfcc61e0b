/**
 * bitshuffle, filter 32008: alone, with LZ4, or with Zstandard.
 *
 * @module @hdfive/filters/bitshuffle
 */
export { bitshuffleCodec } from "./bitshuffle-codec.js";
