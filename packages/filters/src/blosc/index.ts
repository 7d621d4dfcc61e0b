/**
 * Blosc, filter 32001.
 *
 * @module @hdfive/filters/blosc
 */
export { bloscCodec } from "./blosc-codec.js";
