import { contextOf, type Libver, type Superblock, UnsupportedError } from "@hdfive/format";
import { BlockCache } from "../../storage/block-cache.js";
import { OtherFiles } from "../../storage/other-files.js";
import type { Storage } from "../../storage/storage.js";
import { Lock } from "../../task.js";
import { Allocator } from "../transaction/allocator.js";
import { DerivedCache } from "../transaction/derived-cache.js";
import type { DriverSettings } from "../transaction/file-driver.js";
import type { FileState, Limits, Unfilter } from "../transaction/file-state.js";
import { limitsOf } from "../transaction/limits.js";
import { NodeCache } from "../transaction/node-cache.js";

/** How the engine opens a file. */
export interface EngineOptions {
  /** Whether the file will be written. */
  readonly writable: boolean;
  /** The lower bound on the versions of new structures; `"earliest"` by default. */
  readonly libver?: Libver | undefined;
  /** Bytes of metadata blocks kept in memory. */
  readonly blockBytes?: number | undefined;
  /** Bytes, as stored, of decoded structures kept in memory. */
  readonly nodeBytes?: number | undefined;
  /** Bounds on what a file can make an operation do. */
  readonly limits?: Partial<Limits> | undefined;
  /** How the members of a file are found where its name does not say it. */
  readonly driver?: DriverSettings | undefined;
  /** Whether a file that is marked as open for writing is opened all the same. */
  readonly ignoreConsistencyFlags?: boolean | undefined;
  /** Undoes filters of metadata; without it such metadata is refused. */
  readonly unfilter?: Unfilter | undefined;
  /** The files that this one names, when they are shared with another; its own otherwise. */
  readonly others?: OtherFiles | undefined;
}

/** Bytes kept of links of dense groups in the order in which they are listed. */
const LINK_ORDER_BYTES = 32 * 1024 * 1024;
const DEFAULT_BLOCK_BYTES = 16 * 1024 * 1024;
const DEFAULT_NODE_BYTES = 16 * 1024 * 1024;

/** The cache of blocks of a file. */
export function newBlocks(storage: Storage, options: EngineOptions): BlockCache {
  return new BlockCache(storage, options.blockBytes ?? DEFAULT_BLOCK_BYTES);
}

/** The state of a file of which nothing has been read but the superblock, which was found at `foundAt`. */
export function newState(
  storage: Storage,
  blocks: BlockCache,
  superblock: Superblock,
  foundAt: number,
  options: EngineOptions,
): FileState {
  const limits = limitsOf(options.limits);
  return {
    storage,
    others: options.others ?? new OtherFiles(storage, undefined, limits.files),
    blocks,
    nodes: new NodeCache(options.nodeBytes ?? DEFAULT_NODE_BYTES),
    headers: new DerivedCache(),
    datasets: new DerivedCache(),
    linkOrders: new DerivedCache(LINK_ORDER_BYTES),
    unfilter: options.unfilter ?? noFilters,
    allocator: new Allocator(superblock.endOfFile - foundAt),
    limits,
    writable: options.writable,
    libver: options.libver ?? "earliest",
    context: { ...contextOf(superblock, foundAt), datatypeDepth: limits.depth },
    superblock,
    sharedMessages: null,
    superblockDirty: false,
    dirtyNodes: new Map(),
    dirtyBlocks: new Map(),
    dirtyByteLength: 0,
    touchedBlocks: new Set(),
    fresh: new Set(),
    heapCursor: { collectionAddress: null },
    commits: 0,
    writeLock: new Lock(),
    readOnlyReason: null,
    driver: null,
    fileSpace: null,
  };
}

function noFilters(): never {
  throw new UnsupportedError("filtered fractal heap", "the file was opened without filters");
}
