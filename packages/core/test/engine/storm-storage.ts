import { MemoryStorage } from "../../src/storage/memory-storage.js";
import type { Storage } from "../../src/storage/storage.js";

/** A storage in memory that answers nothing at once, and counts how often somebody had to wait for it. */
export class StormStorage implements Storage {
  readonly name = "storm";
  readonly #inner: MemoryStorage;
  #inFlight = 0;
  waits = 0;
  requests = 0;

  constructor(image?: Uint8Array<ArrayBuffer>) {
    this.#inner = new MemoryStorage(image);
  }

  get size(): number {
    return this.#inner.size;
  }

  image(): Uint8Array<ArrayBuffer> {
    return this.#inner.image();
  }

  async read(offset: number, into: Uint8Array<ArrayBuffer>): Promise<number> {
    this.requests++;
    if (this.#inFlight++ === 0) {
      this.waits++;
    }
    await Promise.resolve();
    this.#inFlight--;
    return this.#inner.readSync(offset, into);
  }

  async write(offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await Promise.resolve();
    this.#inner.writeSync(offset, bytes);
  }

  async truncate(size: number): Promise<void> {
    await Promise.resolve();
    this.#inner.truncateSync(size);
  }

  async flush(): Promise<void> {
    await Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }
}
