import { HdfiveError, type Libver } from "@hdfive/format";
import { createFileState } from "../engine/file/create.js";
import type { GroupSettings } from "../engine/groups/new-group.js";
import { DEFAULT_LIMITS } from "../engine/transaction/file-state.js";
import type { CodecRegistry } from "../pipeline/filter-codec.js";
import { resizeStorage } from "../storage/access.js";
import { OtherFiles } from "../storage/other-files.js";
import type { Storage } from "../storage/storage.js";
import { perform, type Task } from "../task.js";
import type { FileContext } from "./file-context.js";
import { FileSet } from "./file-set.js";

/** What a new file takes over from another one. */
export interface NewFile {
  readonly libver: Libver | undefined;
  readonly userblockSize: number;
  /** What the root group is like. */
  readonly root: GroupSettings;
}

/** Changed chunks held in memory: who fills a file goes past them. */
const CHUNK_CACHE = 1024 * 1024;

/** Makes a file in a storage, with the codecs of another one; what was there is lost. */
export function* createIn(
  storage: Storage,
  codecs: CodecRegistry,
  { libver, ...settings }: NewFile,
): Task<FileContext> {
  if (storage.write === undefined || storage.writable === false) {
    throw new HdfiveError("READ_ONLY", `${storage.name ?? "The storage"} cannot be written`, { path: storage.name });
  }
  const common = {
    codecs,
    chunkBytes: CHUNK_CACHE,
    blockBytes: undefined,
    nodeBytes: undefined,
    limits: undefined,
    ignoreConsistencyFlags: false,
    virtualData: null,
  };
  const set = new FileSet(new OtherFiles(storage, undefined, DEFAULT_LIMITS.files), common);
  const engine = { ...set.engineOptions, writable: true, libver: libver ?? "earliest" };
  const state = yield* createFileState(storage, engine, settings);
  if (storage.size > 0) {
    yield* perform(resizeStorage(state.blocks, 0));
  }
  return set.first(storage, state);
}
