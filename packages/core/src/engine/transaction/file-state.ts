import type {
  FileSpaceInfo,
  FilterDescription,
  FormatContext,
  Libver,
  NodeCodec,
  SharedMessageTableMessage,
  Superblock,
} from "@hdfive/format";
import type { BlockCache } from "../../storage/block-cache.js";
import type { OtherFiles } from "../../storage/other-files.js";
import type { Storage } from "../../storage/storage.js";
import type { Lock } from "../../task.js";
import type { Allocator } from "./allocator.js";
import type { DerivedCache } from "./derived-cache.js";
import type { FileDriver } from "./file-driver.js";
import type { NodeCache } from "./node-cache.js";

/** Bounds on what a file can make an operation do. */
export interface Limits {
  /** Soft and external links followed in one path; libhdf5 allows 16. */
  readonly links: number;
  /** Other files, which this one names, that are open at the same time. */
  readonly files: number;
  /** Structures looked at by one operation; chunks that one read touches, and waits for the storage, are counted too. */
  readonly work: number;
  /** Datatypes inside datatypes; a few hundred are the most that a stack bears. */
  readonly depth: number;
  /** Bytes of one chunk without filters, which is also the most that a filter may make of what is stored. */
  readonly chunkBytes: number;
  /** Bytes of the result of one read, variable-length data included; memory given as `into` is not counted. */
  readonly readBytes: number;
}

/**
 * Safe limits for files from anywhere.
 *
 * A few bytes can declare any shape, so what a read may allocate is bounded: by 4 GiB, which is what one typed array holds
 * on every engine. Chunks of more than 1 GiB are valid and nobody's friends.
 */
export const DEFAULT_LIMITS: Limits = {
  links: 16,
  files: 256,
  work: 10_000_000,
  depth: 64,
  chunkBytes: 2 ** 30,
  readBytes: 2 ** 32 - 1,
};

/**
 * Undoes the filters of a block of metadata, at once: filters themselves are no business of the engine.
 *
 * @param filterMask bit i set: filter i was not applied
 * @param byteLength bytes that there must be without filters
 */
export type Unfilter = (
  filters: readonly FilterDescription[],
  stored: Uint8Array,
  filterMask: number,
  byteLength: number,
) => Uint8Array;

/** A structure changed since the last flush. */
export interface DirtyNode {
  readonly codec: NodeCodec<unknown>;
  readonly value: unknown;
}

/** Such a structure with the bytes that were counted for it; what stands at one address keeps its size. */
export interface CountedNode extends DirtyNode {
  readonly byteLength: number;
}

/** Which global heap collection is being filled: new objects go there while there is room. */
export interface HeapCursor {
  /** Address of the collection; `null` for none yet. */
  readonly collectionAddress: number | null;
}

/** Everything the engine knows of one open file. Operations change it only through a transaction. */
export interface FileState {
  readonly storage: Storage;
  /** The files that this one names, shared with those that it was reached from. */
  readonly others: OtherFiles;
  readonly blocks: BlockCache;
  readonly nodes: NodeCache;
  /** Object headers put together from their blocks, worked out from the first block. */
  readonly headers: DerivedCache;
  /** What the headers of datasets say, worked out from the header put together. */
  readonly datasets: DerivedCache;
  /** Links of dense groups in the order in which they are listed, worked out from the header of their index. */
  readonly linkOrders: DerivedCache;
  /** Undoes filters of metadata. */
  readonly unfilter: Unfilter;
  allocator: Allocator;
  readonly limits: Limits;
  readonly writable: boolean;
  /** The lower bound on the versions of new structures. */
  readonly libver: Libver;
  context: FormatContext;
  superblock: Superblock;
  /** Where the table of shared messages is; `null` in a file without one. */
  sharedMessages: SharedMessageTableMessage | null;
  /** Whether the superblock changed since the last flush. */
  superblockDirty: boolean;
  /** Structures changed since the last flush, by address. */
  readonly dirtyNodes: Map<number, CountedNode>;
  /** Bytes changed since the last flush, by the address of the block they are in. */
  readonly dirtyBlocks: Map<number, Uint8Array<ArrayBuffer>>;
  /** Bytes of both, as they will be written: what the changes take in memory, more or less. */
  dirtyByteLength: number;
  /** Of those, the blocks changed since the flush that is under way began. */
  readonly touchedBlocks: Set<number>;
  /** Addresses allocated since the last flush: nothing on disk refers to them yet. */
  readonly fresh: Set<number>;
  /** The global heap collection that is being filled. */
  heapCursor: HeapCursor;
  /** Flushes that wrote something. */
  commits: number;
  /** Held by whoever writes to the storage in several steps. */
  readonly writeLock: Lock;
  /** The driver that the file says it was written with; `null` for none. */
  driver: FileDriver | null;
  /** How the file hands out its space; `null` when it does not say. */
  fileSpace: FileSpaceInfo | null;
  /** Why this file cannot be written although its storage can; `null` when it can. */
  readOnlyReason: string | null;
}
