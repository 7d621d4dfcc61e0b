import { type Dataset, type File, MemoryStorage, openStorage, openStorageSync } from "@hdfive/core";
import { FILTERS } from "@hdfive/filters";
import type { FileResult } from "@hdfive/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScratchFolder } from "../scratch-folder.js";
import { PYTHONS, type PythonTool, reportMissingTools } from "../tools.js";
import {
  compareGenerated,
  type GeneratedFile,
  generate,
  generatedFile,
  lackingText,
  wrongText,
} from "./generated-files.js";
import { type RefusedCells, refusedBy, unknownDifferences, WHY_REFUSED } from "./refused-cells.js";
import { arrayRank, selectionOf, ValueDigests } from "./value-digests.js";

/** Versions of the library that files are made for, from which on. */
const BOUNDS: Readonly<Record<PythonTool["label"], readonly string[]>> = {
  "newest h5py": ["earliest", "v108", "v110", "v112", "v114", "latest"],
  "system h5py": ["earliest", "v108", "latest"],
};
const FILES = PYTHONS.flatMap((python) =>
  BOUNDS[python.label].map((bound) => ({ python, bound, label: python.label })),
);
/** With `all`, every storage meets every filter with every datatype: minutes. */
const AMOUNT = process.env.HDFIVE_MATRIX ?? "pairs";
const MINUTES = 60_000 * (AMOUNT === "all" ? 20 : 1);

const folder = new ScratchFolder();
beforeAll(reportMissingTools);
afterAll(() => folder.remove());

describe.each(FILES)("the matrix of files of $label for libraries from $bound on", ({ python, bound }) => {
  const name = `${python.label} ${bound}`;
  let made: GeneratedFile;
  let image: Uint8Array<ArrayBuffer>;
  let digests: ValueDigests;
  let result: FileResult;

  beforeAll(async () => {
    await generate(python, "make_matrix.py", [folder.path, name, AMOUNT, bound]);
    made = generatedFile(folder, name);
    image = folder.take(`${name}.h5`);
    digests = new ValueDigests(made.document);
    result = await compareGenerated(folder, `${name}.h5`, made.document);
  }, 5 * MINUTES);

  it("holds what libhdf5 reads in every cell: values, storage, filters, fill values, attributes and links", () => {
    expect(unknownDifferences(wrongText(result))).toEqual([]);
    expect(lackingText(result)).toEqual([]);
  });

  it("has cells of every kind", () => {
    const objects = Object.values(made.document.objects);
    expect(made.cells).toBeGreaterThan(1300);
    const kinds = (of: (object: (typeof objects)[number]) => string | undefined): string[] =>
      [...new Set(objects.flatMap((object) => of(object) ?? []))].sort();
    const isOld = bound === "earliest" || bound === "v108";
    // Chunks at the edge that are not filtered need a newer index in every file.
    expect(kinds(({ chunk_index: index }) => index)).toEqual([
      ...(isOld ? ["btree1"] : []),
      "btree2",
      "earray",
      "farray",
      ...(isOld ? [] : ["implicit"]),
      "single",
    ]);
    expect(kinds(({ layout }) => layout)).toEqual(["chunked", "compact", "contiguous"]);
    expect(kinds(({ storage }) => storage)).toEqual([
      "compact",
      "dense",
      ...(bound === "earliest" ? ["symbol_table"] : []),
    ]);
    const compared = objects.filter(({ digest }) => typeof digest === "string").length;
    expect(compared).toBeGreaterThan(1000);
  });

  it("lacks only what libhdf5 refuses to make, for reasons that are known", () => {
    const refused: RefusedCells = refusedBy(made.refused);
    expect(refused.unknown).toEqual([]);
    console.info(`${name}: ${made.cells} datasets, ${Object.keys(made.refused).length} refused`, refused.counts);
    expect(WHY_REFUSED.length).toBeGreaterThan(0);
  });

  it(
    "reads the same synchronously",
    async () => {
      const file = openStorageSync(new MemoryStorage(image.slice()), "r", { filters: FILTERS });
      const different: string[] = [];
      for (const [path, { kind, digest, attrs }] of Object.entries(made.document.objects)) {
        const object = path === "/" ? file : file.getSync(path);
        if (object.kind !== kind) {
          different.push(`${path}: ${object.kind}`);
        }
        if (object.kind === "dataset" && typeof digest === "string") {
          await check(different, path, digest, object, (options) => object.readSync(null, options));
        }
        for (const [key, attribute] of Object.entries(attrs)) {
          if (typeof attribute.digest === "string") {
            const read = (options: object) => {
              const values = object.attrs.getArraySync(key, options);
              if (values === null) {
                throw new Error("no values");
              }
              return values;
            };
            const { datatype } = object.attrs.infoSync(key);
            await check(different, `${path} attribute ${key}`, attribute.digest, { datatype }, read);
          }
        }
      }
      file.closeSync();
      expect(unknownDifferences(different).slice(0, 20)).toEqual([]);
    },
    MINUTES,
  );

  it(
    "gives parts of chunked datasets as numpy cuts them out of all values, both ways of reading",
    async () => {
      const file = await openStorage(new MemoryStorage(image.slice()), "r", { filters: FILTERS });
      const different: string[] = [];
      let count = 0;
      for (const [path, cases] of Object.entries(made.selections)) {
        const dataset = await datasetAt(file, path);
        for (const { selection, shape, digest } of cases) {
          count++;
          const label = `${path} [${JSON.stringify(selection)}]`;
          const ours = selectionOf(selection);
          await check(different, label, digest, dataset, async (options) => {
            const part = await dataset.read(ours, options);
            expect([label, part.shape.slice(0, part.shape.length - arrayRank(dataset.datatype))]).toEqual([
              label,
              shape,
            ]);
            return part;
          });
          await check(different, `${label} synchronously`, digest, dataset, (options) =>
            dataset.readSync(ours, options),
          );
        }
      }
      await file.close();
      expect(unknownDifferences(different).slice(0, 20)).toEqual([]);
      expect(count).toBeGreaterThan(1000);
    },
    MINUTES,
  );

  async function check(
    different: string[],
    label: string,
    digest: string,
    { datatype }: Pick<Dataset, "datatype">,
    read: Parameters<ValueDigests["match"]>[2],
  ): Promise<void> {
    try {
      if (!(await digests.match(datatype, digest, read))) {
        different.push(`${label}: other values`);
      }
    } catch (error) {
      different.push(`${label}: ${String(error)}`);
    }
  }
});

async function datasetAt(file: File, path: string): Promise<Dataset> {
  const object = await file.get(path);
  if (object.kind !== "dataset") {
    throw new Error(`${path} is no dataset`);
  }
  return object;
}
