import {
  bytesOf,
  type DtypeLike,
  datatypesEqual,
  inferDatatype,
  type MemoryArray,
  memoryType,
  type NdArray,
  resolveSelection,
  type Scalar,
  type Selection,
  type Slice,
  toDatatype,
} from "../array/index.js";
import { type DatasetHeader, loadDataset } from "../engine/datasets/dataset-header.js";
import { readDataset } from "../pipeline/read.js";
import type { VirtualSourceInfo } from "../pipeline/virtual-data.js";
import type { Task } from "../task.js";
import type { ConvertOptions } from "./attributes.js";
import { chunkRegions } from "./chunk-regions.js";
import { type DatasetInfo, datasetInfo, fillValueOf } from "./dataset-info.js";
import { DatasetProperties } from "./dataset-properties.js";
import { type DatasetView, textView, typedView } from "./dataset-view.js";
import { appendRows, resizeTo, writeValues } from "./dataset-write.js";
import { Dimension } from "./dimensions.js";
import { iterate, iterateSync } from "./iteration.js";
import { isReadOptions, type ReadOptions, type WriteOptions } from "./read-options.js";
import { type DimensionScale, isScale, scaleOf } from "./scale-attributes.js";
import { makeScale } from "./scale-edit.js";
import {
  type ChunkBatches,
  type ChunkBatchesSync,
  type RawChunk,
  readRawChunk,
  StoredChunks,
  type WriteRawChunkOptions,
  writeRawChunk,
} from "./stored-chunks.js";
import { refreshSources, type VirtualSourcesOptions, virtualSources } from "./virtual-sources.js";

/**
 * An array of elements of one datatype, stored in a file.
 *
 * `read` and `write` take a selection of it. Every method that touches the file has a twin that does not wait, with
 * `Sync` at the end of its name.
 */
export class Dataset<D extends DtypeLike = DtypeLike> extends DatasetProperties {
  /** Whether the elements are of this dtype; then the type of what `read` gives is known. */
  is<T extends DtypeLike>(dtype: T): this is Dataset<T> {
    return datatypesEqual(this.datatype, toDatatype(dtype));
  }

  /** The axes, with their labels and the dimension scales attached to them: `dims[0].scales()`. */
  get dims(): readonly Dimension<Dataset>[] {
    const open = (...[context, header, path]: ConstructorParameters<typeof Dataset>): Dataset =>
      new Dataset(context, header, path);
    return this.shape.map((_, axis) => new Dimension<Dataset>(this, axis, open));
  }

  /** Whether the dataset is a dimension scale: the coordinates along axes of other datasets. */
  isScale(): Promise<boolean> {
    return this.run(() => this.context.transact((tx) => isScale(tx, this.address)));
  }
  /** As `isScale`, without waiting. */
  isScaleSync(): boolean {
    return this.runSync(() => this.context.transact((tx) => isScale(tx, this.address)));
  }

  /** What the dataset says of itself as a dimension scale; `null` when it is none. */
  scale(): Promise<DimensionScale | null> {
    return this.run(() => this.context.transact((tx) => scaleOf(tx, this.address)));
  }
  /** As `scale`, without waiting. */
  scaleSync(): DimensionScale | null {
    return this.runSync(() => this.context.transact((tx) => scaleOf(tx, this.address)));
  }

  /**
   * Makes the dataset a dimension scale, of which `name` is what axes call it, or gives a scale another name.
   *
   * @throws HdfiveError `WRONG_KIND` for a dataset that has scales itself.
   */
  makeScale(name = ""): Promise<void> {
    return this.run(() => this.context.change((tx) => makeScale(tx, this.address, name)));
  }
  /** As `makeScale`, without waiting. */
  makeScaleSync(name = ""): void {
    this.runSync(() => this.context.change((tx) => makeScale(tx, this.address, name)));
  }

  /** The shape of what a read of a selection gives, of which nothing is read. */
  selectionShape(selection: Selection): readonly number[] {
    return resolveSelection(selection, this.shape).shape;
  }

  /** The dataset as it looks when its elements are read as another dtype: `asType("float64").read(slice(10))`. */
  asType<T extends DtypeLike>(dtype: T): DatasetView<T> {
    return typedView(this, dtype);
  }

  /**
   * A dataset of strings as text of an encoding that `TextDecoder` knows, whatever its datatype says: `asString("latin1")`.
   * Without one it is what `read` gives.
   */
  asString(encoding?: string): DatasetView<"string"> {
    return textView(this, encoding);
  }

  /**
   * Reads a selection; all of the dataset without one: `read()`, `read({ as: "float64" })`, `read([0, slice(10)])`,
   * `read(slice(10), { fields: ["x", "y"] })`.
   *
   * @throws HdfiveError `OUT_OF_RANGE`, `INVALID_ARGUMENT` for a selection that makes no sense, `MISSING_FILTER`,
   *   `CORRUPT`, `UNSUPPORTED`, `ABORTED`.
   */
  read<T extends DtypeLike = D>(selection?: Selection, options?: ReadOptions<T>): Promise<NdArray<T>>;
  /** Reads all of the dataset. */
  read<T extends DtypeLike = D>(options: ReadOptions<T>): Promise<NdArray<T>>;
  read<T extends DtypeLike = D>(
    first: Selection | ReadOptions<T> = null,
    options: ReadOptions<T> = {},
  ): Promise<NdArray<T>> {
    return isReadOptions(first)
      ? this.run(() => this.#read<T>(null, first), first.signal)
      : this.run(() => this.#read<T>(first, options), options.signal);
  }
  /** As `read`, without waiting. */
  readSync<T extends DtypeLike = D>(selection?: Selection, options?: ReadOptions<T>): NdArray<T>;
  /** As `read`, without waiting. */
  readSync<T extends DtypeLike = D>(options: ReadOptions<T>): NdArray<T>;
  readSync<T extends DtypeLike = D>(
    first: Selection | ReadOptions<T> = null,
    options: ReadOptions<T> = {},
  ): NdArray<T> {
    return isReadOptions(first)
      ? this.runSync(() => this.#read<T>(null, first))
      : this.runSync(() => this.#read<T>(first, options));
  }

  /**
   * Writes values into a selection, all of the dataset without one. Values of fewer axes are repeated as in numpy.
   *
   * Typed arrays of another kind are clamped as HDF5 does; plain numbers must fit.
   */
  write(values: unknown, selection: Selection = null, options: WriteOptions = {}): Promise<void> {
    return this.run(() => writeValues(this.context, this.address, values, selection, options.progress), options.signal);
  }
  /** As `write`, without waiting. */
  writeSync(values: unknown, selection: Selection = null, { progress }: WriteOptions = {}): void {
    this.runSync(() => writeValues(this.context, this.address, values, selection, progress));
  }

  /** Changes the shape, within `maxShape`. What is cut off is lost; what is added holds the fill value. */
  resize(shape: readonly number[]): Promise<void> {
    return this.run(() => resizeTo(this.context, this.address, shape));
  }
  /** As `resize`, without waiting. */
  resizeSync(shape: readonly number[]): void {
    this.runSync(() => resizeTo(this.context, this.address, shape));
  }

  /** Adds values at the end of the first axis: one row, of the shape of the other axes, or an array of rows. */
  append(values: unknown, options: WriteOptions = {}): Promise<void> {
    return this.run(() => appendRows(this.context, this.address, values, options.progress), options.signal);
  }
  /** As `append`, without waiting. */
  appendSync(values: unknown, { progress }: WriteOptions = {}): void {
    this.runSync(() => appendRows(this.context, this.address, values, progress));
  }

  /** The value of elements never written; zero, an empty string and the like when the file sets none. */
  fillValue({ as }: ConvertOptions = {}): Promise<Scalar | NdArray> {
    return this.run(() => fillValueOf(this.context, this.address, as));
  }
  /** As `fillValue`, without waiting. */
  fillValueSync({ as }: ConvertOptions = {}): Scalar | NdArray {
    return this.runSync(() => fillValueOf(this.context, this.address, as));
  }

  /**
   * Where the chunks are that a selection touches, all that are stored without one: batches of them, in the order of the
   * index. Of chunks not stored nothing is given; changed ones are stored first.
   *
   * @throws HdfiveError `NOT_CHUNKED`
   */
  chunkInfo(selection: Selection = null, { signal }: { readonly signal?: AbortSignal } = {}): ChunkBatches {
    const batches = new StoredChunks(this.context, this.address, selection);
    return iterate(() => this.run(() => batches.next(), signal));
  }
  /** As `chunkInfo`, without waiting. */
  chunkInfoSync(selection: Selection = null): ChunkBatchesSync {
    const batches = new StoredChunks(this.context, this.address, selection);
    return iterateSync(() => this.runSync(() => batches.next()));
  }

  /**
   * A chunk as it is stored, its filters not undone; `offset` is its first element on each axis.
   *
   * @throws HdfiveError `NOT_CHUNKED`, `OUT_OF_RANGE`, `INVALID_ARGUMENT` for an element that no chunk begins with,
   *   `NOT_FOUND` when the chunk is not stored.
   */
  readRawChunk(offset: readonly number[], { signal }: { readonly signal?: AbortSignal } = {}): Promise<RawChunk> {
    return this.run(() => readRawChunk(this.context, this.address, offset), signal);
  }
  /** As `readRawChunk`, without waiting. */
  readRawChunkSync(offset: readonly number[]): RawChunk {
    return this.runSync(() => readRawChunk(this.context, this.address, offset));
  }

  /**
   * Stores a chunk as it is given, past the filters: h5py's `write_direct_chunk`. `offset` is its first element on each axis,
   * `filterMask` has bit `i` set where filter `i` was not applied. Nobody looks at the bytes before they are read.
   *
   * @throws HdfiveError `NOT_CHUNKED`, `OUT_OF_RANGE`, `INVALID_ARGUMENT` for an element that no chunk begins with,
   *   `SHAPE_MISMATCH` for a chunk without filters that is not of the size of one.
   */
  writeRawChunk(
    offset: readonly number[],
    data: Uint8Array,
    { filterMask = 0, signal }: WriteRawChunkOptions = {},
  ): Promise<void> {
    return this.run(() => writeRawChunk(this.context, this.address, offset, data, filterMask), signal);
  }
  /** As `writeRawChunk`, without waiting. */
  writeRawChunkSync(offset: readonly number[], data: Uint8Array, { filterMask = 0 }: WriteRawChunkOptions = {}): void {
    this.runSync(() => writeRawChunk(this.context, this.address, offset, data, filterMask));
  }

  /**
   * What the chunks, stored or not, share with a region: a selection for each, in row-major order. The region is a slice for
   * each axis, with steps of 1; axes left out are taken whole. Nothing is read.
   *
   * @throws HdfiveError `NOT_CHUNKED`, `INVALID_ARGUMENT` for another kind of selection.
   */
  iterChunks(region: Selection = null): Generator<readonly Slice[], void, undefined> {
    return chunkRegions(this.shape, this.chunks, region);
  }

  /**
   * What a virtual dataset is made of, in the order in which later parts cover earlier ones. With `state` each source is
   * looked for: whether it is present, missing, refused by the resolver, or there and unreadable.
   *
   * @throws HdfiveError `WRONG_KIND` when the dataset is not virtual.
   */
  virtualSources(options: VirtualSourcesOptions = {}): Promise<readonly VirtualSourceInfo[]> {
    return this.run(() => virtualSources(this.context, this.address, options), options.signal);
  }
  /** As `virtualSources`, without waiting. */
  virtualSourcesSync(options: VirtualSourcesOptions = {}): readonly VirtualSourceInfo[] {
    return this.runSync(() => virtualSources(this.context, this.address, options));
  }

  /**
   * Looks again at the sources of a virtual dataset, in other files as they are now: its shape follows those of unlimited
   * mappings. Does nothing for other datasets.
   */
  refresh(): Promise<void> {
    return this.run(() => refreshSources(this.context, this.address));
  }
  /** As `refresh`, without waiting. */
  refreshSync(): void {
    this.runSync(() => refreshSources(this.context, this.address));
  }

  /** What is stored about the dataset. Counts chunks as they stand in the file: changed ones are stored first. */
  info(): Promise<DatasetInfo> {
    return this.run(() => datasetInfo(this.context, this.address));
  }
  /** As `info`, without waiting. */
  infoSync(): DatasetInfo {
    return this.runSync(() => datasetInfo(this.context, this.address));
  }

  *#load(): Task<DatasetHeader> {
    return yield* this.context.transact((tx) => loadDataset(tx, this.address));
  }

  *#read<T extends DtypeLike>(
    selection: Selection,
    { as, fields, into, missing, progress }: ReadOptions<T>,
  ): Task<NdArray<T>> {
    const target = as ?? (into === undefined || bytesOf(into) === null ? undefined : this.#ownType(into, fields));
    return yield* readDataset<T>(this.context, yield* this.#load(), selection, {
      as: target,
      fields,
      into,
      missing,
      progress,
    });
  }

  /** The dtype of the caller's typed array, where it is not what a read of this dataset gives anyway. */
  #ownType(into: MemoryArray, fields: ReadOptions["fields"]): DtypeLike | undefined {
    const natural = memoryType(this.datatype, undefined, fields).allocate(0);
    return natural.constructor === into.constructor ? undefined : inferDatatype(into);
  }
}
