import type { Storage } from "@hdfive/core";
import { type StorageCall, WrappedStorage } from "./wrapped-storage.js";

/** What was asked of a storage, as numbers to assert. */
export interface StorageCounts {
  readonly reads: number;
  /** Bytes asked for by all reads. */
  readonly bytesRead: number;
  /** Bytes of the largest read. */
  readonly largestRead: number;
  readonly writes: number;
  readonly bytesWritten: number;
  readonly truncates: number;
  readonly flushes: number;
}

/** A storage that counts what is asked of the one behind it, and keeps the list of calls. */
export class CountingStorage extends WrappedStorage {
  readonly #log: StorageCall[];

  constructor(inner: Storage) {
    const log: StorageCall[] = [];
    super(inner, (call) => log.push(call));
    this.#log = log;
  }

  /** Calls since the beginning or the last `reset`, in order. */
  get log(): readonly StorageCall[] {
    return this.#log;
  }

  /** The calls as counts. */
  get counts(): StorageCounts {
    const of = (kind: StorageCall["kind"]): readonly StorageCall[] => this.#log.filter((call) => call.kind === kind);
    const sum = (calls: readonly StorageCall[]): number =>
      calls.reduce((total, { byteLength }) => total + byteLength, 0);
    const reads = of("read");
    const writes = of("write");
    return {
      reads: reads.length,
      bytesRead: sum(reads),
      largestRead: reads.reduce((largest, { byteLength }) => Math.max(largest, byteLength), 0),
      writes: writes.length,
      bytesWritten: sum(writes),
      truncates: of("truncate").length,
      flushes: of("flush").length,
    };
  }

  /** Starts counting from nothing and returns what was counted so far. */
  reset(): StorageCounts {
    const { counts } = this;
    this.#log.length = 0;
    return counts;
  }
}
