import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MemoryStorage, opaque, openStorage } from "@hdfive/core";
import { afterAll, describe, expect, it } from "vitest";
import { CODECS } from "./plugins.js";
import { sample } from "./samples.js";

const script = fileURLToPath(new URL("./python/plugins.py", import.meta.url));
const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "hdfive-plugins-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Written {
  readonly version: string;
  readonly filters: readonly number[];
  readonly data: Readonly<Record<string, string>>;
}

/** Pythons whose h5py finds filter plugins: hdf5plugin, or those of the system (`hdf5-filter-plugin`). */
const pythons = [process.env.HDFIVE_PYTHON_NEWEST ?? `${root}.venv/bin/python`, "/usr/bin/python3"]
  .filter((path) => existsSync(path))
  .flatMap((path, i) => {
    const file = join(folder, `theirs-${i}.h5`);
    try {
      const printed = execFileSync(path, [script, "write", file], {
        maxBuffer: 2 ** 30,
        stdio: ["ignore", "pipe", "ignore"],
      });
      const written = JSON.parse(printed.toString()) as Written;
      return written.filters.length > 0 ? [{ path, file, written, label: `${path}, ${written.version}` }] : [];
    } catch {
      return [];
    }
  });

it("there are plugins to compare with, or it is said aloud that there are none", () => {
  if (pythons.length === 0) {
    // Not a failure anywhere: plugins.test.ts compares with those of h5wasm, which are always there.
    console.warn("No Python finds filter plugins (hdf5plugin): codecs are compared with those of h5wasm alone");
  }
  expect(pythons.every(({ written }) => written.filters.length > 0)).toBe(true);
});

describe.runIf(pythons.length > 0).each(pythons)("the filter plugins of $label", ({ path, file, written }) => {
  it("compress what we read", async () => {
    const opened = await openStorage(new MemoryStorage(new Uint8Array(readFileSync(file))), "r", { filters: CODECS });
    const wrong: string[] = [];
    for (const [name, expected] of Object.entries(written.data)) {
      const dataset = await opened.getDataset(name);
      const values = (await dataset.read()).data;
      const bytes = ArrayBuffer.isView(values)
        ? Buffer.from(values.buffer, values.byteOffset, values.byteLength)
        : Buffer.concat((await dataset.read({ as: opaque(dataset.datatype.size) })).data as readonly Uint8Array[]);
      if (bytes.toString("base64") !== expected) {
        wrong.push(name);
      }
    }
    expect(wrong).toEqual([]);
    expect(Object.keys(written.data).length).toBeGreaterThan(20 * written.filters.length);
  });

  it("read what we compress", async () => {
    const storage = new MemoryStorage();
    const made = await openStorage(storage, "w", { filters: CODECS });
    const expected: Record<string, string> = {};
    for (const [filter, options] of [
      [32001, [0, 0, 0, 0, 5, 1, 1]],
      [32001, [0, 0, 0, 0, 5, 2, 1]],
      [32001, [0, 0, 0, 0, 9, 1, 4]],
      [32001, [0, 0, 0, 0, 0, 0, 0]],
      [32004, [0]],
      [32004, [1000]],
      [32008, [0, 0]],
      [32008, [0, 2]],
    ] as const) {
      for (const type of ["uint8", "int16", "float64"]) {
        for (const pattern of written.filters.includes(filter) ? ["wave", "noise", "mixed", "zeros"] : []) {
          const name = `${filter} ${options} ${type} ${pattern}`;
          const data = sample(type, pattern, 70_001);
          const chunks = [30_000];
          await made.createDataset(name, { data, chunks, compression: filter, compressionOptions: options });
          expected[name] = Buffer.from(data.buffer).toString("base64");
        }
      }
    }
    await made.close();
    const image = join(folder, "ours.h5");
    writeFileSync(image, storage.image());
    const read = JSON.parse(execFileSync(path, [script, "check", image], { maxBuffer: 2 ** 30 }).toString()) as object;
    expect(Object.entries(read).filter(([name, bytes]) => bytes !== expected[name])).toEqual([]);
    expect(Object.keys(read).sort()).toEqual(Object.keys(expected).sort());
  });
});
