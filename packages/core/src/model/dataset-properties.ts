import type { Datatype, FilterDescription } from "@hdfive/format";
import { dtypeName, elementCount, RegionReference, type Selection, storedSelectionOf } from "../array/index.js";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";
import { FILTER_IDS } from "../pipeline/filters/built-in.js";
import type { FileContext } from "./file-context.js";
import { ObjectHandle } from "./object-handle.js";
import { compressionOf, compressionOptionsOf } from "./plan-filters.js";

/** What a dataset says of itself for which nothing has to be read any more. */
export abstract class DatasetProperties extends ObjectHandle {
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

  /** Whether the elements are those of other datasets, which `virtualSources` lists. */
  get isVirtual(): boolean {
    return this.#header.layout.class === "virtual";
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

  /**
   * A reference to a part of the dataset, to be stored in datasets and attributes of its file: h5py's `regionref[…]`. All
   * selections can be kept; later changes of the shape do not move them.
   *
   * @throws HdfiveError `OUT_OF_RANGE`, `INVALID_ARGUMENT` for a selection that makes no sense
   */
  regionRef(selection: Selection = null): RegionReference {
    this.requireAlive();
    return new RegionReference(this.address, storedSelectionOf(selection, this.shape));
  }

  /** Whether the bytes of the elements are transposed before compression. */
  get shuffle(): boolean {
    return this.filters.some(({ id }) => id === FILTER_IDS.shuffle);
  }

  /** Whether a checksum is stored with each chunk. */
  get fletcher32(): boolean {
    return this.filters.some(({ id }) => id === FILTER_IDS.fletcher32);
  }
}
