import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openSync } from "hdfive";
import { describe, expect, it } from "vitest";
import { NODE_FILTERS } from "../src/node-filters.js";

describe("codecs in Node", () => {
  it("are there for synchronous methods as soon as the package is built, and need to be loaded before", async () => {
    for (const { id, name, load, loadSync } of NODE_FILTERS) {
      const isBuilt = existsSync(fileURLToPath(new URL(`../../filters/dist/${name}/index.js`, import.meta.url)));
      expect(loadSync?.()?.id ?? null, name).toBe(isBuilt ? id : null);
      expect(loadSync?.()?.name ?? null).toBe(isBuilt ? name : null);
      const codec = await load();
      expect(loadSync?.()).toBe(codec);
    }
  });

  it("are those of every file that is opened", async () => {
    await NODE_FILTERS.find(({ name }) => name === "lz4")?.load();
    const { MemoryStorage } = await import("@hdfive/core");
    const file = openSync(new MemoryStorage(), "w");
    const made = file.createDatasetSync("x", { data: Int32Array.of(1, 2, 3), compression: 32004, chunks: [3] });
    expect((await made.info()).filters).toMatchObject([{ id: 32004, name: "lz4" }]);
    expect(made.readSync().data).toEqual(Int32Array.of(1, 2, 3));
  });
});
