import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MemoryStorage, openStorage } from "@hdfive/core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { corpusCommand } from "../src/node/corpus-command.js";
import { findOracle } from "../src/node/h5py-oracle.js";
import { buildCorpusChild } from "./corpus-child-program.js";

const folder = mkdtempSync(join(tmpdir(), "hdfive-corpus-"));
const script = fileURLToPath(new URL("../python/expected.py", import.meta.url));
let child = "";
beforeAll(async () => {
  child = await buildCorpusChild();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(dirname(child), { recursive: true });
});

const superblock = {
  version: 0,
  userblock: 0,
  sizeof_addr: 8,
  sizeof_size: 8,
  sym_leaf_k: 4,
  sym_int_k: 16,
  istore_k: 32,
};

beforeAll(async () => {
  const storage = new MemoryStorage();
  const file = await openStorage(storage, "w");
  const { address: addr } = await file.info();
  await file.close();
  const root = { kind: "group", addr, rc: 1, attrs: {}, storage: "symbol_table", nlinks: 0 };
  mkdirSync(join(folder, "files"));
  const expect = { right: root, "wrong answer": { ...root, nlinks: 1 } };
  const files = Object.entries(expect).map(([name, object]) => {
    writeFileSync(join(folder, `files/${name}.h5`), storage.image());
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ superblock, objects: { "/": object }, links: {} }));
    return { file: `files/${name}.h5`, expected: `${name}.json`, size: storage.size, features: [] };
  });
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ files }));
});

async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const code = await corpusCommand(
    args,
    { folder, child, script },
    {
      out: (text) => {
        said.out += `${text}\n`;
      },
      err: (text) => {
        said.err += `${text}\n`;
      },
    },
  );
  return { code, ...said };
}

it("prints a report and fails when something is wrong", async () => {
  const { code, out, err } = await run();
  expect(code).toBe(1);
  expect(err).toBe("");
  expect(out).toContain("wrong: files/wrong answer.h5\n    /: links: expected 1, got 0");
  expect(out).toMatch(/matched +1\nunsupported +0\nwrong +1\n$/);
});

it("prints JSON and nothing else with --json", async () => {
  const { code, out, err } = await run(folder, "--json");
  expect(code).toBe(1);
  expect(err).toBe("");
  expect(JSON.parse(out)).toEqual({
    matched: 1,
    wrong: 1,
    unsupported: 0,
    survived: 0,
    files: [
      { file: "files/right.h5", status: "matched", reason: null },
      { file: "files/wrong answer.h5", status: "wrong", reason: "/: links: expected 1, got 0" },
    ],
  });
});

it("succeeds when nothing is wrong in the files that are picked", async () => {
  expect(await run("--only", "right", "--verbose")).toMatchObject({ code: 0, err: "" });
  expect((await run("--only", "right", "--verbose")).out).toMatch(/^matched {5}files\/right.h5\n/);
});

it("complains about what it does not understand or find, and runs nothing", async () => {
  for (const args of [["--bogus"], ["--only", "no such file"], [join(folder, "nowhere")], ["a", "b"]]) {
    const { code, out, err } = await run(...args);
    expect(code, args.join(" ")).toBe(2);
    expect(out).toBe("");
    expect(err).not.toBe("");
  }
  expect(await run("--help")).toMatchObject({ code: 0, err: "" });
});

/** A folder without a manifest: files by us, one that is no HDF5 file, and one in a folder of its own. */
async function plainFolder(): Promise<string> {
  const plain = mkdtempSync(join(tmpdir(), "hdfive-plain-"));
  const storage = new MemoryStorage();
  const file = await openStorage(storage, "w");
  const data = await file.createDataset("x", { data: Float64Array.of(1, 2, 3), chunks: [2], compression: "gzip" });
  await data.attrs.set("units", "m");
  await file.createGroup("group");
  await file.close();
  mkdirSync(join(plain, "below"));
  writeFileSync(join(plain, "below/good.dat"), storage.image());
  writeFileSync(join(plain, "no HDF5.h5"), "just text");
  return plain;
}

it("compares the files of any folder with what h5py sees, wherever they are and whatever they are called", async () => {
  const plain = await plainFolder();
  const oracle = findOracle(process.env);
  const { code, out, err } = await run(plain, "--json");
  rmSync(plain, { recursive: true });
  const status = oracle === null ? "survived" : "matched";
  expect(JSON.parse(out).files).toEqual([{ file: "below/good.dat", status, reason: null }]);
  expect(err).toMatch(oracle === null ? /THE VALUES ARE NOT COMPARED/ : /comparing with h5py/);
  expect(code).toBe(0);
});

it("says loudly that nothing is compared where there is no h5py", async () => {
  const plain = await plainFolder();
  vi.stubEnv("HDFIVE_PYTHON_NEWEST", "none");
  const { out, err } = await run(plain, "--json");
  vi.unstubAllEnvs();
  rmSync(plain, { recursive: true });
  expect(err).toContain("THE VALUES ARE NOT COMPARED");
  expect(JSON.parse(out)).toMatchObject({ matched: 0, wrong: 0, survived: 1 });
});

it("runs the folder of bad files, which have to be survived", async () => {
  const plain = await plainFolder();
  mkdirSync(join(plain, "bad"));
  writeFileSync(join(plain, "bad/text.h5"), "just text");
  writeFileSync(join(plain, "bad/cut.h5"), Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0));
  const { code, out } = await run(plain, "--json");
  rmSync(plain, { recursive: true });
  expect(JSON.parse(out).files.slice(1)).toEqual([
    { file: "bad/cut.h5", status: "survived", reason: null },
    { file: "bad/text.h5", status: "survived", reason: null },
  ]);
  expect(code).toBe(0);
});
