import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryStorage, openStorage } from "@hdfive/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { corpusCommand } from "../src/node/corpus-command.js";

const folder = mkdtempSync(join(tmpdir(), "hdfive-corpus-"));
afterAll(() => rmSync(folder, { recursive: true }));

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
  files.push({
    file: "files/family.h5",
    expected: "none.json",
    size: 0,
    features: [],
    open: { driver: "family" },
  } as never);
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ files }));
});

async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const code = await corpusCommand(args, folder, {
    out: (text) => {
      said.out += `${text}\n`;
    },
    err: (text) => {
      said.err += `${text}\n`;
    },
  });
  return { code, ...said };
}

it("prints a report and fails when something is wrong", async () => {
  const { code, out, err } = await run();
  expect(code).toBe(1);
  expect(err).toBe("");
  expect(out).toContain("wrong: files/wrong answer.h5\n    /: links: expected 1, got 0");
  expect(out).toMatch(/matched +1\nunsupported +1\n +1 {2}driver\nwrong +1\n$/);
});

it("prints JSON and nothing else with --json", async () => {
  const { code, out, err } = await run(folder, "--json");
  expect(code).toBe(1);
  expect(err).toBe("");
  expect(JSON.parse(out)).toEqual({
    matched: 1,
    wrong: 1,
    unsupported: 1,
    files: [
      { file: "files/right.h5", status: "matched", reason: null },
      { file: "files/wrong answer.h5", status: "wrong", reason: "/: links: expected 1, got 0" },
      { file: "files/family.h5", status: "unsupported", reason: "driver" },
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
