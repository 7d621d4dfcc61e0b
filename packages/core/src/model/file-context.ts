import { HdfiveError } from "@hdfive/format";
import { commit, commitFreeSpace } from "../engine/file/commit.js";
import { type Operation, transact } from "../engine/transaction/drive.js";
import type { FileState } from "../engine/transaction/file-state.js";
import type { ChunkCache } from "../pipeline/chunk-cache.js";
import { makeRoom, storeChanged } from "../pipeline/chunk-store.js";
import type { CodecRegistry } from "../pipeline/filter-codec.js";
import type { OpenFile } from "../pipeline/open-file.js";
import type { VirtualData } from "../pipeline/virtual-data.js";
import { closeStorage, flushStorage, resizeStorage } from "../storage/access.js";
import type { FilePurpose } from "../storage/other-files.js";
import type { Storage } from "../storage/storage.js";
import { Lock, perform, type Task } from "../task.js";

/** Bytes that may be retired, at most, before a flush makes them free. */
const MAX_RETIRED = 32 * 1024 * 1024;
/** Structures that may be changed in memory before they are written without being asked to. */
const MAX_DIRTY_NODES = 20_000;
/** Bytes of them: a single attribute, or a block of a heap, may be of megabytes. */
const MAX_DIRTY_BYTES = 32 * 1024 * 1024;

/** The contexts of an open file and of all the files that were reached from it. */
export interface ContextSet {
  /** The context of the file in a storage, made when it is asked for first. */
  at(storage: Storage): Task<FileContext>;
  /** What reads and writes virtual datasets; `null` without a plugin for them. */
  readonly virtualData: VirtualData<OpenFile> | null;
  /** The context of a source of virtual data, kept open until it is returned; `null` when there is no such file. */
  borrow(from: FileContext, name: string): Task<FileContext | null>;
  /** Returns what `borrow` gave. */
  giveBack(storage: Storage): Task<void>;
  /** Closes the sources that nobody uses at the moment. */
  closeIdle(): Task<void>;
  /** Ends the contexts of the other files, and closes these. */
  closeOthers(): Task<void>;
}

/** What all handles of one open file share. */
export class FileContext implements OpenFile {
  readonly state: FileState;
  readonly codecs: CodecRegistry;
  readonly chunks: ChunkCache;
  readonly #set: ContextSet;
  /** Held by whoever changes the shape of a dataset: rows are appended one call after the other. */
  readonly shapeLock: Lock = new Lock();
  /** Shapes of datasets that were resized since the file was opened, by address. */
  readonly resized: Map<number, readonly number[]> = new Map();
  #isOpen = true;
  /** Counts deletions, so that a handle knows whether the object at its address is still the one it was made for. */
  #clock = 0;
  readonly #deletedAt = new Map<number, number>();

  constructor(state: FileState, codecs: CodecRegistry, chunks: ChunkCache, set: ContextSet) {
    this.#set = set;
    this.state = state;
    this.codecs = codecs;
    this.chunks = chunks;
  }

  /** Name of the file, for messages. */
  get filename(): string {
    return this.state.storage.name ?? "";
  }

  /** Whether the file has not been closed. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The moment a handle is made. */
  get now(): number {
    return this.#clock;
  }

  /** Address of the root group's object header. */
  get rootAddress(): number {
    const { rootAddress } = this.state.superblock;
    if (rootAddress === null) {
      throw new HdfiveError("CORRUPT", "superblock: the file has no root group");
    }
    return rootAddress;
  }

  /** Throws `CLOSED` after the file was closed. */
  requireOpen(): void {
    if (!this.#isOpen) {
      throw new HdfiveError("CLOSED", `The file ${this.filename} is closed`, { path: this.filename });
    }
  }

  /** Throws `NOT_FOUND` when the object a handle was made for has been deleted. */
  requireAlive(address: number, since: number, path: string): void {
    this.requireOpen();
    if ((this.#deletedAt.get(address) ?? -1) >= since) {
      throw new HdfiveError("NOT_FOUND", `The object ${path} has been deleted`, { path });
    }
  }

  /** Notes that objects are gone: their handles are dead, their chunks no longer theirs. */
  forget(addresses: Iterable<number>): void {
    for (const address of addresses) {
      this.#deletedAt.set(address, this.#clock);
      this.chunks.drop(address);
      this.resized.delete(address);
    }
    this.#clock++;
  }

  /**
   * The file that this one names, opened once for reading, and closed with the first one.
   *
   * @throws HdfiveError `NOT_FOUND` when there is no such file, and as `OtherFiles.open` and `openStorage`.
   */
  *openOther(name: string, purpose: FilePurpose): Task<FileContext> {
    const other = yield* this.otherFile(name, purpose);
    if (other === null) {
      throw new HdfiveError("NOT_FOUND", `Unable to open file "${name}" (there is none beside ${this.filename})`, {
        path: name,
      });
    }
    return other;
  }

  /** As `openOther`; `null` when there is no such file. */
  *otherFile(name: string, purpose: FilePurpose): Task<FileContext | null> {
    this.requireOpen();
    const storage = yield* perform(this.state.others.open(this.state.storage, name, purpose));
    return storage === null ? null : yield* this.#set.at(storage);
  }

  get virtualData(): VirtualData<OpenFile> | null {
    return this.#set.virtualData;
  }

  borrowSource(name: string): Task<FileContext | null> {
    this.requireOpen();
    return this.#set.borrow(this, name);
  }

  returnSource(source: OpenFile): Task<void> {
    return this.#set.giveBack(source.state.storage);
  }

  /** Closes the sources of virtual datasets: what is read next is what they hold then. */
  forgetSources(): Task<void> {
    return this.#set.closeIdle();
  }

  /** Makes the handles of this file useless, since its storage is closed. */
  end(): void {
    this.#isOpen = false;
  }

  /** Runs an engine operation. */
  *transact<T>(operation: Operation<T>): Task<T> {
    this.requireOpen();
    return yield* perform(transact(this.state, operation));
  }

  /** Runs an engine operation that changes the file, and writes out what has piled up in memory. */
  *change<T>(operation: Operation<T>): Task<T> {
    const result = yield* this.transact(operation);
    yield* this.settle();
    return result;
  }

  /** Writes out changes when more have piled up than memory should hold. */
  *settle(): Task<void> {
    const { dirtyNodes, dirtyByteLength, allocator } = this.state;
    const isMuch = dirtyNodes.size > MAX_DIRTY_NODES || dirtyByteLength > MAX_DIRTY_BYTES;
    if (isMuch || allocator.retiredBytes > MAX_RETIRED) {
      yield* commit(this.state);
    }
    yield* makeRoom(this);
  }

  /** Writes everything changed to the storage: chunks first, then structures, the superblock last. */
  *flush(): Task<void> {
    this.requireOpen();
    if (!this.state.writable) {
      return;
    }
    yield* storeChanged(this);
    yield* commit(this.state);
    yield* perform(flushStorage(this.state.storage));
  }

  /** Flushes, gives back space at the end of the file, and closes the storage; a second call does nothing. */
  *close(): Task<void> {
    if (!this.#isOpen) {
      return;
    }
    yield* this.flush();
    const { state } = this;
    if (state.commits > 0) {
      // What the flush made free may be at the end: the superblock says so before the end is cut off.
      yield* commit(state);
      yield* commitFreeSpace(state);
    }
    if (state.commits > 0 && state.storage.size > state.superblock.endOfFile) {
      yield* perform(resizeStorage(state.blocks, state.superblock.endOfFile));
    }
    this.#isOpen = false;
    yield* perform(closeStorage(state.storage));
    yield* this.#set.closeOthers();
  }
}
