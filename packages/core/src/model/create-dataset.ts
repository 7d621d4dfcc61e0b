import {
  type Dataspace,
  type Datatype,
  type FillValue,
  type FilterDescription,
  HdfiveError,
  type Layout,
} from "@hdfive/format";
import {
  type DtypeLike,
  elementCount,
  fillBytes,
  type HeapWriter,
  hasHeapData,
  inferDatatype,
  memoryType,
  shapeText,
  userArray,
} from "../array/index.js";
import { chunkedLayout } from "../engine/chunk-index/choose-index.js";
import { allocateImplicit } from "../engine/chunk-index/implicit-chunks.js";
import type { NewDataset } from "../engine/datasets/dataset-header.js";
import type { Tx } from "../engine/transaction/tx.js";
import { heapWriter } from "../pipeline/write-source.js";
import { type CommittedType, type StoredType, storedType } from "./committed-type.js";
import { dataspaceOf } from "./dataspace.js";
import type { FileContext } from "./file-context.js";
import type { FilterSettings } from "./filter-settings.js";
import { describeFilters, type PluginCodecs, requestFilters } from "./plan-filters.js";
import { checkMaxShape, flatLayout, planAllocation, planChunks, planExternal, planLayout } from "./plan-storage.js";
import type { StorageSettings } from "./storage-settings.js";

/** How a dataset is made; the names are those of h5py's `create_dataset`, in camel case. */
export interface DatasetOptions<D extends DtypeLike = DtypeLike> extends FilterSettings, StorageSettings {
  /** Extent of each axis; the shape of `data` by default, `[]` for a scalar. */
  readonly shape?: readonly number[] | number | undefined;
  /** Datatype, also one that is an object of the file; inferred from `data` by default, `float32` without data. Alone it makes a null dataspace. */
  readonly dtype?: D | CommittedType | undefined;
  /** Values to write at once. */
  readonly data?: unknown;
  /** What elements never written hold; zeros by default. */
  readonly fillValue?: unknown;
  /** When the fill value is written: on allocation, never, or on allocation if it was set (the default). */
  readonly fillTime?: "alloc" | "never" | "ifset" | undefined;
  /** Leaves it undefined what elements never written hold: we read zeros, h5py has no `fillvalue` then. */
  readonly undefinedFillValue?: boolean | undefined;
  /** Whether the order in which attributes are made is kept; then they are listed in it. */
  readonly trackOrder?: boolean | undefined;
}

/** Options of `requireDataset`: those of `createDataset`, and whether the dtype must be the very same. */
export interface RequireDatasetOptions<D extends DtypeLike = DtypeLike> extends DatasetOptions<D> {
  /** Refuse a dataset whose dtype is not exactly this one. */
  readonly exact?: boolean | undefined;
}

/** What was asked for, checked: the stored description and the data to write. */
export interface DatasetPlan extends StoredType {
  readonly dataspace: Dataspace;
  readonly layout: Layout;
  readonly filters: readonly FilterDescription[];
  readonly fillValue: unknown;
  readonly fillTime: FillValue["fillTime"];
  readonly undefinedFillValue: boolean;
  readonly external?: NewDataset["external"];
  readonly allocationTime: FillValue["allocationTime"];
  readonly data: unknown;
}

/** For elements that hold all of their data themselves. */
const NO_HEAP: HeapWriter = {
  offsetSize: 8,
  put() {
    throw invalid("A fill value with data of variable length cannot be told to a filter");
  },
};
const NULL_DATASPACE: Dataspace = { version: 2, type: "null", dimensions: [], maxDimensions: null };
const FILL_TIMES = { alloc: "alloc", never: "never", ifset: "if-set" } as const;

/**
 * Checks options and settles what they leave open, as h5py does.
 *
 * @param plugins codecs of filters that are named by their numbers; only what they store is left open without them
 */
export function planDataset(context: FileContext, options: DatasetOptions, plugins: PluginCodecs = []): DatasetPlan {
  const { data } = options;
  if (data === undefined && options.shape === undefined && options.dtype === undefined) {
    throw invalid("One of data, shape or dtype must be specified");
  }
  const like = options.dtype ?? (data === undefined ? "float32" : inferDatatype(data));
  const { datatype, committedAddress } = storedType(context, like);
  const given = typeof options.shape === "number" ? [options.shape] : options.shape;
  const shape = data === undefined ? (given ?? null) : userArray(data, datatype, given).shape;
  const requests = requestFilters(options, datatype);
  const layout = planLayout(options, requests.length > 0);
  const common = {
    datatype,
    committedAddress,
    filters: [],
    data,
    fillValue: options.fillValue,
    fillTime: planFillTime(options, datatype),
    undefinedFillValue: options.undefinedFillValue === true,
    allocationTime: planAllocation(options, layout),
  } as const;
  if (layout === "chunked" && (shape === null || shape.length === 0)) {
    const what = shape === null ? "Empty" : "Scalar";
    throw invalid(
      options.maxShape === undefined
        ? `${what} datasets don't support chunk/filter options`
        : `${what} datasets cannot be extended`,
    );
  }
  const dataspace = shape === null ? NULL_DATASPACE : dataspaceOf(shape, checkMaxShape(shape, options));
  const byteLength = shape === null ? 0 : elementCount(shape) * datatype.size;
  const external = planExternal(options, layout, byteLength);
  if (layout !== "chunked" || shape === null) {
    const flat = flatLayout(layout === "compact" ? layout : "contiguous", dataspace, datatype);
    return { ...common, dataspace, layout: flat, external };
  }
  const chunkShape = planChunks(options, shape, datatype);
  const fillValue = hasHeapData(datatype) ? null : encodeFill(datatype, options.fillValue, NO_HEAP);
  const filters = describeFilters(requests, plugins, { datatype, chunkShape, fillValue });
  const { allocationTime } = common;
  const chunks = { dataspace, filters, chunkShape, elementSize: datatype.size, allocationTime };
  return { ...common, dataspace, filters, layout: chunkedLayout(chunks, context.state.libver) };
}

function planFillTime(options: DatasetOptions, datatype: Datatype): FillValue["fillTime"] {
  const fillTime = FILL_TIMES[options.fillTime ?? "ifset"];
  if (fillTime === undefined) {
    throw invalid(`fillTime must be one of 'alloc', 'never' or 'ifset', but it is ${options.fillTime}`);
  }
  if (options.undefinedFillValue === true) {
    if (options.fillValue !== undefined && options.fillValue !== null) {
      throw invalid("A fill value cannot be given and undefined; leave one of fillValue and undefinedFillValue out");
    }
    if (options.fillTime === "alloc" || hasHeapData(datatype)) {
      throw invalid("Fill value writing on allocation set, but no fill value defined: leave undefinedFillValue out");
    }
  }
  return hasHeapData(datatype) && options.fillTime !== "ifset" ? "alloc" : fillTime;
}

/**
 * The messages of a planned dataset; a fill value with variable-length data puts it in the global heap, and what has its
 * place from the beginning gets it.
 */
export function newDataset(tx: Tx, plan: DatasetPlan): NewDataset {
  const { datatype, committedAddress, dataspace, filters, fillTime, allocationTime } = plan;
  const fill = newFill(tx, plan, { version: 2, allocationTime, fillTime });
  const stored = { datatype, committedAddress, dataspace, filters, fill, external: plan.external };
  const { layout } = plan;
  if (layout.class === "compact" && fill.value !== null && fillTime !== "never") {
    const data = layout.data.slice();
    fillBytes(data, fill.value);
    return { ...stored, layout: { ...layout, data } };
  }
  if (layout.class === "chunked" && "index" in layout && layout.index.kind === "implicit") {
    return { ...stored, layout: { ...layout, address: allocateImplicit(tx, layout, { dataspace, filters }) } };
  }
  return { ...stored, layout };
}

function newFill(
  tx: Tx,
  plan: DatasetPlan,
  common: Pick<FillValue, "version" | "allocationTime" | "fillTime">,
): FillValue {
  if (plan.fillValue === undefined || plan.fillValue === null) {
    return { ...common, defined: plan.undefinedFillValue ? "undefined" : "default", value: null };
  }
  tx.requireWritable();
  const value = encodeFill(plan.datatype, plan.fillValue, heapWriter(tx));
  return { ...common, defined: "user", value };
}

/** A fill value as an element is stored; `null` when none was given. */
function encodeFill(datatype: Datatype, fillValue: unknown, heap: HeapWriter): Uint8Array | null {
  if (fillValue === undefined || fillValue === null) {
    return null;
  }
  const flat = userArray(fillValue, datatype);
  if (elementCount(flat.shape) !== 1) {
    throw new HdfiveError(
      "SHAPE_MISMATCH",
      `The fill value must be one element, not an array of shape ${shapeText(flat.shape)}`,
    );
  }
  const value = new Uint8Array(datatype.size);
  memoryType(datatype).encode(flat.data, 0, 1, value, 0, heap);
  return value;
}

function invalid(message: string): HdfiveError {
  return new HdfiveError("INVALID_ARGUMENT", message);
}
