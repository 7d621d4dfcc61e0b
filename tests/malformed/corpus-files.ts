import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const corpus = fileURLToPath(new URL("../../../shared/corpus/", import.meta.url));

/** Ten small files by several writers that, between them, hold nearly every structure that is read. */
const TEN: readonly string[] = [
  "PyTables__PyTables/tables/tests/time-table-vlarray-1_x.h5",
  "PyTables__PyTables/tables/tests/smpl_compound_chunked.h5",
  "jamesmudd__jhdf/jhdf/src/test/resources/hdf5/bitfield_datasets.hdf5",
  "JuliaIO__MAT.jl/test/v7.3/simple.mat",
  "NCAS-CMS__pyfive/tests/data/attr_datatypes.hdf5",
  "Unidata__netcdf-c/h5_test/ref_tst_compounds.nc",
  "rouault__gdal/autotest/gdrivers/data/netcdf/bug5291.nc",
  "HDFGroup__hdf5-json/data/hdf5/sample.h5",
  "NCAS-CMS__pyfive/tests/data/dim_scales.hdf5",
  "PyTables__PyTables/tables/tests/test_ref_array2.mat",
];

/** Whether the corpus is there; says so loudly when it is not, and throws where it has to be. */
export function corpusIsPresent(): boolean {
  if (existsSync(join(corpus, "manifest.json"))) {
    return true;
  }
  const problem = `the corpus is not at ${corpus}: real files are NOT tested`;
  if (process.env.CI && process.env.HDFIVE_CORPUS !== "none") {
    throw new Error(`${problem} (HDFIVE_CORPUS=none allows that)`);
  }
  console.warn(problem);
  return false;
}

/** Paths of the ten files that are damaged. */
export function smallFiles(): string[] {
  return TEN.map((file) => join(corpus, "files", file));
}

/** Paths of all files of the corpus that are whole. */
export function goodFiles(): string[] {
  const { files } = JSON.parse(readFileSync(join(corpus, "manifest.json"), "utf8")) as { files: { file: string }[] };
  return files.map(({ file }) => join(corpus, file));
}

/** Paths of all files of the corpus that are broken, hostile or were left open. */
export function badFiles(): string[] {
  return readdirSync(join(corpus, "bad/files"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** A path as reports show it: below the corpus. */
export function shortName(path: string): string {
  return path.startsWith(corpus) ? path.slice(corpus.length) : path;
}

/** The path of a file below the corpus; `null` for other files. */
export function corpusName(path: string): string | null {
  return path.startsWith(corpus) ? path.slice(corpus.length) : null;
}

/** The whole path of a file of the corpus. */
export function corpusFile(name: string): string {
  return join(corpus, name);
}
