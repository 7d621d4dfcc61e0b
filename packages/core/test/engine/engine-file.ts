import { commit } from "../../src/engine/file/commit.js";
import type { NewFileSettings } from "../../src/engine/file/create.js";
import { createFileState } from "../../src/engine/file/create.js";
import { openFileState } from "../../src/engine/file/open.js";
import { type Operation, transact } from "../../src/engine/transaction/drive.js";
import type { FileState } from "../../src/engine/transaction/file-state.js";
import { MemoryStorage } from "../../src/storage/memory-storage.js";
import { perform, runAsync, runSync, type Task } from "../../src/task.js";
import { StormStorage } from "./storm-storage.js";

/** The engine over one file, in the same way over a storage that answers at once and over one that never does. */
export interface EngineFile {
  readonly state: FileState;
  readonly storage: MemoryStorage | StormStorage;
  do<T>(operation: Operation<T>): Promise<T> | T;
  /** Writes everything and returns the file's bytes. */
  image(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Caches that keep nothing from one operation to the next. */
const NO_CACHE = { blockBytes: 0, nodeBytes: 0 };

export async function newFile(storm: boolean, settings?: NewFileSettings): Promise<EngineFile> {
  const storage = storm ? new StormStorage() : new MemoryStorage();
  const options = { writable: true, ...(storm ? NO_CACHE : {}) };
  return over(storage, await run(storm, createFileState(storage, options, settings)));
}

export async function openFile(image: Uint8Array<ArrayBuffer>, storm = false): Promise<EngineFile> {
  const storage = storm ? new StormStorage(image.slice()) : new MemoryStorage(image.slice());
  const options = { writable: true, ...(storm ? NO_CACHE : {}) };
  return over(storage, await run(storm, openFileState(storage, options)));
}

/** Opens as `openFile` for reading only, with caches. */
export async function openCounted(
  image: Uint8Array<ArrayBuffer>,
): Promise<EngineFile & { readonly storage: StormStorage }> {
  const storage = new StormStorage(image);
  const state = await runAsync(openFileState(storage, { writable: false }));
  return { ...over(storage, state), storage };
}

function over(storage: MemoryStorage | StormStorage, state: FileState): EngineFile {
  const storm = storage instanceof StormStorage;
  return {
    state,
    storage,
    do: <T>(operation: Operation<T>) => (storm ? runAsync(once(state, operation)) : transact(state, operation).sync()),
    async image() {
      await run(storm, commit(state));
      return storage.image().slice();
    },
  };
}

function* once<T>(state: FileState, operation: Operation<T>): Task<T> {
  return yield* perform(transact(state, operation));
}

async function run<T>(storm: boolean, task: Task<T>): Promise<T> {
  return storm ? runAsync(task) : runSync(task);
}
