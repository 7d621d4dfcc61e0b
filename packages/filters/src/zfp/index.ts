/**
 * ZFP, filter 32013.
 *
 * @module @hdfive/filters/zfp
 */
export { zfpCodec } from "./zfp-codec.js";
