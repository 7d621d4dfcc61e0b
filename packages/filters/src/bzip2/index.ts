/**
 * bzip2, filter 307.
 *
 * @module @hdfive/filters/bzip2
 */
export { bzip2Codec } from "./bzip2-codec.js";
