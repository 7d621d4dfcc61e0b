import {
  decodeLzf,
  decodeNbit,
  decodeScaleOffset,
  decodeSzip,
  encodeLzf,
  encodeNbit,
  encodeScaleOffset,
  encodeSzip,
} from "@hdfive/format/filters";
import { elementCount } from "../../array/index.js";
import type { FilterCodec } from "../filter-codec.js";
import { FILTER_IDS } from "./filter-ids.js";
import { nbitClientData } from "./nbit-client-data.js";
import { scaleOffsetClientData } from "./scale-offset-client-data.js";
import { szipClientData } from "./szip-client-data.js";

/** Revision of h5py's LZF filter, and of LZF itself. */
const LZF_REVISION = 4;
const LZF_VERSION = 0x0105;

/** LZF, the fast compression of h5py. Its client data is for people: nothing in it is needed to read. */
export const lzfCodec: FilterCodec = {
  id: FILTER_IDS.lzf,
  name: "lzf",
  decode: (bytes, { maxSize }) => decodeLzf(bytes, maxSize),
  encode: (bytes) => encodeLzf(bytes),
  clientDataFor: (_values, { datatype, chunkShape }) =>
    datatype.class === "variable-length" ? [] : [LZF_REVISION, LZF_VERSION, elementCount(chunkShape) * datatype.size],
};

/** Szip, the adaptive entropy code of CCSDS 121.0-B. The client data says how chunks are divided. */
export const szipCodec: FilterCodec = {
  id: FILTER_IDS.szip,
  name: "szip",
  decode: (bytes, { clientData, maxSize }) => decodeSzip(bytes, clientData, maxSize),
  encode: (bytes, { clientData }) => (isForElements(clientData, 4) ? encodeSzip(bytes, clientData) : null),
  clientDataFor: szipClientData,
};

/** Packing of numbers with fewer bits than their bytes have. The client data describes the datatype. */
export const nbitCodec: FilterCodec = {
  id: FILTER_IDS.nbit,
  name: "nbit",
  decode: (bytes, { clientData, maxSize }) => decodeNbit(bytes, clientData, maxSize),
  encode: (bytes, { clientData }) => (isForElements(clientData, 3) ? encodeNbit(bytes, clientData) : null),
  clientDataFor: nbitClientData,
};

/** Packing of numbers as distances from the smallest one. The client data describes the numbers. */
export const scaleOffsetCodec: FilterCodec = {
  id: FILTER_IDS.scaleOffset,
  name: "scaleoffset",
  decode: (bytes, { clientData, maxSize }) => decodeScaleOffset(bytes, clientData, maxSize),
  encode: (bytes, { clientData }) => (isForElements(clientData, 20) ? encodeScaleOffset(bytes, clientData) : null),
  clientDataFor: scaleOffsetClientData,
};

/**
 * Whether the datatype was written into the client data. libhdf5 leaves that out for data of variable length, then fails on
 * every chunk, and so stores it without the filter.
 */
function isForElements(clientData: readonly number[], least: number): boolean {
  return clientData.length >= least;
}
