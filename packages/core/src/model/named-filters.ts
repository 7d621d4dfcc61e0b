import { type Datatype, FILTER_OPTIONAL, HdfiveError } from "@hdfive/format";
import { FILTER_IDS } from "../pipeline/filters/built-in.js";
import type { FilterName, FilterSetting } from "./filter-settings.js";

/** A filter of a list, with what its settings come to. */
export interface ListedFilter {
  readonly id: number;
  readonly flags: number;
  readonly values: readonly number[];
}

const IDS: Readonly<Record<FilterName, number>> = {
  gzip: FILTER_IDS.deflate,
  deflate: FILTER_IDS.deflate,
  shuffle: FILTER_IDS.shuffle,
  fletcher32: FILTER_IDS.fletcher32,
  szip: FILTER_IDS.szip,
  nbit: FILTER_IDS.nbit,
  scaleOffset: FILTER_IDS.scaleOffset,
  lzf: FILTER_IDS.lzf,
};
const MAX_FILTER = 0xffff;
const MAX_GZIP_LEVEL = 9;
const DEFAULT_GZIP_LEVEL = 4;
/** Nearest neighbour with 8 pixels a block, as h5py has it. */
const DEFAULT_SZIP = [32, 8] as const;

/** The number of a filter that a setting names. */
export function filterId({ id }: FilterSetting): number {
  const number = typeof id === "string" ? IDS[id] : id;
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > MAX_FILTER) {
    const names = Object.keys(IDS).join(", ");
    throw invalid(`There is no filter ${id}: numbers of filters are 1 to ${MAX_FILTER}, names ${names}`);
  }
  return number;
}

/** A filter of a list: what its options leave open is what libhdf5 and h5py would take. */
export function listedFilter(setting: FilterSetting, datatype: Datatype): ListedFilter {
  const id = filterId(setting);
  const given = setting.options ?? [];
  const optional = setting.optional ?? id !== FILTER_IDS.fletcher32;
  return { id, flags: optional ? FILTER_OPTIONAL : 0, values: valuesOf(id, given, datatype) };
}

function valuesOf(id: number, given: readonly number[], datatype: Datatype): readonly number[] {
  switch (id) {
    case FILTER_IDS.shuffle:
      return given.length === 0 ? [datatype.size] : given;
    case FILTER_IDS.fletcher32:
      // As libhdf5, which writes no such dataset: a checksum would be of pointers, and leave out what they lead to.
      if (datatype.class === "variable-length") {
        throw invalid("Data of variable length is not suitable for the fletcher32 filter; leave fletcher32 out");
      }
      return given;
    case FILTER_IDS.deflate: {
      const [level = DEFAULT_GZIP_LEVEL] = given;
      if (!Number.isInteger(level) || level < 0 || level > MAX_GZIP_LEVEL) {
        throw invalid(`GZIP setting must be an integer from 0-9, not ${level}`);
      }
      return [level];
    }
    case FILTER_IDS.szip:
      return given.length === 0 ? DEFAULT_SZIP : given;
    case FILTER_IDS.scaleOffset:
      if (datatype.class !== "fixed-point" && datatype.class !== "floating-point") {
        throw invalid("scale/offset filter only supported for integer and floating-point types");
      }
      if (given.length === 0 && datatype.class === "floating-point") {
        throw invalid("integer scaleOffset must be provided for floating point types");
      }
      return given.length === 0 ? [0] : given;
    default:
      return given;
  }
}

function invalid(message: string): HdfiveError {
  return new HdfiveError("INVALID_ARGUMENT", message);
}
