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
  type Scalar,
  type Selection,
  toDatatype,
  valuesFor,
} from "../array/index.js";
import { type DatasetHeader, loadDataset } from "../engine/datasets/dataset-header.js";
import { FILTER_IDS } from "../pipeline/filters/built-in.js";
import { readDataset } from "../pipeline/read.js";
import { resizeDataset } from "../pipeline/resize.js";
import { writeDataset } from "../pipeline/write.js";
import { writeUnderWay } from "../storage/storage.js";
import type { Task } from "../task.js";
import { appended } from "./append.js";
import type { ConvertOptions } from "./attributes.js";
import { type DatasetInfo, datasetInfo, fillValueOf } from "./dataset-info.js";
import type { FileContext } from "./file-context.js";
import { ObjectHandle } from "./object-handle.js";
import { compressionOf, compressionOptionsOf } from "./plan-filters.js";

/** How a read is done. */
export interface ReadOptions<D extends DtypeLike = DtypeLike> {
  /**
   * Converts numbers on their way, by HDF5's rules: what does not fit is clamped. `"raw"` gives a `Uint8Array` per element,
   * its bytes as they are stored.
   */
  readonly as?: D | undefined;
  /**
   * The fields of a compound to read; the others are neither converted nor given memory. A list of names gives a compound
   * of them in its order, one name the plain array of that field, which `as` then converts. Names are those of the
   * compound itself: to pick fields of a compound inside it, give `as` a compound.
   */
  readonly fields?: string | readonly string[] | undefined;
  /** Memory of yours to fill instead of new one; it must have exactly the elements of the selection. */
  readonly into?: MemoryArray | undefined;
  /** Stops the read. */
  readonly signal?: AbortSignal | undefined;
}

/** How a write is done. */
export interface WriteOptions {
  /** Stops the write; what was written before stays. */
  readonly signal?: AbortSignal | undefined;
}

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
    return this.run(() => this.#write(values, selection), options.signal);
  }
  /** As `write`, without waiting. */
  writeSync(values: unknown, selection: Selection = null): void {
    this.runSync(() => this.#write(values, selection));
  }

  /** Changes the shape, within `maxShape`. What is cut off is lost; what is added holds the fill value. */
  resize(shape: readonly number[]): Promise<void> {
    return this.run(() => this.#resize(shape));
  }
  /** As `resize`, without waiting. */
  resizeSync(shape: readonly number[]): void {
    this.runSync(() => this.#resize(shape));
  }

  /** Adds values at the end of the first axis: one row, of the shape of the other axes, or an array of rows. */
  append(values: unknown, options: WriteOptions = {}): Promise<void> {
    return this.run(() => this.#append(values), options.signal);
  }
  /** As `append`, without waiting. */
  appendSync(values: unknown): void {
    this.runSync(() => this.#append(values));
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

  *#write(values: unknown, selection: Selection): Task<void> {
    const header = yield* this.#load();
    yield* writeDataset(this.context, header, selection, (shape) => valuesFor(values, header.datatype, shape));
    yield* this.context.settle();
  }

  #resize(shape: readonly number[]): Task<void> {
    return this.#changingShape(() => this.#setShape(shape));
  }

  #append(values: unknown): Task<void> {
    return this.#changingShape(() => this.#addRows(values));
  }

  /** Lets nobody else change the shape of a dataset between the steps of a task. */
  #changingShape(task: () => Task<void>): Task<void> {
    const { shapeLock, state } = this.context;
    return shapeLock.exclusive(() => writeUnderWay(state.storage), task);
  }

  *#setShape(shape: readonly number[]): Task<void> {
    yield* resizeDataset(this.context, this.address, shape);
    this.context.resized.set(this.address, [...shape]);
    yield* this.context.settle();
  }

  *#addRows(values: unknown): Task<void> {
    const header = yield* this.#load();
    const { shape, rows } = appended(header, values);
    yield* this.#setShape(shape);
    let done = false;
    try {
      yield* this.#write(values, [rows]);
      done = true;
    } finally {
      if (!done) {
        yield* this.#setShape(header.dataspace.dimensions);
      }
    }
  }
}

/** Whether what stands first is options: they have one of their names, which no selection has. */
function isReadOptions<T extends DtypeLike>(first: Selection | ReadOptions<T>): first is ReadOptions<T> {
  return (
    typeof first === "object" &&
    first !== null &&
    ("as" in first || "fields" in first || "into" in first || "signal" in first)
  );
}
