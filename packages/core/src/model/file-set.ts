import type { EngineOptions } from "../engine/file/new-state.js";
import { openFileState } from "../engine/file/open.js";
import type { FileState, Limits } from "../engine/transaction/file-state.js";
import { ChunkCache } from "../pipeline/chunk-cache.js";
import type { CodecRegistry } from "../pipeline/filter-codec.js";
import { metadataFilters } from "../pipeline/metadata-filters.js";
import type { OtherFiles } from "../storage/other-files.js";
import type { Storage } from "../storage/storage.js";
import type { Task } from "../task.js";
import { type ContextSet, FileContext } from "./file-context.js";

/** What an open file and those reached from it have in common. */
export interface FileSettings {
  readonly codecs: CodecRegistry;
  readonly chunkBytes: number;
  readonly blockBytes: number | undefined;
  readonly nodeBytes: number | undefined;
  readonly limits: Partial<Limits> | undefined;
  readonly ignoreConsistencyFlags: boolean;
}

/** An open file and all the files that were reached from it, each with one context however often it is named. */
export class FileSet implements ContextSet {
  readonly others: OtherFiles;
  readonly settings: FileSettings;
  readonly #contexts = new Map<Storage, FileContext>();

  constructor(others: OtherFiles, settings: FileSettings) {
    this.others = others;
    this.settings = settings;
  }

  /** How the engine opens each of them. */
  get engineOptions(): Omit<EngineOptions, "writable"> {
    return { ...this.settings, others: this.others, unfilter: metadataFilters(this.settings.codecs) };
  }

  /** Makes the context of the first file. */
  first(storage: Storage, state: FileState): FileContext {
    return this.#add(storage, state);
  }

  *at(storage: Storage): Task<FileContext> {
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
