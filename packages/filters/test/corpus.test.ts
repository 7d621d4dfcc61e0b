import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MemoryStorage, openStorage } from "@hdfive/core";
import { isCorpusFolder } from "@hdfive/testing/node";
import { describe, expect, it } from "vitest";
import { CODECS } from "./plugins.js";

const folder = fileURLToPath(new URL("../../../../shared/corpus", import.meta.url));
const isThere = isCorpusFolder(folder);
if (!isThere) {
  const problem = `There is no corpus in ${folder}: real files are NOT tested`;
  if (process.env.CI && process.env.HDFIVE_CORPUS !== "none") {
    throw new Error(`${problem} (HDFIVE_CORPUS=none allows that)`);
  }
  console.warn(problem);
}

describe.runIf(isThere)("the regression file of bitshuffle", () => {
  it("holds the same data as it is, with LZ4 and with Zstandard", async () => {
    const path = `${folder}/files/HDFGroup__hdf5_plugins/libs/bitshuffle-0.5.2.tar.gz.d/bitshuffle-0.5.2/tests/data/regression_0.4.0.h5`;
    const image = new Uint8Array(readFileSync(path));
    const file = await openStorage(new MemoryStorage(image), "r", { filters: CODECS });
    const names = await (await file.getGroup("original")).keys();
    expect(names).toHaveLength(21);
    for (const name of names) {
      const read = async (group: string): Promise<unknown> =>
        (await (await file.getDataset(`${group}/${name}`)).read()).data;
      const original = await read("original");
      expect(await read("compressed"), name).toEqual(original);
      expect(await read("compressed_zstd"), name).toEqual(original);
    }
  });
});
