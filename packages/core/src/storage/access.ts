import { HdfiveError } from "@hdfive/format";
import type { Effect } from "../task.js";
import type { BlockCache } from "./block-cache.js";
import { type Storage, syncUnavailable } from "./storage.js";

/** Writes up to this size are done at once where the storage can: handing them to a thread pool costs more. */
const SMALL_WRITE = 64 * 1024;

/** Writes to the storage under a cache and keeps its blocks true. Offsets are absolute. */
export function writeBytes(cache: BlockCache, offset: number, bytes: Uint8Array<ArrayBuffer>): Effect<void> {
  const { storage } = cache;
  const atOnce = (): void => {
    if (storage.writeSync === undefined) {
      throw storage.write === undefined ? notWritable(storage) : syncUnavailable(storage, "write");
    }
    storage.writeSync(offset, bytes);
    cache.written(offset, bytes);
  };
  const later = async (): Promise<void> => {
    if (storage.write === undefined) {
      throw notWritable(storage);
    }
    cache.written(offset, bytes);
    await storage.write(offset, bytes);
    // A block that was loaded in the meantime may hold what was there before.
    cache.written(offset, bytes);
  };
  return {
    async: () => (storage.writeSync !== undefined && bytes.length <= SMALL_WRITE ? atOnce() : later()),
    sync: atOnce,
  };
}

/** Makes the storage exactly `size` bytes long. */
export function resizeStorage(cache: BlockCache, size: number): Effect<void> {
  const { storage } = cache;
  return {
    async: async () => {
      if (storage.truncate === undefined) {
        throw notWritable(storage);
      }
      await storage.truncate(size);
      cache.truncated(size);
    },
    sync: () => {
      if (storage.truncateSync === undefined) {
        throw storage.truncate === undefined ? notWritable(storage) : syncUnavailable(storage, "truncate");
      }
      storage.truncateSync(size);
      cache.truncated(size);
    },
  };
}

/** Fills `into` from the storage itself, past the blocks: for payload. The answer is the number of bytes read. */
export function fetchBytes(cache: BlockCache, offset: number, into: Uint8Array<ArrayBuffer>): Effect<number> {
  const { storage } = cache;
  return {
    async: (signal) => {
      signal?.throwIfAborted();
      cache.count(into.length);
      return storage.read(offset, into, signal);
    },
    sync: () => {
      if (storage.readSync === undefined) {
        throw syncUnavailable(storage, "read");
      }
      cache.count(into.length);
      return storage.readSync(offset, into);
    },
  };
}

/** Fills `into` from another storage than that of the file: fewer bytes are read where it ends before. */
export function readStorage(storage: Storage, offset: number, into: Uint8Array<ArrayBuffer>): Effect<number> {
  return {
    async: (signal) => storage.read(offset, into, signal),
    sync: () => {
      if (storage.readSync === undefined) {
        throw syncUnavailable(storage, "read");
      }
      return storage.readSync(offset, into);
    },
  };
}

/** Asks the storage to make what was written durable. */
export function flushStorage(storage: Storage): Effect<void> {
  return {
    async: () => storage.flush?.(),
    sync: () => {
      if (storage.flush !== undefined && storage.flushSync === undefined) {
        throw syncUnavailable(storage, "flush");
      }
      storage.flushSync?.();
    },
  };
}

/** Gives the storage back. */
export function closeStorage(storage: Storage): Effect<void> {
  return {
    async: () => storage.close(),
    sync: () => {
      if (storage.closeSync === undefined) {
        throw syncUnavailable(storage, "close");
      }
      storage.closeSync();
    },
  };
}

function notWritable(storage: Storage): HdfiveError {
  return new HdfiveError("READ_ONLY", `${storage.name ?? "This storage"} cannot be written`, { path: storage.name });
}
