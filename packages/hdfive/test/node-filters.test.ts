import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as zlib from "node:zlib";
import { type Dataset, MemoryStorage, openSync } from "hdfive";
import { describe, expect, it } from "vitest";
import { NODE_FILTERS } from "../src/node-filters.js";

describe("codecs in Node", () => {
  it("are there for synchronous methods as soon as the package is built, and need to be loaded before", async () => {
    for (const { id, name, load, loadSync } of NODE_FILTERS) {
      const isBuilt = existsSync(fileURLToPath(new URL(`../../filters/dist/${name}/index.js`, import.meta.url)));
      expect(loadSync?.()?.id ?? null, name).toBe(isBuilt ? id : null);
      expect(loadSync?.()?.name ?? null).toBe(isBuilt ? name : null);
      const codec = await load();
      expect(loadSync?.()).toEqual(codec);
    }
  });

  it("write Zstandard where Node has it, and say where it has not", async () => {
    const file = openSync(new MemoryStorage(), "w");
    const data = Int32Array.from({ length: 5000 }, (_, i) => i >> 4);
    const make = (): Promise<Dataset> =>
      file.createDataset("x", { data, compression: 32015, compressionOptions: [5], chunks: [2500] });
    if ("zstdCompressSync" in zlib) {
      const made = await make();
      await file.flush();
      expect((await made.info()).storageSize).toBeLessThan(5000);
      expect(made.readSync().data).toEqual(data);
    } else {
      await expect(make()).rejects.toThrow("The codec of filter 32015 (zstd) only reads");
    }
  });

  it("are those of every file that is opened", async () => {
    await NODE_FILTERS.find(({ name }) => name === "lz4")?.load();
    const file = openSync(new MemoryStorage(), "w");
    const made = file.createDatasetSync("x", { data: Int32Array.of(1, 2, 3), compression: 32004, chunks: [3] });
    expect((await made.info()).filters).toMatchObject([{ id: 32004, name: "lz4" }]);
    expect(made.readSync().data).toEqual(Int32Array.of(1, 2, 3));
  });
});
