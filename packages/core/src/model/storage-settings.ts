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
}
