/** A filter of a new dataset, by its number. */
export interface FilterSetting {
  /** Registered number: 32004 is LZ4. */
  readonly id: number;
  /** Client data values, in the words of the filter; none by default. */
  readonly options?: readonly number[] | undefined;
  /** Whether a chunk that the filter can make nothing of is stored without it, rather than refused; true by default. */
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
  /** Filters by their numbers, in the order in which they are applied, in place of `compression`. */
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
