import { structuralProblems } from "@hdfive/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  compareGenerated,
  type GeneratedFile,
  generate,
  generatedFile,
  lackingText,
  wrongText,
} from "./matrix/generated-files.js";
import { unknownDifferences } from "./matrix/refused-cells.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

/** How many files of each library; more are worth their time after a change of how things are read. */
const FILES = Number(process.env.HDFIVE_RANDOM_FILES ?? 20);
/** The first seed: always the same for the suite, another each time where more files are asked for. */
const SEED = Number(
  process.env.HDFIVE_RANDOM_SEED ?? (process.env.HDFIVE_RANDOM_FILES === undefined ? 1 : Date.now() % 1e9),
);
const TIME = 60_000 + 2000 * FILES;

const folder = new ScratchFolder();
beforeAll(reportMissingTools);
afterAll(() => folder.remove());

describe.each(PYTHONS)("random files of $label", (python) => {
  const seeds = Array.from({ length: FILES }, (_, i) => SEED + i);

  beforeAll(async () => {
    console.info(`${python.label}: seeds ${SEED} to ${SEED + FILES - 1}`);
    await generate(python, "random_files.py", [folder.path, python.label, String(SEED), String(FILES)]);
  }, TIME);

  it(
    "hold what libhdf5 reads, and nothing that does not fit",
    async () => {
      const wrong: string[] = [];
      const crashes: string[] = [];
      let objects = 0;
      for (const seed of seeds) {
        const name = `${python.label} ${seed}`;
        const { document, crashed } = randomFile(name);
        if (document === undefined) {
          crashes.push(`seed ${seed}: signal ${crashed}`);
          continue;
        }
        const result = await compareGenerated(folder, `${name}.h5`, document);
        objects += Object.keys(document.objects).length;
        const lines = [
          ...unknownDifferences(wrongText(result)),
          ...lackingText(result),
          ...structuralProblems(folder.take(`${name}.h5`)),
        ];
        wrong.push(...lines.slice(0, 10).map((line) => `seed ${seed}: ${line}`));
      }
      expect(wrong).toEqual([]);
      console.info(`${python.label}: ${objects} objects; libhdf5 ended by a signal`, crashes);
      expect(crashes.length).toBeLessThan(FILES / 3 + 1);
      expect(objects).toBeGreaterThan(3 * FILES);
    },
    TIME,
  );
});

/** What was written down of a file; without a document where libhdf5 crashed as it made the file. */
function randomFile(name: string): Partial<GeneratedFile> & { readonly crashed?: number } {
  return generatedFile(folder, name);
}
