/** Filters of HDF5 that need no other library: plain functions from bytes to bytes. */
export { fletcher32 } from "./fletcher32.js";
export { shuffle, unshuffle } from "./shuffle.js";
