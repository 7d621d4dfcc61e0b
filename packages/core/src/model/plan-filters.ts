import { type Datatype, FILTER_OPTIONAL, type FilterDescription, HdfiveError } from "@hdfive/format";
import type { FilterCodec, FilterTarget } from "../pipeline/filter-codec.js";
import {
  BUILT_IN_CODECS,
  deflateCodec,
  FILTER_IDS,
  fletcher32Codec,
  shuffleCodec,
} from "../pipeline/filters/built-in.js";
import { lzfCodec, nbitCodec, scaleOffsetCodec, szipCodec } from "../pipeline/filters/pure-codecs.js";
import type { Task } from "../task.js";
import type { FileContext } from "./file-context.js";
import type { FilterSetting, FilterSettings } from "./filter-settings.js";
import { filterId, listedFilter } from "./named-filters.js";

/** A filter that was asked for, with the values given for it. */
export interface FilterRequest {
  readonly id: number;
  readonly name: string;
  readonly flags: number;
  readonly values: readonly number[];
}

/** Codecs of the filters that options name by their numbers. */
export type PluginCodecs = readonly FilterCodec[];

const DEFAULT_GZIP_LEVEL = 4;
/** As compression, numbers up to the first are levels of gzip; from the second on they are those of filters. */
const MAX_GZIP_LEVEL = 9;
const FIRST_PLUGIN = 256;
const MAX_CLIENT_VALUE = 0xffff_ffff;
const SZIP_METHODS = { ec: 4, nn: 32 } as const;
const DEFAULT_SZIP = ["nn", 8] as const;

/** The filters asked for, checked, in h5py's order: nbit or scale-offset, shuffle, compression, checksum. */
export function requestFilters(options: FilterSettings, datatype: Datatype): FilterRequest[] {
  const requests: FilterRequest[] = [];
  const add = ({ id, name }: { readonly id: number; readonly name: string }, ...values: readonly number[]): void => {
    requests.push({ id, name, flags: id === FILTER_IDS.fletcher32 ? 0 : FILTER_OPTIONAL, values });
  };
  const scaleFactor = scaleFactorOf(options, datatype);
  if (options.nbit === true) {
    if (scaleFactor !== null) {
      throw invalid("nbit and scaleOffset pack the same bits; leave one of them out");
    }
    add(nbitCodec);
  }
  if (scaleFactor !== null) {
    add(scaleOffsetCodec, scaleFactor);
  }
  if (options.shuffle === true) {
    add(shuffleCodec, datatype.size);
  }
  const { compression = null } = options;
  const plugins = pluginFilters(options);
  if (plugins.length > 0) {
    for (const setting of plugins) {
      const { id, flags, values } = listedFilter(setting, datatype);
      requests.push({ id, name: "", flags, values: values.map((value) => clientValue(id, value)) });
    }
  } else if (compression === null) {
    if (options.compressionOptions !== undefined) {
      throw invalid("Compression method must be specified");
    }
  } else if (compression === "lzf") {
    if (options.compressionOptions !== undefined) {
      throw invalid("LZF compression filter accepts no options");
    }
    add(lzfCodec);
  } else if (compression === "szip") {
    add(szipCodec, ...szipValues(options.compressionOptions ?? DEFAULT_SZIP));
  } else {
    add(deflateCodec, gzipLevel(compression, options.compressionOptions));
  }
  if (options.fletcher32 === true) {
    // As libhdf5, which writes no such dataset: a checksum would be of pointers, and leave out what they lead to.
    if (datatype.class === "variable-length") {
      throw invalid("Data of variable length is not suitable for the fletcher32 filter; leave fletcher32 out");
    }
    add(fletcher32Codec);
  }
  return requests;
}

/** What the file stores about the filters asked for, now that chunks have a shape. */
export function describeFilters(
  requests: readonly FilterRequest[],
  plugins: PluginCodecs,
  target: FilterTarget,
): FilterDescription[] {
  return requests.map(({ id, name, flags, values }) => {
    const codec = [...BUILT_IN_CODECS, ...plugins].find((known) => known.id === id);
    return {
      id,
      name: name || (codec?.name ?? ""),
      flags,
      clientData: codec?.clientDataFor?.(values, target) ?? values,
    };
  });
}

/** Brings the codecs of the filters that options name by their numbers; refuses those that cannot write. */
export function* pluginCodecs({ codecs }: FileContext, options: FilterSettings): Task<PluginCodecs> {
  const found: FilterCodec[] = [];
  for (const setting of pluginFilters(options)) {
    const id = filterId(setting);
    const codec = yield* codecs.get(id, "");
    if (codec.encode === undefined) {
      throw new HdfiveError(
        "UNSUPPORTED",
        `The codec of filter ${id} (${codec.name}) only reads: it has no \`encode\``,
      );
    }
    found.push(codec);
  }
  return found;
}

/** The filters that options name by their numbers, as `filters` or as h5py does, as the kind of compression. */
function pluginFilters({ filters, compression, compressionOptions }: FilterSettings): readonly FilterSetting[] {
  const isPlugin = typeof compression === "number" && compression >= FIRST_PLUGIN;
  if (filters !== undefined && filters.length > 0 && (compression ?? null) !== null) {
    throw invalid("filters and compression are two ways to say the same; leave one of them out");
  }
  const settings = isPlugin ? [{ id: compression, options: clientValues(compressionOptions) }] : (filters ?? []);
  for (const setting of settings) {
    filterId(setting);
  }
  return settings;
}

function clientValues(options: FilterSettings["compressionOptions"]): readonly number[] {
  return options === undefined
    ? []
    : typeof options === "number"
      ? [options]
      : options.map((value) => clientValue(0, value));
}

/** A value of client data; only the decimals of scale-offset have a sign. */
function clientValue(id: number, value: unknown): number {
  const least = id === FILTER_IDS.scaleOffset ? -0x8000_0000 : 0;
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > MAX_CLIENT_VALUE) {
    throw invalid(`Client data values of filters are integers of 32 bits without sign, not ${value}`);
  }
  return value;
}

/** Filters that are not compression, in h5py's words. */
const NOT_COMPRESSION: readonly number[] = [
  FILTER_IDS.shuffle,
  FILTER_IDS.fletcher32,
  FILTER_IDS.nbit,
  FILTER_IDS.scaleOffset,
];

/** Name of the compression of a dataset, or number of a filter that has none here; `null` without. */
export function compressionOf(filters: readonly FilterDescription[]): "gzip" | "lzf" | "szip" | number | null {
  const filter = filters.find(({ id }) => !NOT_COMPRESSION.includes(id));
  switch (filter?.id) {
    case undefined:
      return null;
    case FILTER_IDS.deflate:
      return "gzip";
    case FILTER_IDS.lzf:
      return "lzf";
    case FILTER_IDS.szip:
      return "szip";
    default:
      return filter?.id ?? null;
  }
}

/** Level of gzip, method and pixels per block of szip; `null` without them. */
export function compressionOptionsOf(
  filters: readonly FilterDescription[],
): number | readonly ["nn" | "ec", number] | null {
  const filter = filters.find(({ id }) => id === FILTER_IDS.deflate || id === FILTER_IDS.szip);
  const [first, second] = filter?.clientData ?? [];
  if (filter?.id !== FILTER_IDS.szip) {
    return first ?? null;
  }
  const method = ((first ?? 0) & SZIP_METHODS.ec) === 0 ? "nn" : "ec";
  return second === undefined ? null : [method, second];
}

function scaleFactorOf({ scaleOffset, fletcher32 }: FilterSettings, datatype: Datatype): number | null {
  if (scaleOffset === undefined || scaleOffset === null) {
    return null;
  }
  const isFloat = datatype.class === "floating-point";
  if (!isFloat && datatype.class !== "fixed-point") {
    throw invalid("scale/offset filter only supported for integer and floating-point types");
  }
  if (scaleOffset === true && isFloat) {
    throw invalid("integer scaleOffset must be provided for floating point types");
  }
  const factor = scaleOffset === true ? 0 : scaleOffset;
  if (!Number.isInteger(factor) || factor < 0) {
    throw invalid(`scale factor must be >= 0 and an integer, not ${factor}`);
  }
  if (fletcher32 === true) {
    throw invalid("fletcher32 cannot be used with potentially lossy scale/offset filter");
  }
  return factor;
}

function gzipLevel(compression: unknown, options: unknown): number {
  if (typeof compression === "number" && options !== undefined) {
    throw invalid("Conflict in compression options");
  }
  if (typeof compression !== "number" && compression !== "gzip") {
    throw new HdfiveError(
      "MISSING_FILTER",
      `Compression filter "${compression}" is unavailable; "gzip", "lzf" and "szip" are there`,
    );
  }
  const level = typeof compression === "number" ? compression : (options ?? DEFAULT_GZIP_LEVEL);
  if (typeof level !== "number" || !Number.isInteger(level) || level < 0 || level > MAX_GZIP_LEVEL) {
    throw invalid(`GZIP setting must be an integer from 0-9, not ${level}`);
  }
  return level;
}

function szipValues(options: unknown): readonly [number, number] {
  const [method, pixels]: readonly unknown[] = Array.isArray(options) ? options : [];
  if (
    !(method === "ec" || method === "nn") ||
    typeof pixels !== "number" ||
    pixels < 2 ||
    pixels > 32 ||
    pixels % 2 !== 0
  ) {
    throw invalid("SZIP options must be a pair ['ec' | 'nn', even integer 2-32]");
  }
  return [SZIP_METHODS[method], pixels];
}

function invalid(message: string): HdfiveError {
  return new HdfiveError("INVALID_ARGUMENT", message);
}
