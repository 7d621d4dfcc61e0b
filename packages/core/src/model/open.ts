import { HdfiveError, LIBVERS, type Libver } from "@hdfive/format";
import { createFileState } from "../engine/file/create.js";
import type { EngineOptions } from "../engine/file/new-state.js";
import { openFileState } from "../engine/file/open.js";
import type { DriverSettings } from "../engine/transaction/file-driver.js";
import { DEFAULT_LIMITS, type FileState, type Limits } from "../engine/transaction/file-state.js";
import { CodecRegistry, type FilterCodec, type LazyFilterCodec } from "../pipeline/filter-codec.js";
import { BUILT_IN_CODECS } from "../pipeline/filters/built-in.js";
import type { Plugin } from "../pipeline/plugin.js";
import { resizeStorage } from "../storage/access.js";
import { OtherFiles, type Resolve } from "../storage/other-files.js";
import type { Storage } from "../storage/storage.js";
import { perform, runAsync, runSync, type Task } from "../task.js";
import { File } from "./file.js";
import { FileSet } from "./file-set.js";
import { type FileSpaceOptions, fileSpaceInfoOf } from "./file-space.js";
import { groupSettings } from "./group-edit.js";

/**
 * How a file is opened, as in h5py.
 *
 * | mode | meaning |
 * | --- | --- |
 * | `r` | read only, must exist |
 * | `r+` | read and write, must exist |
 * | `w` | create; what was there is lost |
 * | `w-`, `x` | create; refuse what is there |
 * | `a` | read and write; create if there is nothing |
 */
export type Mode = "r" | "r+" | "w" | "w-" | "x" | "a";

/** Settings of an open file. */
export interface OpenOptions {
  /** Codecs of filters, besides and before those that are built in. */
  readonly filters?: readonly (FilterCodec | LazyFilterCodec)[] | undefined;
  /** Additions to what files can do, as `virtualDatasets()` of `@hdfive/vds`; of two for the same thing the last one counts. */
  readonly plugins?: readonly Plugin[] | undefined;
  /** Bytes of chunks kept in memory; 16 MiB by default. */
  readonly chunkCacheBytes?: number | undefined;
  /** Bytes of metadata kept in memory, once as blocks and once decoded; 16 MiB each by default. */
  readonly metadataCacheBytes?: number | undefined;
  /** Bounds on what a file can make an operation do. */
  readonly limits?: Partial<Limits> | undefined;
  /**
   * The lower bound on the versions of what is written: `"earliest"` by default, which every reader opens. A newer one
   * writes what that version of the library and later ones read: `"v108"` newer groups and headers, `"v110"` newer chunk
   * indexes, up to `"latest"`.
   */
  readonly libver?: Libver | undefined;
  /** Whether the root group of a new file keeps the order in which its links and attributes are made. */
  readonly trackOrder?: boolean | undefined;
  /** Bytes before a new file that are yours: 0 or a power of two from 512 on. */
  readonly userblockSize?: number | undefined;
  /** Half the links that a node of a group's symbol table holds in a new file, 4 by default; for groups of `"earliest"`. */
  readonly groupLeafK?: number | undefined;
  /** Half the children of a node of the B-tree of such a group in a new file; 16 by default. */
  readonly groupInternalK?: number | undefined;
  /** Half the entries of a node of a version 1 B-tree, which indexes chunks, in a new file; 32 by default. */
  readonly chunkK?: number | undefined;
  /** How a new file hands out its space, as h5py's `fs_strategy` and the like; a file that is there keeps its own way. */
  readonly fileSpace?: FileSpaceOptions | undefined;
  /**
   * Where the other files are that this file names: the targets of external links, external raw data, the members of a
   * family. A map of storages by the names that are stored, or a function that says for a name which storage, or which
   * other name, stands for it. By default they are looked for beside the file, and never outside its folder.
   */
  readonly resolve?: Resolve | undefined;
  /**
   * How the members of a file that the family, split or multi driver wrote are named, where that cannot be told from its
   * own name: `{ family: "run%05d.h5" }`, or `{ multi: "run" }` for what their names begin with. Open the first member,
   * or the one with the superblock (`-s.h5`, `-m.h5`); the others are found by themselves, by `resolve` too.
   */
  readonly driver?: DriverSettings | undefined;
  /** Opens a file although it is marked as open for writing, as one is whose writer has crashed or still runs. */
  readonly ignoreConsistencyFlags?: boolean | undefined;
  /** Stops the opening. */
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_CHUNK_CACHE = 16 * 1024 * 1024;
const MODES: readonly Mode[] = ["r", "r+", "w", "w-", "x", "a"];

/**
 * Opens the file in a storage, or makes one there.
 *
 * @throws HdfiveError `NOT_HDF5`, `TRUNCATED`, `ALREADY_EXISTS` (modes `w-` and `x`), `READ_ONLY` when the storage cannot
 *   be written, `UNSUPPORTED`, `ABORTED`.
 */
export async function openStorage(storage: Storage, mode: Mode = "r", options: OpenOptions = {}): Promise<File> {
  try {
    return await runAsync(open(storage, mode, options), options.signal);
  } catch (error) {
    if (options.signal?.aborted === true && !(error instanceof HdfiveError)) {
      const { name: path = "the storage" } = storage;
      throw new HdfiveError("ABORTED", `The opening of ${path} was aborted`, { path, cause: error });
    }
    throw error;
  }
}

/** As `openStorage`, without waiting. */
export function openStorageSync(storage: Storage, mode: Mode = "r", options: OpenOptions = {}): File {
  return runSync(open(storage, mode, options));
}

function* open(storage: Storage, mode: Mode, options: OpenOptions): Task<File> {
  if (!MODES.includes(mode)) {
    throw new HdfiveError("INVALID_ARGUMENT", `Invalid mode; must be one of ${MODES.join(", ")}`);
  }
  const { metadataCacheBytes: bytes, limits, userblockSize, libver = "earliest" } = options;
  if (!LIBVERS.includes(libver)) {
    throw new HdfiveError("INVALID_ARGUMENT", `libver must be one of ${LIBVERS.join(", ")}, not ${libver}`);
  }
  const writable = mode !== "r";
  if (writable && (storage.write === undefined || storage.writable === false)) {
    throw new HdfiveError("READ_ONLY", `${storage.name ?? "The storage"} cannot be written; open it with mode 'r'`, {
      path: storage.name,
    });
  }
  const { files = DEFAULT_LIMITS.files } = limits ?? {};
  const set = new FileSet(new OtherFiles(storage, options.resolve, files), {
    codecs: new CodecRegistry([...BUILT_IN_CODECS, ...(options.filters ?? [])]),
    chunkBytes: options.chunkCacheBytes ?? DEFAULT_CHUNK_CACHE,
    blockBytes: bytes,
    nodeBytes: bytes,
    limits,
    ignoreConsistencyFlags: options.ignoreConsistencyFlags ?? false,
    virtualData: options.plugins?.findLast((plugin) => plugin.virtualData !== undefined)?.virtualData ?? null,
  });
  const engine = { ...set.engineOptions, writable, libver };
  if (isNew(storage, mode)) {
    const fileSpace = fileSpaceInfoOf(options.fileSpace);
    const root = groupSettings(options);
    const { groupLeafK, groupInternalK, chunkK } = options;
    const btreeK = { groupLeafK, groupInternalK, chunkK };
    const state = yield* createFileState(storage, engine, { userblockSize, root, fileSpace, btreeK });
    if (storage.size > 0) {
      // Only now: settings that are refused must not cost what is there.
      yield* perform(resizeStorage(state.blocks, 0));
    }
    const context = set.first(storage, state);
    // From here on the storage holds a file that every reader opens.
    yield* context.flush();
    return new File(context);
  }
  const state = yield* openOrClose(storage, { ...engine, others: set.others, driver: options.driver });
  if (userblockSize !== undefined && userblockSize !== state.context.baseAddress) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `Requested userblock size (${userblockSize}) does not match that of existing file (${state.context.baseAddress})`,
      { path: storage.name },
    );
  }
  return new File(set.first(storage, state));
}

/** Opens a file; when that fails, members of it that were opened meanwhile are closed. */
function* openOrClose(storage: Storage, engine: EngineOptions & { readonly others: OtherFiles }): Task<FileState> {
  let state: FileState | null = null;
  try {
    state = yield* openFileState(storage, engine);
    return state;
  } finally {
    if (state === null) {
      yield* engine.others.close();
    }
  }
}

function isNew(storage: Storage, mode: Mode): boolean {
  switch (mode) {
    case "r":
    case "r+":
      return false;
    case "a":
      return storage.size === 0;
    case "w":
      return true;
    case "w-":
    case "x":
      if (storage.size > 0) {
        throw new HdfiveError(
          "ALREADY_EXISTS",
          `Unable to create file (file exists): ${storage.name ?? "the storage"}`,
          {
            path: storage.name,
          },
        );
      }
      return true;
  }
}
