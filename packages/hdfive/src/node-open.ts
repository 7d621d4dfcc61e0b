import {
  type File,
  HdfiveError,
  type Mode,
  openStorage,
  openStorageSync,
  type Resolve,
  type Storage,
} from "@hdfive/core";
import { FileStorage, zlibCodec } from "@hdfive/node-fs";
import { virtualDatasets } from "@hdfive/vds";
import { NODE_FILTERS } from "./node-filters.js";
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
  const settings = onNode(options);
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
  const settings = onNode(options);
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

/** What the caller brings comes last, so that the caller's own codecs and plugins win; a name of a file is a path. */
function onNode(options: OpenOptions): OpenOptions {
  const filters = [...NODE_FILTERS, zlibCodec, ...(options.filters ?? [])];
  const plugins = [virtualDatasets(), ...(options.plugins ?? [])];
  return { ...options, filters, plugins, resolve: withPaths(options.resolve) };
}

/** Paths that the caller's function answers with are opened as they are: the caller vouches for them. */
function withPaths(resolve: Resolve | undefined): Resolve | undefined {
  if (typeof resolve !== "function") {
    return resolve;
  }
  return (name, context) => {
    const answer = resolve(name, context);
    if (answer instanceof Promise) {
      return answer.then((later) => (typeof later === "string" ? openPath(later) : later));
    }
    if (typeof answer !== "string") {
      return answer;
    }
    return context.sync ? openPathSync(answer) : openPath(answer);
  };
}

async function openPath(path: string): Promise<Storage | null> {
  return FileStorage.open(path).catch(absent);
}

function openPathSync(path: string): Storage | null {
  try {
    return FileStorage.openSync(path);
  } catch (error) {
    return absent(error);
  }
}

function absent(error: unknown): null {
  if (error instanceof HdfiveError && error.code === "NOT_FOUND") {
    return null;
  }
  throw error;
}
