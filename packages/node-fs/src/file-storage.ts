import { fsync, fsyncSync, ftruncate, ftruncateSync, unlinkSync } from "node:fs";
import { HdfiveError, type Storage } from "@hdfive/core";
import { fileError } from "./file-errors.js";
import {
  closeDescriptor,
  closeDescriptorSync,
  type FileStorageOptions,
  type OpenDescriptor,
  openDescriptor,
  openDescriptorSync,
} from "./open-descriptor.js";
import { readAll, readAllSync, SMALL_PIECE, writeAll, writeAllSync } from "./positional-io.js";
import { findSibling, findSiblingSync, type Sibling } from "./sibling.js";

/**
 * A file of the file system as storage, over one descriptor that is held until `close`.
 *
 * Every call carries its position, so that calls do not disturb each other. Work in the background holds the descriptor:
 * it is given back when the last call on its way has ended.
 */
export class FileStorage implements Storage {
  /** The path as it was given. */
  readonly name: string;
  /** Whether the file can be written: false for mode `r`. */
  readonly writable: boolean;
  /** Whether opening made the file, so that it was not there before. */
  readonly created: boolean;
  /** What the system says the file is (device and number). */
  readonly identity: string;
  readonly #file: OpenDescriptor;
  /** Folders that names found in this file may lead into; `null` for that of the file itself. */
  readonly #roots: readonly string[] | null;
  readonly #fsync: boolean;
  #size: number;
  #closed = false;
  /** Whether the medium may lack something that was written. */
  #unsafe: boolean;
  #running = 0;
  #whenIdle: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  private constructor(
    file: OpenDescriptor,
    { fsync = true }: FileStorageOptions,
    roots: readonly string[] | null = null,
  ) {
    this.#file = file;
    this.#roots = roots;
    this.identity = file.identity;
    this.#fsync = fsync;
    this.#size = file.size;
    this.#unsafe = file.created;
    this.name = file.path;
    this.writable = file.writable;
    this.created = file.created;
  }

  /**
   * Opens a file by its path or `file:` URL.
   *
   * @throws `NOT_FOUND`, `ALREADY_EXISTS` (modes `w-` and `x`), `READ_ONLY` where writing is not allowed, `IO`
   */
  static async open(file: string | URL, options: FileStorageOptions = {}): Promise<FileStorage> {
    return new FileStorage(await openDescriptor(file, options), options);
  }

  /** As `open`, without waiting. */
  static openSync(file: string | URL, options: FileStorageOptions = {}): FileStorage {
    return new FileStorage(openDescriptorSync(file, options), options);
  }

  /** Bytes in the file: as it was opened, and as this storage changed it. */
  get size(): number {
    return this.#size;
  }

  async read(offset: number, into: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<number> {
    signal?.throwIfAborted();
    if (into.length <= SMALL_PIECE) {
      return this.readSync(offset, into);
    }
    return this.#background("read", (descriptor) => readAll(descriptor, into, offset, () => signal?.throwIfAborted()));
  }

  readSync(offset: number, into: Uint8Array<ArrayBuffer>): number {
    return this.#atOnce("read", (descriptor) => readAllSync(descriptor, into, offset));
  }

  async write(offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (bytes.length <= SMALL_PIECE) {
      this.writeSync(offset, bytes);
      return;
    }
    this.#requireWritable();
    await this.#background("write", (descriptor) =>
      writeAll(descriptor, bytes, offset, (done) => this.#wrote(offset + done)),
    );
  }

  writeSync(offset: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.#requireWritable();
    this.#atOnce("write", (descriptor) =>
      writeAllSync(descriptor, bytes, offset, (done) => this.#wrote(offset + done)),
    );
  }

  async truncate(size: number): Promise<void> {
    this.#requireWritable();
    await this.#background("resize", (descriptor) => called((done) => ftruncate(descriptor, size, done)));
    this.#resized(size);
  }

  truncateSync(size: number): void {
    this.#requireWritable();
    this.#atOnce("resize", (descriptor) => ftruncateSync(descriptor, size));
    this.#resized(size);
  }

  async flush(): Promise<void> {
    await this.#background("flush", async (descriptor) => {
      if (this.#fsync && this.#unsafe) {
        // Cleared before: what is written meanwhile is for the next flush.
        this.#unsafe = false;
        await called((done) => fsync(descriptor, done)).catch((error: unknown) => {
          this.#unsafe = true;
          throw error;
        });
      }
    });
  }

  flushSync(): void {
    this.#atOnce("flush", (descriptor) => {
      if (this.#fsync && this.#unsafe) {
        fsyncSync(descriptor);
        this.#unsafe = false;
      }
    });
  }

  /**
   * Opens, for reading, a file that this one names: relative to its folder, and inside that folder after all symbolic
   * links; `null` when there is none. What is opened so names files relative to its own folder, and stays inside the
   * folder of the first one.
   *
   * @throws `FORBIDDEN` for a name that leads out of the folder
   */
  async sibling(name: string): Promise<FileStorage | null> {
    this.#requireOpen();
    const found = await findSibling(this.#file.absolutePath, name, this.#roots);
    return found === null ? null : this.#beside(found, await openDescriptor(found.path, {}));
  }

  /** As `sibling`, without waiting. */
  siblingSync(name: string): FileStorage | null {
    this.#requireOpen();
    const found = findSiblingSync(this.#file.absolutePath, name, this.#roots);
    return found === null ? null : this.#beside(found, openDescriptorSync(found.path, {}));
  }

  #beside({ roots }: Sibling, file: OpenDescriptor): FileStorage {
    return new FileStorage(file, {}, roots);
  }

  /** Gives the descriptor back after the work on its way; a second call does nothing more. */
  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#closing = this.#closeWhenIdle();
    }
    return this.#closing ?? Promise.resolve();
  }

  /** As `close`; when work is still on its way, the descriptor follows when that has ended. */
  closeSync(): void {
    if (!this.#closed) {
      this.#closed = true;
      if (this.#running === 0) {
        closeDescriptorSync(this.#file);
      } else {
        this.#closing = this.#closeWhenIdle();
      }
    }
  }

  /** Closes after an attempt that failed, and removes the file when opening it had made it. */
  abandon(): void {
    if (!this.#closed) {
      this.closeSync();
      if (this.created) {
        unlinkSync(this.#file.absolutePath);
      }
    }
  }

  async #closeWhenIdle(): Promise<void> {
    if (this.#running > 0) {
      await new Promise<void>((fulfil) => {
        this.#whenIdle = fulfil;
      });
    }
    await closeDescriptor(this.#file);
  }

  #atOnce<T>(action: string, work: (descriptor: number) => T): T {
    this.#requireOpen();
    try {
      return work(this.#file.descriptor);
    } catch (error) {
      throw this.#failed(action, error);
    }
  }

  async #background<T>(action: string, work: (descriptor: number) => Promise<T>): Promise<T> {
    this.#requireOpen();
    this.#running++;
    try {
      return await work(this.#file.descriptor);
    } catch (error) {
      throw this.#failed(action, error);
    } finally {
      this.#running--;
      if (this.#running === 0) {
        this.#whenIdle?.();
      }
    }
  }

  /** Errors of the system get their words; the reason of a signal stays what the caller made it. */
  #failed(action: string, error: unknown): unknown {
    const fromSystem = error instanceof Error && "code" in error && typeof error.code === "string";
    return fromSystem
      ? fileError({ action: `${action} file`, path: this.name, writes: action !== "read" }, error)
      : error;
  }

  #wrote(end: number): void {
    this.#size = Math.max(this.#size, end);
    this.#unsafe = true;
  }

  #resized(size: number): void {
    this.#size = size;
    this.#unsafe = true;
  }

  #requireOpen(): void {
    if (this.#closed) {
      throw new HdfiveError("CLOSED", `The file "${this.name}" is closed`, { path: this.name });
    }
  }

  #requireWritable(): void {
    this.#requireOpen();
    if (!this.writable) {
      const problem = "no write intent on file: it was opened with mode r";
      throw new HdfiveError("READ_ONLY", `Unable to write file "${this.name}" (${problem})`, { path: this.name });
    }
  }
}

function called(work: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((fulfil, reject) => work((error) => (error === null ? fulfil() : reject(error))));
}
