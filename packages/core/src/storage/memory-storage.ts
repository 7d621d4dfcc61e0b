import { HdfiveError } from "@hdfive/format";
import type { Storage } from "./storage.js";

/** A growing buffer as storage: a file that lives in memory. */
export class MemoryStorage implements Storage {
  readonly name: string;
  #bytes: Uint8Array<ArrayBuffer>;
  #size: number;
  #closed = false;

  /** Starts with the bytes of a file image, which are copied on the first write that must grow them, or empty. */
  constructor(image: Uint8Array<ArrayBuffer> = new Uint8Array(0), name = "memory") {
    this.#bytes = image;
    this.#size = image.length;
    this.name = name;
  }

  get size(): number {
    return this.#size;
  }

  /** The bytes of the file as they stand, as a view on the storage's own memory. */
  image(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#size);
  }

  async read(offset: number, into: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<number> {
    signal?.throwIfAborted();
    return this.readSync(offset, into);
  }

  readSync(offset: number, into: Uint8Array<ArrayBuffer>): number {
    this.#guard();
    const end = Math.min(offset + into.length, this.#size);
    if (end <= offset) {
      return 0;
    }
    into.set(this.#bytes.subarray(offset, end));
    return end - offset;
  }

  async write(offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.writeSync(offset, bytes);
  }

  writeSync(offset: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.#guard();
    this.#grow(offset + bytes.length);
    this.#bytes.set(bytes, offset);
  }

  async truncate(size: number): Promise<void> {
    this.truncateSync(size);
  }

  truncateSync(size: number): void {
    this.#guard();
    if (size < this.#size) {
      this.#bytes.fill(0, size, this.#size);
      this.#size = size;
    } else {
      this.#grow(size);
    }
  }

  async flush(): Promise<void> {
    this.flushSync();
  }

  flushSync(): void {
    this.#guard();
  }

  async close(): Promise<void> {
    this.closeSync();
  }

  closeSync(): void {
    this.#closed = true;
  }

  #grow(size: number): void {
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(size, 2 * this.#bytes.length, 4096));
      larger.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = larger;
    }
    this.#size = Math.max(this.#size, size);
  }

  #guard(): void {
    if (this.#closed) {
      throw new HdfiveError("CLOSED", `The storage ${this.name} is closed`, { path: this.name });
    }
  }
}
