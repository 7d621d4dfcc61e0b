import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MemoryStorage, open, openSync, type RepackPathOptions, repack, repackSync } from "../src/index.js";

let folder: string;
const path = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hdfive-repack-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A file with a gap of 80 kB. */
async function makeEdited(name: string): Promise<string> {
  await using file = await open(path(name), "w");
  await file.createDataset("gone", { data: new Float64Array(10_000) });
  await file.flush();
  await file.createDataset("kept", { data: Int32Array.from({ length: 1000 }, (_, i) => i), chunks: [100] });
  await file.delete("gone");
  return path(name);
}

async function isKept(name: string): Promise<boolean> {
  await using file = await open(name);
  const { data } = await (await file.getDataset("kept")).read();
  return (await file.keys()).join() === "kept" && (data as Int32Array)[999] === 999;
}

type Rewrite = (source: string | URL, target: string | URL, options?: RepackPathOptions) => Promise<void>;

const ways: readonly { readonly way: string; readonly rewrite: Rewrite }[] = [
  { way: "repack", rewrite: repack },
  { way: "repackSync", rewrite: async (source, target, options) => repackSync(source, target, options) },
];

describe.each(ways)("$way by paths", ({ rewrite }) => {
  it("leaves the source, replaces what was there, and nothing else is in the folder", async () => {
    const source = await makeEdited("a.h5");
    const before = readFileSync(source);
    writeFileSync(path("b.h5"), "something else");
    chmodSync(path("b.h5"), 0o640);
    await rewrite(source, path("b.h5"));
    await rewrite(pathToFileURL(source), pathToFileURL(path("c.h5")));
    expect(readFileSync(source).equals(before)).toBe(true);
    for (const name of ["b.h5", "c.h5"]) {
      expect(await isKept(path(name))).toBe(true);
      expect(statSync(path(name)).size).toBeLessThan(before.length - 70_000);
    }
    expect(statSync(path("b.h5")).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).sort()).toEqual(["a.h5", "b.h5", "c.h5"]);
  });

  it("replaces the source only when that is said, also through a link", async () => {
    const source = await makeEdited("a.h5");
    symlinkSync(source, path("link.h5"));
    const before = readFileSync(source);
    for (const target of [source, path("link.h5")]) {
      await expect(rewrite(source, target)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      expect(readFileSync(source).equals(before)).toBe(true);
    }
    await rewrite(path("link.h5"), path("link.h5"), { inPlace: true });
    expect(statSync(source).size).toBeLessThan(before.length - 70_000);
    expect(await isKept(path("link.h5"))).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(["a.h5", "link.h5"]);
  });

  it("leaves everything as it was when it fails half way", async () => {
    const source = await makeEdited("a.h5");
    const before = readFileSync(source);
    writeFileSync(path("b.h5"), "something else");
    const progress = (): void => {
      throw new Error("enough");
    };
    for (const target of ["b.h5", "new.h5", "a.h5"]) {
      await expect(rewrite(source, path(target), { progress, inPlace: true })).rejects.toThrow("enough");
    }
    await expect(rewrite(path("none.h5"), path("b.h5"))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(rewrite(source, path("no/b.h5"))).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(readFileSync(source).equals(before)).toBe(true);
    expect(readFileSync(path("b.h5"), "utf8")).toBe("something else");
    expect(readdirSync(folder).sort()).toEqual(["a.h5", "b.h5"]);
    // Nothing is held open: all of it can be written again.
    for (const name of ["a.h5", "b.h5"]) {
      openSync(path(name), "w").closeSync();
    }
  });

  it("refuses a target that this process has open, and a path beside an open file", async () => {
    const source = await makeEdited("a.h5");
    await using other = await open(await makeEdited("b.h5"));
    await expect(rewrite(source, path("b.h5"))).rejects.toMatchObject({ code: "IO" });
    expect(readdirSync(folder).sort()).toEqual(["a.h5", "b.h5"]);
    await expect(rewrite(other as never, path("c.h5") as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const storage = new MemoryStorage();
    await rewrite(other as never, storage as never);
    expect(storage.size).toBeGreaterThan(1000);
  });
});
