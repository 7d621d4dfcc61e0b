import { realpath } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import { HdfiveError } from "@hdfive/core";
import { codeOf, fileError } from "./file-errors.js";

/** Errors that say that there is no such file. */
const ABSENT: readonly string[] = ["ENOENT", "ENOTDIR", "ERR_INVALID_ARG_VALUE", "ENAMETOOLONG"];

/**
 * The real path of a file that another file names, or `null` when there is none.
 *
 * The name comes out of a file, which nobody vouches for: it may only lead to files in the folder of the file that
 * holds it, or below.
 *
 * @throws `LIMIT` for a name that leads elsewhere, whether a file is there or not
 */
export async function findSibling(file: string, name: string): Promise<string | null> {
  const folder = dirname(file);
  const target = resolve(folder, name);
  try {
    const realFolder = await realpath(folder);
    // Before asking the system: the answer must not tell what exists outside.
    if (!isInside(folder, target) && !isInside(realFolder, target)) {
      throw outside(file, name);
    }
    const realTarget = await realpath(target);
    if (!isInside(realFolder, realTarget)) {
      throw outside(file, name);
    }
    return realTarget;
  } catch (error) {
    if (ABSENT.includes(codeOf(error))) {
      return null;
    }
    throw fileError({ action: "open file", path: target, writes: false }, error);
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && resolve(folder, way) === path;
}

function outside(file: string, name: string): HdfiveError {
  return new HdfiveError(
    "LIMIT",
    `Unable to open file "${name}" (it is outside the folder of "${file}", which names it): files are only followed inside`,
    { path: name },
  );
}
