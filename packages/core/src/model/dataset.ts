import type { Datatype, FilterDescription } from "@hdfive/format";
import {
  bytesOf,
  type DtypeLike,
  datatypesEqual,
  dtypeName,
  elementCount,
  inferDatatype,
  type MemoryArray,
  memoryType,
  type NdArray,
  resolveSelection,
  type Scalar,
  type Selection,
  toDatatype,
} from "../array/index.js";
import { type DatasetHeader, loadDataset } from "../engine/datasets/dataset-header.js";
import { FILTER_IDS } from "../pipeline/filters/built-in.js";
import { readDataset } from "../pipeline/read.js";
import type { Task } from "../task.js";
import type { ConvertOptions } from "./attributes.js";
import { type DatasetInfo, datasetInfo, fillValueOf } from "./dataset-info.js";
import { type DatasetView, textView, typedView } from "./dataset-view.js";
import { appendRows, resizeTo, writeValues } from "./dataset-write.js";
import { Dimension } from "./dimensions.js";
import type { FileContext } from "./file-context.js";
import { ObjectHandle } from "./object-handle.js";
import { compressionOf, compressionOptionsOf } from "./plan-filters.js";
import { isReadOptions, type ReadOptions, type WriteOptions } from "./read-options.js";
import { type DimensionScale, isScale, scaleOf } from "./scale-attributes.js";

/**
 * An array of elements of one datatype, stored in a file.
 *
 * `read` and `write` take a selection of it. Every method that touches the file has a twin that does not wait, with
 * `Sync` at the end of its name.
 */
export class Dataset<D extends DtypeLike = DtypeLike> extends ObjectHandle {
  override readonly kind = "dataset" as const;
  readonly #header: DatasetHeader;

  /** @internal */
  constructor(context: FileContext, header: DatasetHeader, path: string) {
    super(context, header.address, path);
    this.#header = header;
  }

  /** Extent of each axis; empty for a scalar. A null dataspace has none: `isNull` tells. */
  get shape(): readonly number[] {
    return this.context.resized.get(this.address) ?? this.#header.dataspace.dimensions;
  }

  /** Whether the dataset has a type but no data (a null dataspace). */
  get isNull(): boolean {
    return this.#header.dataspace.type === "null";
  }

  /** Most elements per axis; `null` for no limit. */
  get maxShape(): readonly (number | null)[] {
    return this.#header.dataspace.maxDimensions ?? this.#header.dataspace.dimensions;
  }

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements; 0 for a null dataspace. */
  get size(): number {
    return this.isNull ? 0 : elementCount(this.shape);
  }

  /** Datatype as stored, with every detail. */
  get datatype(): Datatype {
    return this.#header.datatype;
  }

  /** Name of the datatype, as numpy spells it: "float32", ">i4", "S10", "compound". */
  get dtype(): string {
    return dtypeName(this.datatype);
  }

  /** Shape of a chunk; `null` for data that is not chunked. */
  get chunks(): readonly number[] | null {
    const { layout } = this.#header;
    return layout.class === "chunked" ? layout.chunkShape : null;
  }

  /** Filters in the order in which they are applied on writing. */
  get filters(): readonly FilterDescription[] {
    return this.#header.filters;
  }

  /** `"gzip"`, `"lzf"` or `"szip"`, `null` without compression, else the number of the filter. */
  get compression(): "gzip" | "lzf" | "szip" | number | null {
    return compressionOf(this.filters);
  }

  /** Level of gzip, method and pixels per block of szip (`["nn", 8]`); `null` without them. */
  get compressionOptions(): number | readonly ["nn" | "ec", number] | null {
    return compressionOptionsOf(this.filters);
  }

  /** Decimals that are kept of floats, or bits of integers (0: as many as a chunk needs); `null` without this filter. */
  get scaleOffset(): number | null {
    const filter = this.filters.find(({ id }) => id === FILTER_IDS.scaleOffset);
    // Stored without a sign; negative numbers keep tens, hundreds and so on.
    return filter === undefined ? null : (filter.clientData[1] ?? 0) | 0;
  }

  /** Whether padding of numbers is left out of what is stored. */
  get nbit(): boolean {
    return this.filters.some(({ id }) => id === FILTER_IDS.nbit);
  }

  /** Whether the bytes of the elements are transposed before compression. */
  get shuffle(): boolean {
    return this.filters.some(({ id }) => id === FILTER_IDS.shuffle);
  }

  /** Whether a checksum is stored with each chunk. */
  get fletcher32(): boolean {
    return this.filters.some(({ id }) => id === FILTER_IDS.fletcher32);
  }

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
    return this.run(() => writeValues(this.context, this.address, values, selection), options.signal);
  }
  /** As `write`, without waiting. */
  writeSync(values: unknown, selection: Selection = null): void {
    this.runSync(() => writeValues(this.context, this.address, values, selection));
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
    return this.run(() => appendRows(this.context, this.address, values), options.signal);
  }
  /** As `append`, without waiting. */
  appendSync(values: unknown): void {
    this.runSync(() => appendRows(this.context, this.address, values));
  }

  /** The value of elements never written; zero, an empty string and the like when the file sets none. */
  fillValue({ as }: ConvertOptions = {}): Promise<Scalar | NdArray> {
    return this.run(() => fillValueOf(this.context, this.address, as));
  }
  /** As `fillValue`, without waiting. */
  fillValueSync({ as }: ConvertOptions = {}): Scalar | NdArray {
    return this.runSync(() => fillValueOf(this.context, this.address, as));
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

  *#read<T extends DtypeLike>(selection: Selection, { as, fields, into }: ReadOptions<T>): Task<NdArray<T>> {
    const target = as ?? (into === undefined || bytesOf(into) === null ? undefined : this.#ownType(into, fields));
    return yield* readDataset<T>(this.context, yield* this.#load(), selection, { as: target, fields, into });
  }

  /** The dtype of the caller's typed array, where it is not what a read of this dataset gives anyway. */
  #ownType(into: MemoryArray, fields: ReadOptions["fields"]): DtypeLike | undefined {
    const natural = memoryType(this.datatype, undefined, fields).allocate(0);
    return natural.constructor === into.constructor ? undefined : inferDatatype(into);
  }
}
