import type { EngineOptions } from "../engine/file/new-state.js";
import { openFileState } from "../engine/file/open.js";
import type { FileState, Limits } from "../engine/transaction/file-state.js";
import { ChunkCache } from "../pipeline/chunk-cache.js";
import type { CodecRegistry } from "../pipeline/filter-codec.js";
import { metadataFilters } from "../pipeline/metadata-filters.js";
import type { OpenFile } from "../pipeline/open-file.js";
import type { VirtualData } from "../pipeline/virtual-data.js";
import type { OtherFiles } from "../storage/other-files.js";
import type { Storage } from "../storage/storage.js";
import { perform, type Task } from "../task.js";
import { type ContextSet, FileContext } from "./file-context.js";
import { SourcePool } from "./source-pool.js";

/** What an open file and those reached from it have in common. */
export interface FileSettings {
  readonly codecs: CodecRegistry;
  readonly chunkBytes: number;
  readonly blockBytes: number | undefined;
  readonly nodeBytes: number | undefined;
  readonly limits: Partial<Limits> | undefined;
  readonly ignoreConsistencyFlags: boolean;
  readonly virtualData: VirtualData<OpenFile> | null;
}

/** An open file and all the files that were reached from it, each with one context however often it is named. */
export class FileSet implements ContextSet {
  readonly others: OtherFiles;
  readonly settings: FileSettings;
  readonly #contexts = new Map<Storage, FileContext>();
  readonly #sources: SourcePool;

  constructor(others: OtherFiles, settings: FileSettings) {
    this.others = others;
    this.settings = settings;
    this.#sources = new SourcePool(settings.virtualData?.maxOpenSources ?? 1);
  }

  get virtualData(): VirtualData<OpenFile> | null {
    return this.settings.virtualData;
  }

  /** How the engine opens each of them. */
  get engineOptions(): Omit<EngineOptions, "writable"> {
    return { ...this.settings, others: this.others, unfilter: metadataFilters(this.settings.codecs) };
  }

  /** Makes the context of the first file. */
  first(storage: Storage, state: FileState): FileContext {
    this.#sources.pin(storage);
    return this.#add(storage, state);
  }

  at(storage: Storage): Task<FileContext> {
    this.#sources.pin(storage);
    return this.#contextOf(storage);
  }

  *borrow({ state }: FileContext, name: string): Task<FileContext | null> {
    for (;;) {
      const storage = this.others.known(state.storage, name) ?? (yield* this.#openSource(state.storage, name));
      if (storage === null) {
        return null;
      }
      if (this.#sources.take(storage)) {
        let context: FileContext | null = null;
        try {
          context = yield* this.#contextOf(storage);
          return context;
        } finally {
          if (context === null) {
            yield* this.giveBack(storage);
          }
        }
      }
      // It was closed for others' sake just when it was found: it is opened again.
    }
  }

  *#openSource(from: Storage, name: string): Task<Storage | null> {
    this.#sources.opening++;
    try {
      yield* this.#close(this.#sources.idleBeyondRoom());
      return yield* perform(this.others.open(from, name, "virtual-dataset"));
    } finally {
      this.#sources.opening--;
    }
  }

  *giveBack(storage: Storage): Task<void> {
    this.#sources.put(storage);
    yield* this.#close(this.#sources.idleBeyondRoom());
  }

  closeIdle(): Task<void> {
    return this.#close(this.#sources.allIdle());
  }

  *#close(storages: readonly Storage[]): Task<void> {
    for (const storage of storages) {
      this.#contexts.get(storage)?.end();
      this.#contexts.delete(storage);
      yield* this.others.release(storage);
    }
  }

  *#contextOf(storage: Storage): Task<FileContext> {
    const known = this.#contexts.get(storage);
    if (known !== undefined) {
      return known;
    }
    const state = yield* openFileState(storage, { ...this.engineOptions, writable: false });
    // Somebody else may have opened it meanwhile: all handles of a file share what is known of it.
    return this.#contexts.get(storage) ?? this.#add(storage, state);
  }

  *closeOthers(): Task<void> {
    for (const context of this.#contexts.values()) {
      context.end();
    }
    this.#contexts.clear();
    yield* this.others.close();
  }

  #add(storage: Storage, state: FileState): FileContext {
    const { codecs, chunkBytes } = this.settings;
    const context = new FileContext(state, codecs, new ChunkCache(chunkBytes), this);
    this.#contexts.set(storage, context);
    return context;
  }
}
