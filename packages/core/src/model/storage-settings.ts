import type { FillValue } from "@hdfive/format";

/** How the data of a new dataset is stored. */
export interface StorageSettings {
  /** Shape of a chunk; `true` chooses one. Datasets that can grow or have filters are always chunked. */
  readonly chunks?: readonly number[] | number | boolean | undefined;
  /** Most elements per axis, `null` for no limit. */
  readonly maxShape?: readonly (number | null)[] | undefined;
  /**
   * `"contiguous"` in one piece, `"chunked"`, or `"compact"` in the header of the dataset, for less than 64 KiB that cannot
   * grow. By default chunked where another option needs it, else contiguous.
   */
  readonly layout?: "compact" | "contiguous" | "chunked" | undefined;
  /**
   * When space is taken for the data: all of it at once (`"early"`), all of it with the first write (`"late"`, the default
   * of contiguous data), or chunk by chunk (`"incremental"`, that of chunked data).
   */
  readonly allocationTime?: FillValue["allocationTime"] | undefined;
  /**
   * Other files that hold the data, in order: the name of each, where the data begins in it and how many bytes it holds, in
   * the last one `null` for no limit. A single name stands for all of a file. They are written where `resolve` gives
   * storages that can be written.
   */
  readonly external?: string | readonly (readonly [name: string, offset: number, size: number | null])[] | undefined;
}
