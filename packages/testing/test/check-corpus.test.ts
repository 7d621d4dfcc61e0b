import { fileURLToPath } from "node:url";
import { check, MemoryStorage, openStorage } from "@hdfive/core";
import { FILTERS } from "@hdfive/filters";
import { describe, expect, it } from "vitest";
import { driverOf } from "../src/corpus/compare-file.js";
import { corpusEntries } from "../src/corpus/run-corpus.js";
import { corpusFolder, isCorpusFolder } from "../src/node/corpus-folder.js";

const folder = fileURLToPath(new URL("../../../../shared/corpus", import.meta.url));
const isThere = isCorpusFolder(folder);
if (!isThere) {
  const problem = `There is no corpus in ${folder}: real files are NOT checked`;
  if (process.env.CI && process.env.HDFIVE_CORPUS !== "none") {
    throw new Error(`${problem} (HDFIVE_CORPUS=none allows that)`);
  }
  console.warn(problem);
}

/** Files that are wrong, and how: what libhdf5 reads of them all the same is compared elsewhere. */
const WRONG: readonly (readonly [file: RegExp, structure: string, why: string])[] = [
  [/PureHDF\.Tests\/TestFiles\/blosc\.h5$/, "chunk-node", "its superblock says that the file ends before it"],
  [/das_vader_1\.jld2$/, "object-header", "JLD2 does not count the uses of committed datatypes"],
  [/h5dump\/testfiles\/tfcontents1\.h5$/, "free-space-sections", "written before the format of sections was settled"],
  [/h5clear_fsm_persist_user_less\.h5$/, "free-space-header", "its end was made too small on purpose"],
  [/h5clear_fsm_persist_user_less\.h5$/, "free-space-sections", "its end was made too small on purpose"],
  [/\/(?:old_)?h5fc_[^/]*\.h5$/, "chunk", "chunks are numbered in another way: libhdf5 does not find them either"],
];
const MINUTES = 60_000;

describe.runIf(isThere)("the structural check over real files", () => {
  it(
    "finds nothing wrong with what libhdf5 wrote, and knows what most of the bytes are for",
    async () => {
      const host = corpusFolder(folder);
      const found: string[] = [];
      const met = new Set<string>();
      let unaccounted = 0;
      let total = 0;
      for (const entry of await corpusEntries(host)) {
        const storage = await host.openStorage(entry.file);
        const file = await openStorage(storage, "r", { filters: FILTERS, driver: driverOf(entry) });
        const { problems, space } = await check(file);
        await file.close();
        unaccounted += space.unaccounted;
        total += space.fileSize;
        const used = Object.values(space.used).reduce((sum, bytes) => sum + bytes, 0);
        if (problems.length === 0 && used + space.free + space.unaccounted !== space.fileSize) {
          found.push(`${entry.file}: its bytes do not add up`);
        }
        for (const { severity, structure, address, path, message } of problems) {
          const known = WRONG.find(([name, what]) => name.test(entry.file) && what === structure);
          if (known !== undefined) {
            met.add(known[0].source);
          } else if (severity !== "unchecked") {
            found.push(`${entry.file} ${severity} ${structure} ${address} ${path}: ${message}`);
          }
        }
      }
      expect(found.slice(0, 20)).toEqual([]);
      expect([...met].sort()).toEqual([...new Set(WRONG.map(([name]) => name.source))].sort());
      // What is left are gaps of alignment and what was deleted.
      expect(unaccounted / total).toBeLessThan(0.06);
    },
    4 * MINUTES,
  );

  it(
    "survives broken and hostile files, and finds something wrong with each that does not open",
    async () => {
      const bad = corpusFolder(`${folder}/bad`);
      let wrong = 0;
      for (const entry of await corpusEntries(bad)) {
        const storage = await bad.openStorage(entry.file);
        const bytes = new Uint8Array(storage.size);
        await storage.read(0, bytes);
        await storage.close();
        const opens = await openStorage(new MemoryStorage(bytes)).then(
          () => true,
          () => false,
        );
        const { problems, space } = await check(new MemoryStorage(bytes));
        expect(opens || problems.length > 0, entry.file).toBe(true);
        expect(space.fileSize).toBe(bytes.length);
        expect(problems.length).toBeLessThanOrEqual(1000);
        wrong += problems.some(({ severity }) => severity === "error") ? 1 : 0;
      }
      expect(wrong).toBeGreaterThan(50);
    },
    2 * MINUTES,
  );
});
