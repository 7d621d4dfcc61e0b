import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A file of the corpus with the addresses of its objects, which the C library reported. */
export interface CorpusFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Addresses of object headers, relative to the base address. */
  readonly objectAddresses: readonly number[];
}

interface Manifest {
  readonly files: readonly { readonly file: string; readonly expected: string; readonly open?: unknown }[];
}

interface Expected {
  readonly objects: Readonly<Record<string, { readonly addr?: number | string }>>;
}

const folder = new URL("../../../../shared/corpus/", import.meta.url);

/** Whether the corpus is there; says so loudly when it is not, and throws where it has to be. */
export function corpusIsPresent(): boolean {
  if (existsSync(new URL("manifest.json", folder))) {
    return true;
  }
  const problem = `the corpus is not at ${fileURLToPath(folder)}: real files are NOT tested`;
  if (process.env.CI && process.env.HDFIVE_CORPUS !== "none") {
    throw new Error(`${problem} (HDFIVE_CORPUS=none allows that)`);
  }
  console.warn(problem);
  return false;
}

/** Every file of the corpus that is one HDF5 file by itself, one at a time. */
export function* corpusFiles(): Generator<CorpusFile> {
  const manifest = readJson<Manifest>("manifest.json");
  for (const { file, expected, open } of manifest.files) {
    if (open === undefined) {
      const { objects } = readJson<Expected>(expected);
      const objectAddresses = Object.values(objects).flatMap(({ addr }) => (addr === undefined ? [] : [Number(addr)]));
      yield {
        name: file,
        bytes: new Uint8Array(readFileSync(urlOf(file))),
        objectAddresses,
      };
    }
  }
}

function urlOf(path: string): URL {
  return new URL(encodeURI(path).replace(/[?#]/g, encodeURIComponent), folder);
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(urlOf(path), "utf8")) as T;
}
