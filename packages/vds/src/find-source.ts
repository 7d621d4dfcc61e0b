import { type FoundDataset, findDataset, type OpenFile, type Task } from "@hdfive/core/plugin";
import { HdfiveError } from "@hdfive/format";

/** The file of the virtual dataset itself. */
const THIS_FILE = ".";
const ABSOLUTE = /^(?:\/|\\\\|[A-Za-z]:[\\/])/;

/**
 * Does something with a source while its file is open; `null` when there is no such file, or no such dataset in it.
 *
 * @param prefixes folders in which a file is looked for first
 * @throws HdfiveError as `OtherFiles.open`, and what the file or the dataset is refused for
 */
export function* withSource<T>(
  file: OpenFile,
  fileName: string,
  path: string,
  prefixes: readonly string[],
  use: (found: FoundDataset) => Task<T>,
): Task<T | null> {
  if (fileName === THIS_FILE) {
    const found = yield* lookUp(file, path);
    return found === null ? null : yield* use(found);
  }
  const source = yield* borrow(file, fileName, prefixes);
  if (source === null) {
    return null;
  }
  try {
    const found = yield* lookUp(source, path);
    return found === null ? null : yield* use(found);
  } finally {
    yield* file.returnSource(source);
  }
}

function* borrow(file: OpenFile, name: string, prefixes: readonly string[]): Task<OpenFile | null> {
  if (!ABSOLUTE.test(name)) {
    for (const prefix of prefixes) {
      const source = yield* file.borrowSource(prefix.endsWith("/") ? prefix + name : `${prefix}/${name}`);
      if (source !== null) {
        return source;
      }
    }
  }
  return yield* file.borrowSource(name);
}

/** A link on the way that leads to no file leads to no dataset. */
function* lookUp(file: OpenFile, path: string): Task<FoundDataset | null> {
  try {
    return yield* findDataset(file, path);
  } catch (error) {
    if (error instanceof HdfiveError && error.code === "NOT_FOUND") {
      return null;
    }
    throw error;
  }
}
