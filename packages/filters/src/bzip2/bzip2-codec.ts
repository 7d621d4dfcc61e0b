import type { FilterCodec } from "@hdfive/core";
import { decodeBzip2 } from "./bzip2-stream.js";

/** bzip2, filter 307. The client data value is the size of a block in units of 100,000 bytes. Only read. Registered Filter Plugins, 307. */
export const bzip2Codec: FilterCodec = {
  id: 307,
  name: "bzip2",
  decode: (bytes, { maxSize }) => decodeBzip2(bytes, maxSize),
};
