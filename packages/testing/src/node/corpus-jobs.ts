import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { CorpusEntry, CorpusManifest } from "../corpus/expected.js";
import type { CorpusJob } from "./corpus-child.js";
import { isCorpusFolder } from "./corpus-folder.js";

const SIGNATURE = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
const FIRST_DOUBLING = 512;
/** Where a signature is looked for at most: user blocks are small, and whole disks of other files are not. */
const LAST_DOUBLING = 2 ** 20;
const BAD = "bad";

/** The files of a corpus that are compared with its expected values. */
export function comparedJobs(folder: string): CorpusJob[] {
  const { files } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as CorpusManifest;
  return files.map((entry) => ({ folder, entry, survives: false }));
}

/** The files in the folder `bad` of a corpus: broken and hostile ones, which have to be survived. */
export function badJobs(folder: string): CorpusJob[] {
  const bad = join(folder, BAD);
  if (!existsSync(bad)) {
    return [];
  }
  const listed = isCorpusFolder(bad) ? comparedJobs(bad).map(({ entry }) => join(bad, entry.file)) : filesBelow(bad);
  return listed.map((path) => survivedJob(folder, path));
}

/** A file that has to be survived. */
export function survivedJob(folder: string, path: string): CorpusJob {
  return { folder, entry: entryOf(folder, path, ""), survives: true };
}

/** A file of a folder with the document of what is expected of it. */
export function entryOf(folder: string, path: string, expected: string): CorpusEntry {
  return { file: relative(folder, path), expected, size: statSync(path).size, features: [] };
}

/** Paths of the HDF5 files below a folder, told by their signatures, in order. */
export function hdf5FilesBelow(folder: string): string[] {
  return filesBelow(folder).filter(isHdf5).sort();
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Whether the signature of HDF5 stands at 0, 512, 1024, … File Format Specification, section II.A. */
function isHdf5(path: string): boolean {
  const descriptor = openSync(path, "r");
  try {
    const { size } = statSync(path);
    const found = new Uint8Array(SIGNATURE.length);
    for (let at = 0; at + found.length <= size && at <= LAST_DOUBLING; at = at === 0 ? FIRST_DOUBLING : 2 * at) {
      readSync(descriptor, found, 0, found.length, at);
      if (SIGNATURE.every((byte, i) => found[i] === byte)) {
        return true;
      }
    }
    return false;
  } finally {
    closeSync(descriptor);
  }
}
