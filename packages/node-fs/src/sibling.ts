import { realpathSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { HdfiveError } from "@hdfive/core";
import { codeOf, fileError } from "./file-errors.js";

/** Errors that say that there is no such file. */
const ABSENT: readonly string[] = ["ENOENT", "ENOTDIR", "ERR_INVALID_ARG_VALUE", "ENAMETOOLONG"];

/** A file that another file names. */
export interface Sibling {
  /** Its real path. */
  readonly path: string;
  /** Folders that names found in it may lead into. */
  readonly roots: readonly string[];
}

/** Yields paths and gets their real paths, `null` for those where nothing is. */
type Search = Generator<string, Sibling | null, string | null>;

/**
 * The real path of a file that another file names, or `null` when there is none.
 *
 * The name comes out of a file, which nobody vouches for: it may only lead to files in the folder of the file that
 * holds it, or below. A file behind a symbolic link has two folders, and is looked for in both, as libhdf5 does.
 *
 * @param roots folders that the name may lead into; `null` for those of `file` itself
 * @throws `FORBIDDEN` for a name that leads elsewhere, whether a file is there or not
 */
export async function findSibling(
  file: string,
  name: string,
  roots: readonly string[] | null = null,
): Promise<Sibling | null> {
  const search = searchSibling(file, name, roots);
  let step = search.next();
  while (step.done !== true) {
    const path = step.value;
    step = search.next(await realpath(path).catch((error: unknown) => absent(path, error)));
  }
  return step.value;
}

/** As `findSibling`, without waiting. */
export function findSiblingSync(file: string, name: string, roots: readonly string[] | null = null): Sibling | null {
  const search = searchSibling(file, name, roots);
  let step = search.next();
  while (step.done !== true) {
    step = search.next(realpathNow(step.value));
  }
  return step.value;
}

function* searchSibling(file: string, name: string, given: readonly string[] | null): Search {
  const folder = dirname(file);
  const realFile = yield file;
  const realFolder = yield folder;
  const folders = [...new Set([folder, ...(realFile === null ? [] : [dirname(realFile)])])];
  const roots = given ?? [...new Set([...(realFolder === null ? [] : [realFolder]), ...folders.slice(1)])];
  // Before asking the system: the answer must not tell what exists outside.
  const mayAsk = given ?? [...new Set([folder, ...roots])];
  let isOutside = false;
  for (const base of folders) {
    const target = resolve(base, name);
    if (!isInsideAny(mayAsk, target)) {
      isOutside = true;
      continue;
    }
    const realTarget = yield target;
    if (realTarget !== null && isInsideAny(roots, realTarget)) {
      return { path: realTarget, roots };
    }
    isOutside ||= realTarget !== null;
  }
  if (isOutside) {
    throw outside(file, name);
  }
  return null;
}

function isInsideAny(folders: readonly string[], path: string): boolean {
  return folders.some((folder) => {
    const way = relative(folder, path);
    return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && resolve(folder, way) === path;
  });
}

function realpathNow(path: string): string | null {
  try {
    return realpathSync(path);
  } catch (error) {
    return absent(path, error);
  }
}

function absent(path: string, error: unknown): null {
  if (ABSENT.includes(codeOf(error))) {
    return null;
  }
  throw fileError({ action: "open file", path, writes: false }, error);
}

function outside(file: string, name: string): HdfiveError {
  return new HdfiveError(
    "FORBIDDEN",
    `Unable to open file "${name}" (it is outside the folder of "${basename(file)}", which names it): ` +
      "files are only followed inside; open with { resolve } to say where others are",
    { path: name },
  );
}
