import { type FilterDescription, HdfiveError, type Layout } from "@hdfive/format";
import { elementCount, guessChunk, holdsAddresses, withOffsetSize } from "../array/index.js";
import { chunkedLayout } from "../engine/chunk-index/choose-index.js";
import { type DatasetHeader, type NewDataset, requireLayout } from "../engine/datasets/dataset-header.js";
import { transfer } from "../pipeline/transfer.js";
import type { Task } from "../task.js";
import type { FileContext } from "./file-context.js";
import type { FilterSettings } from "./filter-settings.js";
import { describeFilters, pluginCodecs, requestFilters } from "./plan-filters.js";

/** How the copy of a dataset is stored, where it is not as the dataset is. */
export interface DatasetStorageSettings extends FilterSettings {
  /** Shape of a chunk, `true` to choose one, `null` for contiguous data; that of the dataset by default. */
  readonly chunks?: readonly number[] | boolean | null | undefined;
}

/** A dataset that is about to be copied. */
export interface DatasetToCopy {
  /** Path from the root group. */
  readonly path: string;
  readonly shape: readonly number[];
  readonly header: DatasetHeader;
}

/** Says how the copy of a dataset is stored; `undefined` for as the dataset is. */
export type DatasetAdapter = (dataset: DatasetToCopy) => DatasetStorageSettings | undefined;

/** What makes a copy of a dataset, its datatype standing where it is used. */
export function* copiedDataset(
  source: FileContext,
  target: FileContext,
  header: DatasetHeader,
  path: string,
  adapt: DatasetAdapter | undefined,
): Task<NewDataset> {
  const { dataspace, fill } = header;
  const datatype = withOffsetSize(header.datatype, target.state.context.offsetSize);
  const settings = adapt?.({ path, shape: dataspace.dimensions, header }) ?? {};
  const chunkShape = chunksOf(header, settings);
  const filters = yield* filtersOf(target, header, settings, chunkShape);
  if (filters.length > 0 && chunkShape === null) {
    throw new HdfiveError("INVALID_ARGUMENT", "Chunked format required for given storage options", { path });
  }
  const { value } = fill;
  const moved =
    value === null || value.length === 0 || !holdsAddresses(header.datatype)
      ? value
      : yield* transfer({ source, target, from: header.datatype, to: datatype, mapAddress: () => 0 }, value, 1);
  const elementSize = datatype.size;
  const chunks = { dataspace, filters, elementSize, allocationTime: "incremental" } as const;
  const layout =
    chunkShape === null
      ? wholeLayout(header, elementSize)
      : chunkedLayout({ ...chunks, chunkShape }, target.state.libver);
  const allocationTime = layout.class === "chunked" ? "incremental" : layout.class === "compact" ? "early" : "late";
  return { datatype, dataspace, layout, filters, fill: { ...fill, allocationTime, value: moved } };
}

/** Shape of the chunks of a copy; `null` for data that is not chunked. */
function chunksOf(
  { dataspace, datatype, layout }: DatasetHeader,
  { chunks }: DatasetStorageSettings,
): readonly number[] | null {
  const shape = dataspace.dimensions;
  const own = layout.class === "chunked" ? layout.chunkShape : null;
  if (chunks === undefined || shape.length === 0) {
    return own;
  }
  if (chunks === true) {
    return guessChunk(shape, datatype.size);
  }
  const grows = dataspace.maxDimensions?.some((most, axis) => most !== shape[axis]) ?? false;
  if (chunks === null || chunks === false) {
    // What can grow is in chunks.
    return grows ? own : null;
  }
  if (chunks.length !== shape.length || chunks.some((side) => !Number.isSafeInteger(side) || side <= 0)) {
    throw new HdfiveError("INVALID_ARGUMENT", `Chunks of ${chunks.join()} for a shape of ${shape.join()}`);
  }
  return chunks.map((side, axis) =>
    dataspace.maxDimensions?.[axis] === null
      ? side
      : Math.min(side, dataspace.maxDimensions?.[axis] ?? (shape[axis] as number)) || side,
  );
}

function* filtersOf(
  target: FileContext,
  { filters, datatype, fill }: DatasetHeader,
  settings: DatasetStorageSettings,
  chunkShape: readonly number[] | null,
): Task<readonly FilterDescription[]> {
  const { chunks: _, ...wanted } = settings;
  if (Object.values(wanted).every((value) => value === undefined)) {
    return chunkShape === null ? [] : filters;
  }
  const requests = requestFilters(wanted, datatype);
  const plugins = yield* pluginCodecs(target, wanted);
  return chunkShape === null ? [] : describeFilters(requests, plugins, { datatype, chunkShape, fillValue: fill.value });
}

/** The layout of data that is not chunked: compact stays compact. */
function wholeLayout(header: DatasetHeader, elementSize: number): Layout {
  const layout = requireLayout(header);
  const isNull = header.dataspace.type === "null";
  const size = isNull ? 0 : elementCount(header.dataspace.dimensions) * elementSize;
  return layout.class === "compact"
    ? { ...layout, data: new Uint8Array(size) }
    : { version: 3, class: "contiguous", address: null, size, dimensions: null };
}
