/** Filters of HDF5 that need no other library: plain functions from bytes to bytes. */
export { fletcher32 } from "./fletcher32.js";
export { decodeLzf, encodeLzf } from "./lzf.js";
export { decodeNbit, encodeNbit } from "./nbit.js";
export {
  decodeNbitParameters,
  encodeNbitParameters,
  type NbitMember,
  type NbitParameters,
  type NbitType,
} from "./nbit-parameters.js";
export { decodeScaleOffset, encodeScaleOffset } from "./scale-offset.js";
export {
  decodeScaleOffsetParameters,
  encodeScaleOffsetParameters,
  type ScaleOffsetParameters,
} from "./scale-offset-parameters.js";
export { shuffle, unshuffle } from "./shuffle.js";
export { decodeSzip, encodeSzip } from "./szip.js";
export { decodeSzipParameters, encodeSzipParameters, type SzipParameters } from "./szip-parameters.js";
