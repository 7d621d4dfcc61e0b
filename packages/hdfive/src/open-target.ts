import { HdfiveError, MemoryStorage, type Mode, type Storage, type OpenOptions as StorageOptions } from "@hdfive/core";

/**
 * What a file is opened from: a path or `file:` URL in Node, the bytes of a whole file, or a storage, anywhere.
 *
 * Bytes are only read. To write in memory, open a `MemoryStorage` and take its `image()` after closing.
 */
export type OpenTarget = string | URL | ArrayBuffer | Uint8Array | Storage;

/** Settings of an open file. */
export interface OpenOptions extends StorageOptions {
  /**
   * Whether `flush` and `close` wait until the medium has the bytes (`fsync`), so that they survive a power cut. By
   * default they are left to the system, as libhdf5 does: waiting takes two to three times as long. For paths only.
   */
  readonly fsync?: boolean | undefined;
}

/** Whether a target is a path or URL, which only a platform with files can open. */
export function isPath(target: OpenTarget): target is string | URL {
  return typeof target === "string" || target instanceof URL;
}

/** The storage of a target that is no path. */
export function storageOf(target: Exclude<OpenTarget, string | URL>, mode: Mode): Storage {
  if (target instanceof Uint8Array || target instanceof ArrayBuffer) {
    if (mode !== "r") {
      throw new HdfiveError(
        "INVALID_ARGUMENT",
        `Bytes can only be opened with mode 'r', not '${mode}': open a MemoryStorage to write, and take its image()`,
      );
    }
    return new MemoryStorage(ownBytes(target), "bytes");
  }
  if (!isStorage(target)) {
    throw new HdfiveError("INVALID_ARGUMENT", "Only a path, a URL, bytes or a storage can be opened");
  }
  return target;
}

function isStorage(target: unknown): target is Storage {
  return typeof target === "object" && target !== null && "size" in target && "read" in target && "close" in target;
}

/** Views on shared memory are copied: it may change under a reader. */
function ownBytes(target: Uint8Array | ArrayBuffer): Uint8Array<ArrayBuffer> {
  if (target instanceof ArrayBuffer) {
    return new Uint8Array(target);
  }
  const { buffer, byteOffset, byteLength } = target;
  return buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array(target);
}
