import { execFileSync } from "node:child_process";
import { MemoryStorage, openStorage } from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Description, describeFile, type ObjectDescription } from "./describe.js";
import { sound } from "./image.js";
import { type MatrixCase, writeMatrix } from "./matrix-cases.js";
import { MATRIX_TYPES, type MatrixType } from "./matrix-types.js";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { H5DUMP, PYTHONS, reportMissingTools } from "./tools.js";
import { openWasm, plainLeaves, wasmDataset, wasmLeaves } from "./wasm-reader.js";

interface Written {
  readonly path: string;
  readonly cases: readonly MatrixCase[];
  readonly description: Description;
}

const folder = new ScratchFolder();
const labels = MATRIX_TYPES.map(({ label }) => label);
const files = new Map<string, Promise<Written>>();

/** Values that h5wasm 0.10 does not read, or not as libhdf5 gives them; only their shapes are compared with it. */
const BEYOND_WASM: Readonly<Record<string, string>> = {
  "<f2": "refuses float16",
  ">f2": "refuses float16",
  enumeration: "takes big-endian enumerations for little-endian ones",
  "string of 9, space-pad, ascii": "keeps the spaces of the padding",
  "string of 11, space-pad, utf-8": "keeps the spaces of the padding",
  "string of any length, ascii": "reads address 0 for an empty string",
  "bitfield of 4": "gives the bytes",
  compound: "takes big-endian members for little-endian ones",
  "compound of everything": "takes big-endian members for little-endian ones",
};

beforeAll(reportMissingTools);

afterAll(() => folder.remove());

describe("every datatype in every shape, layout and filter that we write", () => {
  it.each(labels)("reads back as it was written: %s", async (label) => {
    const { cases, description } = await written(label);
    for (const { name, expected, options } of cases) {
      const dataset = description[`/${name}`];
      expect({ name, value: dataset?.value }).toEqual({ name, value: expected });
      expect(dataset?.shape).toEqual(options.shape);
    }
  });

  for (const tool of PYTHONS) {
    describe(`read by the ${tool.label}`, () => {
      let session: PythonSession;
      beforeAll(() => {
        session = new PythonSession(tool);
      });
      afterAll(() => session.close());

      it.each(labels)("is the same: %s", async (label) => {
        const { path, description } = await written(label);
        expect(await session.ask<Description>("describe", { path })).toEqual(description);
      });
    });
  }

  it.each(labels)("is the same to h5wasm: %s", async (label) => {
    const { path, cases, description } = await written(label);
    const file = await openWasm(path);
    for (const { name, expected } of cases) {
      const dataset = wasmDataset(file, name);
      const { shape, maxShape } = description[`/${name}`] as ObjectDescription;
      expect(dataset.shape).toEqual(shape);
      expect(dataset.metadata.maxshape?.map((most) => (most > 2 ** 60 ? null : most))).toEqual(maxShape);
      if (!(label in BEYOND_WASM)) {
        expect({ name, leaves: wasmLeaves(dataset.value) }).toEqual({ name, leaves: plainLeaves(expected) });
      }
    }
    file.close();
  });

  if (H5DUMP !== null) {
    it.each(labels)("is dumped by h5dump without a complaint: %s", async (label) => {
      expect(execFileSync(H5DUMP as string, [(await written(label)).path], { stdio: "pipe" }).length).toBeGreaterThan(
        1000,
      );
    });
  }
});

/** The file of a datatype, written when it is first asked for. */
function written(label: string): Promise<Written> {
  let file = files.get(label);
  if (file === undefined) {
    file = write(label);
    files.set(label, file);
  }
  return file;
}

async function write(label: string): Promise<Written> {
  const index = labels.indexOf(label);
  const storage = new MemoryStorage();
  const file = await openStorage(storage, "w");
  const cases = await writeMatrix(file, MATRIX_TYPES[index] as MatrixType);
  await file.close();
  const path = folder.put(`ours-${index}.h5`, sound(storage.image()));
  const again = await openStorage(new MemoryStorage(storage.image()));
  const description = await describeFile(again);
  await again.close();
  return { path, cases, description };
}
