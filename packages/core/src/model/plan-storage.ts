import { type Dataspace, type Datatype, type FillValue, HdfiveError, type Layout } from "@hdfive/format";
import { elementCount, guessChunk, shapeText } from "../array/index.js";
import { type ExternalFile, externalCapacity } from "../engine/datasets/external-files.js";
import { MAX_MESSAGE_PAYLOAD } from "../engine/object-header/message-packing.js";
import type { StorageSettings } from "./storage-settings.js";

/** The classes of layout that a new dataset may have. */
type LayoutName = NonNullable<StorageSettings["layout"]>;

/** What compact data shares its message with: version, class, size. File Format Specification, section IV.A.2.i. */
const COMPACT_OVERHEAD = 4;
/** The message counts files in 16 bits, and is one of less than 64 KiB. */
const MAX_FILES = 2048;
const DEFAULT_TIMES = { compact: "early", contiguous: "late", chunked: "incremental" } as const;
const ALLOCATION_TIMES: readonly unknown[] = ["early", "late", "incremental"];

/** The class of layout that options come to. */
export function planLayout(settings: StorageSettings, hasFilters: boolean): LayoutName {
  const { chunks = false, maxShape, layout } = settings;
  const wantsChunks = hasFilters || maxShape !== undefined || chunks !== false;
  if (layout !== undefined && !Object.keys(DEFAULT_TIMES).includes(layout)) {
    throw invalid(`layout must be 'compact', 'contiguous' or 'chunked', but it is ${layout}`);
  }
  if (wantsChunks && layout !== undefined && layout !== "chunked") {
    throw invalid(`Chunked format required for given storage options, but the layout is to be ${layout}`);
  }
  return layout ?? (wantsChunks ? "chunked" : "contiguous");
}

/** When the storage of a layout is allocated. */
export function planAllocation({ allocationTime }: StorageSettings, layout: LayoutName): FillValue["allocationTime"] {
  const time = allocationTime ?? DEFAULT_TIMES[layout];
  if (!ALLOCATION_TIMES.includes(time)) {
    throw invalid(`allocationTime must be one of 'early', 'late' or 'incremental', but it is ${time}`);
  }
  if (layout === "compact" && time !== "early") {
    throw invalid(`Compact data stands in the header from the beginning: allocationTime cannot be '${time}'`);
  }
  if (layout === "contiguous" && time === "incremental") {
    throw invalid("Contiguous data has its space as a whole: allocationTime cannot be 'incremental'");
  }
  return time;
}

/** The layout of data in one piece, in the header of its dataset or elsewhere. */
export function flatLayout(layout: "compact" | "contiguous", dataspace: Dataspace, { size }: Datatype): Layout {
  const byteLength = dataspace.type === "null" ? 0 : elementCount(dataspace.dimensions) * size;
  if (!Number.isSafeInteger(byteLength)) {
    throw invalid(
      `A contiguous dataset of shape ${shapeText(dataspace.dimensions)} has more than 2^53 bytes; chunk it`,
    );
  }
  if (layout === "contiguous") {
    return { version: 3, class: layout, address: null, size: byteLength, dimensions: null };
  }
  const most = MAX_MESSAGE_PAYLOAD - COMPACT_OVERHEAD;
  if (byteLength > most) {
    throw new HdfiveError(
      "LIMIT",
      `Compact data of ${byteLength} bytes does not fit in the header of a dataset, which holds ${most}: leave the layout out`,
    );
  }
  return { version: 3, class: layout, data: new Uint8Array(byteLength), dimensions: null };
}

/** The files that hold the data of a dataset of so many bytes, checked; `null` where its own file does. */
export function planExternal(
  { external }: StorageSettings,
  layout: LayoutName,
  byteLength: number,
): readonly ExternalFile[] | null {
  if (external === undefined) {
    return null;
  }
  if (layout !== "contiguous") {
    throw invalid(`Data in other files is contiguous there: it cannot be ${layout}`);
  }
  const given = typeof external === "string" ? ([[external, 0, null]] as const) : external;
  const files = given.map(([name, offset, size]) => ({ name, offset, size }));
  for (const [i, { name, offset, size }] of files.entries()) {
    const isLast = i === files.length - 1;
    if (typeof name !== "string" || name === "" || name.includes("\0")) {
      throw invalid(`${JSON.stringify(name)} is no name of a file`);
    }
    if (
      !Number.isSafeInteger(offset) ||
      offset < 0 ||
      !(size === null ? isLast : Number.isSafeInteger(size) && size > 0)
    ) {
      throw invalid(`The data in "${name}" cannot begin at ${offset} with ${size ?? "unlimited"} bytes`);
    }
  }
  if (files.length === 0 || files.length > MAX_FILES || externalCapacity(files) < byteLength) {
    throw invalid(`${files.length} other files do not hold the ${byteLength} bytes of the dataset`);
  }
  return files;
}

/** The most elements per axis, checked; `null` where a dataset stays as it is. */
export function checkMaxShape(
  shape: readonly number[],
  { maxShape }: StorageSettings,
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

/** The shape of the chunks of a dataset of this shape. */
export function planChunks(
  { chunks, maxShape }: StorageSettings,
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
