import {
  contextOf,
  DEFAULT_CONTEXT,
  type FieldSize,
  HDF5_SIGNATURE,
  HdfiveError,
  isSignature,
  type Libver,
  Reader,
  type Superblock,
  superblock as superblockCodec,
} from "@hdfive/format";
import { BlockCache } from "../../storage/block-cache.js";
import type { ByteRange } from "../../storage/ranges.js";
import type { Storage } from "../../storage/storage.js";
import { type Effect, Lock, perform, type Task } from "../../task.js";
import { createGroup } from "../groups/symbol-table.js";
import { Allocator } from "../transaction/allocator.js";
import { DerivedCache } from "../transaction/derived-cache.js";
import { transact } from "../transaction/drive.js";
import { DEFAULT_LIMITS, type FileState, type Limits } from "../transaction/file-state.js";
import { NodeCache } from "../transaction/node-cache.js";
import { readExtension } from "./superblock-extension.js";

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
}

/** Settings of a new file. File Format Specification, section II.A. */
export interface NewFileSettings {
  /** Bytes before the superblock that are the user's: 0 or a power of two from 512 on. */
  readonly userblockSize?: number | undefined;
  /** Size of offsets and of lengths, in bytes. */
  readonly fieldSize?: FieldSize | undefined;
}

const DEFAULT_BLOCK_BYTES = 16 * 1024 * 1024;
const DEFAULT_NODE_BYTES = 16 * 1024 * 1024;
const FIRST_DOUBLING = 512;
/** The largest superblock: version 1 with 8-byte fields, 100 bytes. */
const MAX_SUPERBLOCK = 128;
/** Status flags: bit 0 open for writing, bit 2 for single-writer access. */
const OPEN_FLAGS = 0x05;
const HAS_FLAG_CHECK = 3;

/** Opens the file in a storage: finds its superblock, reads what the extension says, and checks that we may go on. */
export function* openFileState(storage: Storage, options: EngineOptions): Task<FileState> {
  const blocks = new BlockCache(storage, options.blockBytes ?? DEFAULT_BLOCK_BYTES);
  const found = yield* findSuperblock(blocks);
  const bytes = yield* resident(blocks, found, MAX_SUPERBLOCK);
  const superblock = superblockCodec.decode(new Reader(bytes, superblockCodec.name, 0), DEFAULT_CONTEXT);
  const stored = superblock.endOfFile - superblock.baseAddress;
  if (storage.size < found + stored) {
    throw new HdfiveError(
      "TRUNCATED",
      `truncated file: ${storage.name ?? "it"} has ${storage.size} bytes, its superblock says ${found + stored}`,
      { path: storage.name },
    );
  }
  if (superblock.version >= HAS_FLAG_CHECK && (superblock.flags & OPEN_FLAGS) !== 0) {
    throw new HdfiveError(
      "UNSUPPORTED",
      "The file is marked as open for writing: another program has it open, or crashed while it had. " +
        "If no other program uses it, `h5clear -s` clears the mark",
      { path: storage.name },
    );
  }
  const state = newState(
    storage,
    blocks,
    { ...superblock, baseAddress: found, endOfFile: found + stored },
    found,
    options,
  );
  const extension = yield* perform(transact(state, readExtension));
  state.context = extension.context;
  state.readOnlyReason = extension.readOnlyReason;
  return state;
}

function newState(
  storage: Storage,
  blocks: BlockCache,
  superblock: Superblock,
  foundAt: number,
  options: EngineOptions,
): FileState {
  return {
    storage,
    blocks,
    nodes: new NodeCache(options.nodeBytes ?? DEFAULT_NODE_BYTES),
    headers: new DerivedCache(),
    datasets: new DerivedCache(),
    allocator: new Allocator(superblock.endOfFile - foundAt),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    writable: options.writable,
    libver: options.libver ?? "earliest",
    context: contextOf(superblock, foundAt),
    superblock,
    superblockDirty: false,
    dirtyNodes: new Map(),
    dirtyBlocks: new Map(),
    touchedBlocks: new Set(),
    fresh: new Set(),
    heapCursor: { collectionAddress: null },
    commits: 0,
    writeLock: new Lock(),
    readOnlyReason: null,
  };
}

/** Makes the state of a new, empty file over an empty storage: superblock version 0 and a root group, as h5py writes. */
export function* createFileState(
  storage: Storage,
  options: EngineOptions,
  settings: NewFileSettings = {},
): Task<FileState> {
  const { userblockSize = 0, fieldSize = 8 } = settings;
  if (userblockSize !== 0 && (userblockSize < FIRST_DOUBLING || !Number.isInteger(Math.log2(userblockSize)))) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `The userblock size must be 0 or a power of two from 512 on, not ${userblockSize}`,
    );
  }
  const { groupLeafK, groupInternalK, chunkK } = DEFAULT_CONTEXT;
  const draft: Superblock = {
    version: 0,
    offsetSize: fieldSize,
    lengthSize: fieldSize,
    groupLeafK,
    groupInternalK,
    chunkK,
    flags: 0,
    baseAddress: userblockSize,
    extensionAddress: null,
    endOfFile: userblockSize,
    driverInfoAddress: null,
    rootAddress: null,
    rootEntry: null,
  };
  const size = superblockCodec.sizeOf(draft, DEFAULT_CONTEXT);
  const blocks = new BlockCache(storage, options.blockBytes ?? DEFAULT_BLOCK_BYTES);
  const state = newState(storage, blocks, { ...draft, endOfFile: userblockSize + size }, userblockSize, options);
  const root = yield* perform(transact(state, createGroup));
  state.superblock = {
    ...state.superblock,
    rootAddress: root.headerAddress,
    rootEntry: {
      nameOffset: 0,
      headerAddress: root.headerAddress,
      cache: { type: "group", btreeAddress: root.btreeAddress, heapAddress: root.heapAddress },
    },
  };
  state.superblockDirty = true;
  return state;
}

/** Where the superblock starts: at 0, 512, 1024, 2048, … File Format Specification, section II.A. */
function* findSuperblock(blocks: BlockCache): Task<number> {
  const { storage } = blocks;
  for (
    let offset = 0;
    offset + HDF5_SIGNATURE.length <= storage.size;
    offset = offset === 0 ? FIRST_DOUBLING : 2 * offset
  ) {
    if (isSignature(yield* resident(blocks, offset, HDF5_SIGNATURE.length))) {
      return offset;
    }
  }
  const why = storage.size === 0 ? "it is empty" : "file signature not found";
  throw new HdfiveError("NOT_HDF5", `${storage.name ?? "The storage"} is not an HDF5 file (${why})`, {
    path: storage.name,
  });
}

function* resident(blocks: BlockCache, offset: number, length: number): Task<Uint8Array> {
  const pins = new Set<number>();
  yield* perform(loadBlocks(blocks, [{ start: offset, end: offset + length }], pins));
  const bytes = blocks.peek(offset, length)?.slice() ?? new Uint8Array(0);
  blocks.release(pins);
  return bytes;
}

function loadBlocks(blocks: BlockCache, ranges: readonly ByteRange[], pins: Set<number>): Effect<void> {
  return {
    async: (signal) => (blocks.isSync ? blocks.loadSync(ranges, pins) : blocks.load(ranges, pins, signal)),
    sync: () => blocks.loadSync(ranges, pins),
  };
}
