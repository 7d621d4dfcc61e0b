import { HdfiveError } from "@hdfive/format";

/** Names of filters by their numbers, as the HDF Group registers them (Registered Filter Plugins). */
const REGISTERED_FILTERS: Readonly<Record<number, string>> = {
  1: "deflate",
  2: "shuffle",
  3: "fletcher32",
  4: "szip",
  5: "nbit",
  6: "scaleoffset",
  257: "HDF Group test filter",
  305: "LZO",
  307: "bzip2",
  32000: "LZF",
  32001: "Blosc",
  32002: "MAFISC",
  32003: "Snappy",
  32004: "LZ4",
  32005: "APAX",
  32006: "CBF",
  32007: "JPEG-XR",
  32008: "bitshuffle",
  32009: "SPDP",
  32010: "LPC-Rice",
  32011: "CCSDS-123",
  32012: "JPEG-LS",
  32013: "ZFP",
  32014: "FPZIP",
  32015: "Zstandard",
  32016: "B3D",
  32017: "SZ",
  32018: "FCIDECOMP (JPEG-LS)",
  32019: "JPEG",
  32020: "VBZ",
  32021: "FAPEC",
  32022: "BitGroom",
  32023: "Granular BitRound",
  32024: "SZ3",
  32025: "Delta-Rice",
  32026: "Blosc2",
  32027: "FLAC",
  32028: "SPERR",
  32029: "TERSE/PROLIX",
  32030: "FFMPEG",
};

/** Entry points of `@hdfive/filters` that hold the codec of a filter. */
const ENTRIES: Readonly<Record<number, string>> = {
  307: "bzip2",
  32001: "blosc",
  32004: "lz4",
  32008: "bitshuffle",
  32013: "zfp",
  32015: "zstd",
  32026: "blosc2",
};

/** The error for a filter that no codec is registered for: its name, and where there is a codec, where that is. */
export function missingFilter(id: number, storedName: string): HdfiveError {
  const registered = REGISTERED_FILTERS[id];
  const names = [registered, storedName].filter((name) => name !== undefined && name !== "");
  const name = names.length === 0 ? "" : ` (${names.join("; ")})`;
  const entry = ENTRIES[id];
  const help =
    entry === undefined
      ? "pass one as { filters: [codec] }"
      : `hdfive has it; with @hdfive/core pass the codec of @hdfive/filters/${entry} as { filters: [codec] }`;
  return new HdfiveError(
    "MISSING_FILTER",
    `No codec for filter ${id}${name}: the chunk cannot be read or written without it; ${help}`,
  );
}
