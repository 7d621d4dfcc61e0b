import type { Datatype, FilterDescription } from "@hdfive/format";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";
import { FILTER_IDS } from "../pipeline/filters/built-in.js";
import type { Task } from "../task.js";
import type { DatasetOptions } from "./create-dataset.js";
import { fillValueOf } from "./dataset-info.js";
import type { FileContext } from "./file-context.js";
import type { FilterSetting } from "./filter-settings.js";

/** Options that say which filters there are: one of them stands for all. */
const FILTER_OPTIONS = [
  "compression",
  "compressionOptions",
  "filters",
  "scaleOffset",
  "nbit",
  "shuffle",
  "fletcher32",
] as const;
const FILL_TIMES = { alloc: "alloc", never: "never", "if-set": "ifset" } as const;

/** The options that make a dataset like another one; those that are given come first. */
export function* optionsLike(
  context: FileContext,
  { address, dataspace, datatype, layout, fill, filters }: DatasetHeader,
  given: DatasetOptions,
): Task<DatasetOptions> {
  const { dimensions, maxDimensions } = dataspace;
  const own: DatasetOptions = { dtype: datatype, fillTime: FILL_TIMES[fill.fillTime] };
  if (dataspace.type === "null") {
    return { ...own, ...given };
  }
  const isChunked = layout.class === "chunked" && given.chunks !== false && given.chunks === undefined;
  const grows = maxDimensions?.some((most, axis) => most !== dimensions[axis]) ?? false;
  const named = FILTER_OPTIONS.some((option) => given[option] !== undefined);
  return {
    ...own,
    ...(given.data === undefined ? { shape: dimensions } : {}),
    ...(isChunked ? { chunks: layout.chunkShape } : {}),
    ...(grows && maxDimensions !== null ? { maxShape: maxDimensions } : {}),
    ...(fill.defined === "user" && given.dtype === undefined
      ? { fillValue: yield* fillValueOf(context, address) }
      : {}),
    ...(named || filters.length === 0 ? {} : { filters: filters.map((filter) => settingOf(filter, datatype)) }),
    ...given,
  };
}

/** What makes a filter of a new dataset as it is in another one: the values that its client data was made from. */
function settingOf({ id, flags, clientData }: FilterDescription, datatype: Datatype): FilterSetting {
  const optional = (flags & 1) !== 0;
  switch (id) {
    case FILTER_IDS.shuffle:
      return clientData[0] === datatype.size ? { id, optional } : { id, optional, options: [...clientData] };
    case FILTER_IDS.nbit:
    case FILTER_IDS.lzf:
      return { id, optional };
    case FILTER_IDS.scaleOffset:
      return { id, optional, options: [scaleFactor(clientData, datatype)] };
    case FILTER_IDS.szip:
      return { id, optional, options: clientData.slice(0, 2).map((value, i) => (i === 0 ? value & 0x24 : value)) };
    default:
      return { id, optional, options: [...clientData] };
  }
}

function scaleFactor(clientData: readonly number[], datatype: Datatype): number {
  const factor = (clientData[1] ?? 0) | 0;
  return datatype.class === "floating-point" || factor > 0 ? factor : 0;
}
