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
  guessChunk,
  type HeapWriter,
  hasHeapData,
  inferDatatype,
  memoryType,
  shapeText,
  userArray,
} from "../array/index.js";
import { chunkedLayout } from "../engine/chunk-index/choose-index.js";
import type { NewDataset } from "../engine/datasets/dataset-header.js";
import type { Tx } from "../engine/transaction/tx.js";
import { heapWriter } from "../pipeline/write-source.js";
import { type CommittedType, type StoredType, storedType } from "./committed-type.js";
import { dataspaceOf } from "./dataspace.js";
import type { FileContext } from "./file-context.js";
import type { FilterSettings } from "./filter-settings.js";
import { describeFilters, type PluginCodecs, requestFilters } from "./plan-filters.js";

/** How a dataset is made; the names are those of h5py's `create_dataset`, in camel case. */
export interface DatasetOptions<D extends DtypeLike = DtypeLike> extends FilterSettings {
  /** Extent of each axis; the shape of `data` by default, `[]` for a scalar. */
  readonly shape?: readonly number[] | number | undefined;
  /** Datatype, also one that is an object of the file; inferred from `data` by default, `float32` without data. Alone it makes a null dataspace. */
  readonly dtype?: D | CommittedType | undefined;
  /** Values to write at once. */
  readonly data?: unknown;
  /** Shape of a chunk; `true` chooses one. Datasets that can grow or have filters are always chunked. */
  readonly chunks?: readonly number[] | number | boolean | undefined;
  /** Most elements per axis, `null` for no limit. */
  readonly maxShape?: readonly (number | null)[] | undefined;
  /** What elements never written hold; zeros by default. */
  readonly fillValue?: unknown;
  /** When the fill value is written: on allocation, never, or on allocation if it was set (the default). */
  readonly fillTime?: "alloc" | "never" | "ifset" | undefined;
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
  readonly data: unknown;
}

/** For elements that hold all of their data themselves. */
const NO_HEAP: HeapWriter = {
  offsetSize: 8,
  put() {
    throw invalid("A fill value with data of variable length cannot be told to a filter");
  },
};
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
  const fillTime = FILL_TIMES[options.fillTime ?? "ifset"];
  if (fillTime === undefined) {
    throw invalid(`fillTime must be one of 'alloc', 'never' or 'ifset', but it is ${options.fillTime}`);
  }
  const common = {
    datatype,
    committedAddress,
    filters: [],
    data,
    fillValue: options.fillValue,
    fillTime: hasHeapData(datatype) && options.fillTime !== "ifset" ? "alloc" : fillTime,
  } as const;
  const wantsChunks = requests.length > 0 || options.maxShape !== undefined || (options.chunks ?? false) !== false;
  if (shape === null || shape.length === 0) {
    if (wantsChunks) {
      const what = shape === null ? "Empty" : "Scalar";
      throw invalid(
        options.maxShape === undefined
          ? `${what} datasets don't support chunk/filter options`
          : `${what} datasets cannot be extended`,
      );
    }
    const dataspace: Dataspace =
      shape === null ? { version: 2, type: "null", dimensions: [], maxDimensions: null } : dataspaceOf([], null);
    return { ...common, dataspace, layout: contiguous(shape === null ? 0 : datatype.size) };
  }
  const dataspace = dataspaceOf(shape, checkMaxShape(shape, options.maxShape));
  if (!wantsChunks) {
    const byteLength = elementCount(shape) * datatype.size;
    if (!Number.isSafeInteger(byteLength)) {
      throw invalid(`A contiguous dataset of shape ${shapeText(shape)} has more than 2^53 bytes; chunk it`);
    }
    return { ...common, dataspace, layout: contiguous(byteLength) };
  }
  const chunkShape = planChunks(options, shape, datatype);
  const fillValue = hasHeapData(datatype) ? null : encodeFill(datatype, options.fillValue, NO_HEAP);
  const filters = describeFilters(requests, plugins, { datatype, chunkShape, fillValue });
  const chunks = { dataspace, filters, chunkShape, elementSize: datatype.size, allocationTime: "incremental" } as const;
  return { ...common, dataspace, filters, layout: chunkedLayout(chunks, context.state.libver) };
}

/** The messages of a planned dataset; a fill value with variable-length data puts it in the global heap. */
export function newDataset(tx: Tx, plan: DatasetPlan): NewDataset {
  const { datatype, committedAddress, dataspace, layout, filters, fillTime } = plan;
  const stored = { datatype, committedAddress, dataspace, layout, filters };
  const allocationTime = layout.class === "chunked" ? "incremental" : "late";
  const common = { version: 2, allocationTime, fillTime } as const;
  if (plan.fillValue === undefined || plan.fillValue === null) {
    return { ...stored, fill: { ...common, defined: "default", value: null } };
  }
  tx.requireWritable();
  const value = encodeFill(datatype, plan.fillValue, heapWriter(tx));
  return { ...stored, fill: { ...common, defined: "user", value } };
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

function contiguous(size: number): Layout {
  return { version: 3, class: "contiguous", address: null, size, dimensions: null };
}

function checkMaxShape(
  shape: readonly number[],
  maxShape: DatasetOptions["maxShape"],
): readonly (number | null)[] | null {
  if (maxShape === undefined) {
    return null;
  }
  if (maxShape.length !== shape.length) {
    throw invalid("'maxShape' must have same rank as dataset shape");
  }
  for (const [axis, most] of maxShape.entries()) {
    if (most !== null && (!Number.isSafeInteger(most) || most < (shape[axis] as number))) {
      throw invalid(`Maxdims is smaller than dims (${most} on axis ${axis}, where the shape has ${shape[axis]})`);
    }
  }
  return maxShape;
}

function planChunks(
  { chunks, maxShape }: DatasetOptions,
  shape: readonly number[],
  { size }: Datatype,
): readonly number[] {
  if (chunks === false) {
    throw invalid("Chunked format required for given storage options");
  }
  if (chunks === undefined || chunks === true) {
    return guessChunk(shape, size);
  }
  const given = typeof chunks === "number" ? [chunks] : [...chunks];
  if (given.length !== shape.length) {
    throw invalid("'chunks' must have same rank as dataset shape");
  }
  for (const [axis, extent] of given.entries()) {
    if (!Number.isSafeInteger(extent) || extent <= 0) {
      throw invalid(`All chunk dimensions must be positive (not ${extent})`);
    }
    const most = maxShape === undefined ? (shape[axis] as number) : (maxShape[axis] ?? null);
    if (most !== null && extent > most) {
      throw invalid(
        `Chunk shape must not be greater than data shape in any dimension. ${shapeText(given)} is not compatible with ${shapeText(shape)}`,
      );
    }
  }
  return given;
}

function invalid(message: string): HdfiveError {
  return new HdfiveError("INVALID_ARGUMENT", message);
}
