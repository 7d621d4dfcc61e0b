import { type File, HdfiveError, type Mode, openStorage, openStorageSync } from "@hdfive/core";
import { FILTERS } from "@hdfive/filters";
import { virtualDatasets } from "@hdfive/vds";
import { isPath, type OpenOptions, type OpenTarget, storageOf } from "./open-target.js";
import { hasSignature } from "./signature.js";

/**
 * Opens an HDF5 file, or makes one: from bytes or a storage, where there are no files to open by a path.
 *
 * @throws HdfiveError `NOT_HDF5`, `TRUNCATED`, `ALREADY_EXISTS` (modes `w-` and `x`), `READ_ONLY`, `UNSUPPORTED`
 */
export async function open(target: OpenTarget, mode: Mode = "r", options: OpenOptions = {}): Promise<File> {
  return openStorage(storageOf(withoutPath(target), mode), mode, withFilters(options));
}

/** As `open`, without waiting. */
export function openSync(target: OpenTarget, mode: Mode = "r", options: OpenOptions = {}): File {
  return openStorageSync(storageOf(withoutPath(target), mode), mode, withFilters(options));
}

/** Whether bytes or a storage hold an HDF5 file: its signature is where one can be. */
export async function isHdf5(target: OpenTarget): Promise<boolean> {
  return hasSignature(storageOf(withoutPath(target), "r"));
}

/** What the caller brings comes last, so that the caller's own codecs and plugins win. */
function withFilters(options: OpenOptions): OpenOptions {
  const plugins = [virtualDatasets(), ...(options.plugins ?? [])];
  return { ...options, plugins, filters: [...FILTERS, ...(options.filters ?? [])] };
}

function withoutPath(target: OpenTarget): Exclude<OpenTarget, string | URL> {
  if (isPath(target)) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `"${target}" can be opened in Node only: fetch its bytes and open those, or open a storage`,
    );
  }
  return target;
}
