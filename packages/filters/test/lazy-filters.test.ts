import { MemoryStorage, openStorage, openStorageSync } from "@hdfive/core";
import { afterAll, describe, expect, it } from "vitest";
import { FILTERS, loadFilters } from "../src/index.js";
import { CODECS, removeFiles, writeWithPlugins } from "./plugins.js";
import { sample } from "./samples.js";

afterAll(removeFiles);

describe("the codecs of this package", () => {
  it("are loaded when a file needs them; a synchronous method says how to have them before", async () => {
    const data = sample("int32", "steps", 1000);
    const shape = [1000];
    const image = await writeWithPlugins([
      { name: "lz4", data, shape, chunks: [500], filter: 32004, options: [0] },
      { name: "zstd", data, shape, chunks: [500], filter: 32015, options: [3] },
    ]);
    const file = openStorageSync(new MemoryStorage(Uint8Array.from(image)), "r", { filters: FILTERS });
    const zstd = file.getDatasetSync("zstd");
    expect(() => zstd.readSync()).toThrow(expect.objectContaining({ code: "SYNC_UNAVAILABLE" }));
    expect(() => zstd.readSync()).toThrow(/filter 32015 \(zstd\) is not loaded.*await loadFilters\(\)/);
    expect((await zstd.read()).data).toEqual(data);
    expect(zstd.readSync().data).toEqual(data);

    const again = openStorageSync(new MemoryStorage(Uint8Array.from(image)), "r", { filters: FILTERS });
    expect(again.getDatasetSync("zstd").readSync().data).toEqual(data);
    expect(() => again.getDatasetSync("lz4").readSync()).toThrow("filter 32004 (lz4) is not loaded");
    await loadFilters([32004, 1]);
    expect(again.getDatasetSync("lz4").readSync().data).toEqual(data);
  });

  it("write what they can, loaded when a dataset is made", async () => {
    const file = await openStorage(new MemoryStorage(), "w", { filters: FILTERS });
    const data = sample("float32", "wave", 1000);
    const made = await file.createDataset("x", { data, compression: 32008, compressionOptions: [0, 2] });
    expect((await made.read()).data).toEqual(data);
  });

  it("are all in the list, by the same numbers and names", async () => {
    await loadFilters();
    expect(FILTERS.map(({ loadSync }) => loadSync?.()).sort((a, b) => a!.id - b!.id)).toEqual(
      [...CODECS].sort((a, b) => a.id - b.id),
    );
    for (const { id, name, load } of FILTERS) {
      expect(await load()).toMatchObject({ id, name });
    }
  });

  it("are told of by the error of a file that was opened without them", async () => {
    const data = sample("int32", "steps", 1000);
    const image = await writeWithPlugins([
      { name: "lz4", data, shape: [1000], chunks: [500], filter: 32004, options: [0] },
    ]);
    const file = await openStorage(new MemoryStorage(Uint8Array.from(image)));
    await expect((await file.getDataset("lz4")).read()).rejects.toMatchObject({
      code: "MISSING_FILTER",
      message: expect.stringMatching(/filter 32004 \(LZ4.*@hdfive\/filters\/lz4/),
    });
  });
});
