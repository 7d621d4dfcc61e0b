/**
 * Blosc2, filter 32026.
 *
 * @module @hdfive/filters/blosc2
 */
export { blosc2Codec } from "./blosc2-codec.js";
