import type { FilterCodec } from "@hdfive/core";
import { decodeZstd } from "./zstd-frame.js";

/** Zstandard, filter 32015: a frame of RFC 8878. The client data value is the level. Only read. Registered Filter Plugins, 32015. */
export const zstdCodec: FilterCodec = {
  id: 32015,
  name: "zstd",
  decode: (bytes, { maxSize }) => decodeZstd(bytes, maxSize),
};
