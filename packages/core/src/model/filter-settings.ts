/** Filters that need no number. */
export type FilterName = "gzip" | "deflate" | "shuffle" | "fletcher32" | "szip" | "nbit" | "scaleOffset" | "lzf";

/** A filter of a new dataset, by its number or name. */
export interface FilterSetting {
  /** Registered number, 32004 is LZ4, or a name. */
  readonly id: number | FilterName;
  /**
   * Client data values, in the words of the filter. Those that have names need none: the level of gzip is 4, and what
   * describes the elements is filled in.
   */
  readonly options?: readonly number[] | undefined;
  /**
   * Whether a chunk that the filter can make nothing of is stored without it, rather than refused; true by default, but for
   * fletcher32.
   */
  readonly optional?: boolean | undefined;
}

/** The filters of a new dataset; the names are those of h5py's `create_dataset`, in camel case. */
export interface FilterSettings {
  /**
   * `"gzip"`, or a level from 0 to 9, which means the same; `"lzf"`, which is faster; `"szip"`; or the number of any filter that
   * there is a codec for.
   */
  readonly compression?: "gzip" | "lzf" | "szip" | number | null | undefined;
  /**
   * Level of gzip, 0 to 9, 4 by default; method and pixels per block of szip, `["nn", 8]` by default; client data values of a
   * filter that is named by its number.
   */
  readonly compressionOptions?: number | readonly ["nn" | "ec", number] | readonly number[] | undefined;
  /**
   * Filters by their numbers or names, in the order in which they are applied, in place of `compression`:
   * `[{ id: "shuffle" }, { id: 32015, options: [3] }, { id: "fletcher32" }]`.
   */
  readonly filters?: readonly FilterSetting[] | undefined;
  /**
   * Stores numbers as distances from the smallest one of a chunk, in as few bits as they need. Of integers, the bits of
   * each (more are taken where they are needed), or `true` or 0 for as many as a chunk needs; of floats, the decimals that
   * are kept: the rest is lost.
   */
  readonly scaleOffset?: number | true | null | undefined;
  /** Stores no padding of numbers that have fewer bits than their bytes. */
  readonly nbit?: boolean | undefined;
  /** Transposes the bytes of the elements before compression. */
  readonly shuffle?: boolean | undefined;
  /** Stores a checksum with each chunk. */
  readonly fletcher32?: boolean | undefined;
}
