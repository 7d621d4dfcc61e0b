import { type FileSpaceInfoV1, HdfiveError } from "@hdfive/format";

/** How a new file hands out its space: h5py's `fs_strategy`, `fs_persist`, `fs_threshold` and `fs_page_size`. */
export interface FileSpaceOptions {
  /**
   * `fsm` (the default), `aggregate` and `none` differ in what libhdf5 keeps in mind while it has the file open. With `page`
   * metadata and data lie in pages of their own, which suits storages that are read in blocks.
   */
  readonly strategy?: "fsm" | "page" | "aggregate" | "none" | undefined;
  /**
   * Whether the file keeps lists of its free space when it is closed, so that whoever opens it next goes on using that
   * space; for `fsm` and `page`.
   */
  readonly persist?: boolean | undefined;
  /** Smallest piece of free space that is kept in mind, in bytes; 1 by default. */
  readonly threshold?: number | undefined;
  /** Bytes of a page, from 512 to 2^30; 4096 by default. */
  readonly pageSize?: number | undefined;
}

const STRATEGIES = { fsm: "fsm-aggr", page: "page", aggregate: "aggr", none: "none" } as const;
/** Lists that a file has room for: one for each kind of data, small and large. Section IV.A.2.x. */
const MANAGERS = 12;
const DEFAULT_PAGE_SIZE = 4096;
const SMALLEST_PAGE = 512;
const LARGEST_PAGE = 2 ** 30;

/**
 * The message that says how a new file hands out its space; `undefined` where that is the default, which is not said.
 *
 * @throws HdfiveError `INVALID_ARGUMENT`
 */
export function fileSpaceInfoOf(options: FileSpaceOptions | undefined): FileSpaceInfoV1 | undefined {
  if (options === undefined) {
    return undefined;
  }
  const { strategy = "fsm", persist = false, threshold = 1, pageSize = DEFAULT_PAGE_SIZE } = options;
  if (!Object.hasOwn(STRATEGIES, strategy)) {
    throw invalid(`strategy must be one of ${Object.keys(STRATEGIES).join(", ")}, not ${strategy}`);
  }
  if (!Number.isSafeInteger(threshold) || threshold < 0) {
    throw invalid(`threshold must be a number of bytes, not ${threshold}`);
  }
  if (!Number.isSafeInteger(pageSize) || pageSize < SMALLEST_PAGE || pageSize > LARGEST_PAGE) {
    throw invalid(`pageSize must be from ${SMALLEST_PAGE} to ${LARGEST_PAGE} bytes, not ${pageSize}`);
  }
  if (persist && strategy !== "fsm" && strategy !== "page") {
    throw invalid(`strategy ${strategy} keeps no lists of free space`);
  }
  if (strategy === "fsm" && !persist && threshold === 1 && pageSize === DEFAULT_PAGE_SIZE) {
    return undefined;
  }
  return {
    version: 1,
    strategy: STRATEGIES[strategy],
    persist,
    threshold,
    pageSize,
    pageEndThreshold: 0,
    endBeforeManagers: null,
    managers: persist ? new Array<null>(MANAGERS).fill(null) : [],
  };
}

function invalid(problem: string): HdfiveError {
  return new HdfiveError("INVALID_ARGUMENT", `fileSpace: ${problem}`);
}
