import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Libver } from "@hdfive/format";
import {
  blocks,
  createVirtualDataset,
  type File,
  hyperslab,
  mask,
  open,
  points,
  slice,
  UNLIMITED,
  VirtualLayout,
  VirtualSource,
} from "hdfive";
import { afterAll, describe, expect, it } from "vitest";
import { H5DUMP, PYTHONS, reportMissingTools } from "../tools.js";

const script = fileURLToPath(new URL("../python/virtual.py", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "hdfive-virtual-made-"));
afterAll(() => rmSync(root, { recursive: true }));

interface Described {
  readonly dataset: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
  readonly sources: readonly (readonly [string, string])[];
}

async function source(folder: string, name: string, shape: readonly number[], start = 0, grows = false): Promise<void> {
  await using file = await open(join(folder, name), "w");
  const count = shape.reduce((product, extent) => product * extent, 1);
  const data = Int32Array.from({ length: count }, (_, i) => start + i);
  const maxShape = grows ? [null, ...shape.slice(1)] : undefined;
  await file.createDataset("data", { data, shape, dtype: "int32", maxShape });
}

/** The virtual datasets of one file, with the sources that they need. */
async function make(folder: string, file: File): Promise<string[]> {
  const names: string[] = [];
  const add = async (name: string, layout: VirtualLayout, fillValue?: unknown): Promise<void> => {
    await createVirtualDataset(file, name, layout, { fillValue });
    names.push(name);
  };
  const stack = new VirtualLayout({ shape: [4, 100], dtype: "int32" });
  for (let n = 0; n < 4; n++) {
    if (n !== 3) {
      await source(folder, `stack-${n}.h5`, [100], 100 * n);
    }
    stack.map(n, new VirtualSource(`stack-${n}.h5`, "data", { shape: [100] }));
  }
  await add("stack", stack, -5);

  const stripes = new VirtualLayout({ shape: [5, 30, 10], dtype: "uint16" });
  for (let n = 0; n < 3; n++) {
    await source(folder, `stripe-${n}.h5`, [5, 8, 10], 400 * n);
    await using opened = await open(join(folder, `stripe-${n}.h5`));
    const stripe = VirtualSource.from(await opened.getDataset("data"));
    stripes.map([null, slice(n * 11, n * 11 + 8)], stripe);
  }
  await add("stripes", stripes, 7);

  const frames = new VirtualLayout({ shape: [9, 4, 4], maxShape: [null, 4, 4], dtype: "int32" });
  for (let n = 0; n < 4; n++) {
    await source(folder, `writer-${n}.h5`, [Math.floor((9 - n + 3) / 4), 4, 4], 1000 * n, true);
    const part = new VirtualSource(`writer-${n}.h5`, "data", { shape: [2, 4, 4], maxShape: [null, 4, 4] });
    frames.map([slice(n, UNLIMITED, 4)], part.select([slice(0, UNLIMITED)]));
  }
  await add("frames", frames, -9);

  const endless = { start: [1, 0], stride: [3, 1], count: [null, 1], block: [2, 3] };
  const numbered = new VirtualLayout({ shape: [0, 3], maxShape: [null, 3], dtype: "int32" });
  for (const n of [0, 1, 2]) {
    await source(folder, `numbered-${n}.h5`, [2, 3], 10 * n);
  }
  numbered.map(hyperslab(endless), new VirtualSource("numbered-%b.h5", "data", { shape: [2, 3] }));
  await add("numbered", numbered, -4);

  await source(folder, "many.h5", [10, 11]);
  const many = new VirtualSource("many.h5", "data", { shape: [10, 11] });
  const mixed = new VirtualLayout({ shape: [8, 30], dtype: "float64" });
  mixed.map([[0, 1, 4, 7], slice(2, 6)], many.select([slice(1, 9, 2), slice(3, 7)]));
  mixed.map([slice(0, 8, 2), slice(10, 28, 4)], many.select([slice(2, 10, 2), slice(1, 11, 2)]));
  mixed.map(
    blocks([
      [
        [1, 20],
        [2, 22],
      ],
      [
        [5, 0],
        [5, 1],
      ],
    ]),
    many.select(slice(0, 8, 8)).source.select([3, slice(0, 8)]),
  );
  mixed.map(
    points([
      [0, 29],
      [1, 0],
      [7, 29],
    ]),
    many.select([slice(7, 10), 4]),
  );
  mixed.map(mask([0, 0, 0, 1, 0, 0, 0, 1]), new VirtualSource("absent.h5", "data", { shape: [60] }));
  await add("mixed", mixed, 0.5);

  await file.createDataset("inside", { data: Int16Array.of(3, 1, 4, 1, 5, 9) });
  const own = new VirtualLayout({ shape: [3, 6], dtype: ">i8" });
  own.map(0, VirtualSource.from(await file.getDataset("inside")));
  own.map([slice(1, 3), slice(0, 3)], new VirtualSource(".", "/inside", { shape: [6] }));
  await add("group/own", own, 1n);
  return names;
}

/** What HDF5 1.10 reads: later versions have selections of version 3. */
const OLD: readonly Libver[] = ["earliest", "v110"];
const LIBVERS: readonly Libver[] = ["earliest", "v110", "v112", "v200"];

describe.each(LIBVERS)("virtual datasets made with libver %s", (libver) => {
  it("are read by libhdf5 as we read them, with the sources that were mapped", async () => {
    reportMissingTools();
    const folder = mkdtempSync(join(root, `${libver}-`));
    const path = join(folder, "made.h5");
    const file = await open(path, "w", { libver });
    const names = await make(folder, file);
    await file.close();
    await using again = await open(path);
    const ours: Described[] = [];
    for (const dataset of names) {
      const data = await again.getDataset(dataset);
      const values = await data.read({ as: "float64" });
      const sources = (await data.virtualSources()).map((one) => [one.file, one.dataset] as const);
      ours.push({ dataset, shape: data.shape, values: [...values.data], sources });
    }
    expect(ours.map(({ sources }) => sources.length)).toEqual([4, 3, 4, 1, 5, 2]);
    expect(ours.at(-1)?.sources).toEqual([
      [".", "/inside"],
      [".", "/inside"],
    ]);
    const wanted = JSON.stringify(names.map((dataset) => ["made.h5", dataset]));
    for (const { label, path: python } of PYTHONS) {
      if (!OLD.includes(libver) && label === "system h5py") {
        continue;
      }
      const theirs = JSON.parse(execFileSync(python, [script, "read", folder, wanted]).toString()) as Described[];
      const known = theirs.map(({ dataset, shape, values, sources }) => ({ dataset, shape, values, sources }));
      expect({ label, known }).toEqual({ label, known: ours });
    }
    if (H5DUMP !== null && OLD.includes(libver)) {
      const dumped = execFileSync(H5DUMP, ["-p", "-d", "/frames", path]).toString();
      expect(dumped).toContain("MAPPING 3");
    }
  }, 60_000);
});
