import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as browser from "../src/browser.js";
import * as node from "../src/index.js";

const SOURCES = new URL("../src/", import.meta.url);

/** All modules that a module of this package leads to, as they are written in the imports. */
function reach(file: string, seen: Set<string> = new Set()): Set<string> {
  const path = fileURLToPath(new URL(file, SOURCES));
  expect(existsSync(path), path).toBe(true);
  for (const [, specifier] of readFileSync(path, "utf8").matchAll(/from\s+"([^"]+)"/g)) {
    if (specifier !== undefined && !seen.has(specifier)) {
      seen.add(specifier);
      if (specifier.startsWith("./")) {
        reach(specifier.replace(/\.js$/, ".ts"), seen);
      }
    }
  }
  return seen;
}

const outside = (file: string): string[] => [...reach(file)].filter((specifier) => !specifier.startsWith(".")).sort();

describe("the two entries", () => {
  it("export the same names", () => {
    expect(Object.keys(browser).sort()).toEqual(Object.keys(node).sort());
  });

  it("need files in Node only", () => {
    expect(outside("browser.ts")).toEqual(["@hdfive/core", "@hdfive/filters", "@hdfive/vds"]);
    const own = ["@hdfive/core", "@hdfive/filters", "@hdfive/node-fs", "@hdfive/vds"];
    expect(outside("index.ts").filter((specifier) => !specifier.startsWith("node:"))).toEqual(own);
  });

  it("read and write the same without files, and say where a path can be opened", async () => {
    const storage = new browser.MemoryStorage();
    const file = browser.openSync(storage, "w");
    file.createDatasetSync("values", { data: new Float32Array([1, 2]), chunks: [2], compression: "gzip" });
    file.closeSync();
    for (const { open, isHdf5 } of [browser, node]) {
      const copy = storage.image().slice();
      expect(await isHdf5(copy)).toBe(true);
      await using again = await open(copy);
      expect((await (await again.getDataset("values")).read()).toNested()).toEqual([1, 2]);
    }
    await expect(browser.open("a.h5")).rejects.toThrow("can be opened in Node only");
    expect(() => browser.openSync(new URL("file:///a.h5"))).toThrow("can be opened in Node only");
  });
});
