import { type File, HdfiveError, type Mode, openStorage, openStorageSync } from "@hdfive/core";
import { FileStorage, zlibCodec } from "@hdfive/node-fs";
import { isPath, type OpenOptions, type OpenTarget, storageOf } from "./open-target.js";
import { hasSignature } from "./signature.js";

/**
 * Opens an HDF5 file, or makes one.
 *
 * A file is emptied (`w`) only when it could be opened for writing, and one that had to be made is removed again when
 * opening fails.
 *
 * @throws HdfiveError `NOT_FOUND`, `ALREADY_EXISTS` (modes `w-` and `x`), `NOT_HDF5`, `TRUNCATED`, `READ_ONLY`, `IO`,
 *   `UNSUPPORTED`
 */
export async function open(target: OpenTarget, mode: Mode = "r", options: OpenOptions = {}): Promise<File> {
  const settings = withZlib(options);
  if (!isPath(target)) {
    return openStorage(storageOf(target, mode), mode, settings);
  }
  const storage = await FileStorage.open(target, { mode, keep: true, fsync: options.fsync ?? false });
  try {
    return await openStorage(storage, mode, settings);
  } catch (error) {
    storage.abandon();
    throw error;
  }
}

/** As `open`, without waiting. */
export function openSync(target: OpenTarget, mode: Mode = "r", options: OpenOptions = {}): File {
  const settings = withZlib(options);
  if (!isPath(target)) {
    return openStorageSync(storageOf(target, mode), mode, settings);
  }
  const storage = FileStorage.openSync(target, { mode, keep: true, fsync: options.fsync ?? false });
  try {
    return openStorageSync(storage, mode, settings);
  } catch (error) {
    storage.abandon();
    throw error;
  }
}

/** Whether there is an HDF5 file: its signature is where one can be. False where there is no file at all. */
export async function isHdf5(target: OpenTarget): Promise<boolean> {
  if (!isPath(target)) {
    return hasSignature(storageOf(target, "r"));
  }
  const storage = await FileStorage.open(target).catch(absent);
  if (storage === null) {
    return false;
  }
  try {
    return await hasSignature(storage);
  } finally {
    await storage.close();
  }
}

/** Native zlib goes before what the caller brings, so that the caller's own codec wins. */
function withZlib(options: OpenOptions): OpenOptions {
  return { ...options, filters: [zlibCodec, ...(options.filters ?? [])] };
}

function absent(error: unknown): null {
  if (error instanceof HdfiveError && error.code === "NOT_FOUND") {
    return null;
  }
  throw error;
}
