import type { FieldSize, FileSpaceInfo, FileSpaceStrategy } from "@hdfive/format";
import { SUPERBLOCK_FLAGS } from "@hdfive/format";
import type { FileDriver } from "../engine/transaction/file-driver.js";
import type { FileState } from "../engine/transaction/file-state.js";
import type { GroupInfo } from "./group-read.js";

/** How a file hands out its space, as `h5py.File(fs_strategy=…)` sets it. */
export interface FileSpace {
  readonly strategy: FileSpaceStrategy;
  /** Whether the file keeps lists of its free space. */
  readonly persist: boolean;
  /** Smallest piece of free space that is tracked, in bytes. */
  readonly threshold: number;
  /** Bytes of a page, which only the page strategy uses. */
  readonly pageSize: number;
}

/** What is stored about a whole file, and what has been asked of its storage. */
export interface FileInfo extends GroupInfo {
  readonly superblockVersion: 0 | 1 | 2 | 3;
  readonly offsetSize: FieldSize;
  readonly lengthSize: FieldSize;
  /** Bytes before the superblock. */
  readonly userblockSize: number;
  readonly groupLeafK: number;
  readonly groupInternalK: number;
  readonly chunkK: number;
  /** Bytes of the file, userblock included; of all members together where it has several. */
  readonly fileSize: number;
  /** Bytes inside the file that were freed since it was opened. */
  readonly freeSpace: number;
  /** How the file hands out its space; the default of HDF5 where it does not say. */
  readonly fileSpace: FileSpace;
  /** The driver that the file says it was written with, and its members; `null` for a plain file. */
  readonly driver: FileDriver | null;
  /** Indexes of messages that objects share. */
  readonly sharedMessageIndexCount: number;
  /** Marks of a writer in the superblock: it has the file open, or left it so. */
  readonly consistencyFlags: { readonly writeAccess: boolean; readonly swmrWrite: boolean };
  /** Why the file cannot be written although it may be; `null` when it can. */
  readonly readOnlyReason: string | null;
  /** Requests made to the storage so far, and the bytes they brought. */
  readonly reads: { readonly requests: number; readonly bytes: number };
}

const DEFAULT_PAGE_SIZE = 4096;
const DEFAULT_SPACE: FileSpace = { strategy: "fsm-aggr", persist: false, threshold: 1, pageSize: DEFAULT_PAGE_SIZE };
/** What the strategies of version 0 became. */
const FORMER_STRATEGIES = { 1: "fsm-aggr", 2: "fsm-aggr", 3: "aggr", 4: "none" } as const;

/** What is stored about a whole file, with what is known of its root group. */
export function fileInfo(state: FileState, group: GroupInfo): FileInfo {
  const { superblock, context, storage, allocator, blocks, driver, sharedMessages, readOnlyReason } = state;
  const { offsetSize, lengthSize, groupLeafK, groupInternalK, chunkK } = context;
  return {
    ...group,
    superblockVersion: superblock.version,
    offsetSize,
    lengthSize,
    groupLeafK,
    groupInternalK,
    chunkK,
    userblockSize: context.baseAddress,
    fileSize: storage.size,
    freeSpace: allocator.freeBytes,
    fileSpace: spaceOf(state.fileSpace),
    driver,
    sharedMessageIndexCount: sharedMessages?.indexCount ?? 0,
    consistencyFlags: {
      writeAccess: (superblock.flags & SUPERBLOCK_FLAGS.writeAccess) !== 0,
      swmrWrite: (superblock.flags & SUPERBLOCK_FLAGS.swmrWrite) !== 0,
    },
    readOnlyReason,
    reads: blocks.counts,
  };
}

function spaceOf(info: FileSpaceInfo | null): FileSpace {
  if (info === null) {
    return DEFAULT_SPACE;
  }
  if (info.version === 0) {
    const strategy = FORMER_STRATEGIES[info.strategy];
    return { strategy, persist: info.strategy === 1, threshold: info.threshold, pageSize: DEFAULT_PAGE_SIZE };
  }
  const { strategy, persist, threshold, pageSize } = info;
  return { strategy, persist, threshold, pageSize };
}
