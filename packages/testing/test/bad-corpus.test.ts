import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { corpusCommand } from "../src/node/corpus-command.js";
import { buildCorpusChild } from "./corpus-child-program.js";

const folder = fileURLToPath(new URL("../../../../shared/corpus", import.meta.url));
const isThere = existsSync(join(folder, "bad"));
if (!isThere) {
  const problem = `There are no bad files in ${folder}: they are NOT tested`;
  if (process.env.CI && process.env.HDFIVE_CORPUS !== "none") {
    throw new Error(`${problem} (HDFIVE_CORPUS=none allows that)`);
  }
  console.warn(problem);
}

describe.runIf(isThere)("files that are broken, hostile or were left open", () => {
  let child = "";
  beforeAll(async () => {
    child = await buildCorpusChild();
  });
  afterAll(() => rmSync(dirname(child), { recursive: true }));

  it("are survived: within 5 s and 256 MiB, with errors that are typed", async () => {
    const said: string[] = [];
    const output = { out: (text: string) => void said.push(text), err: (text: string) => void said.push(text) };
    const code = await corpusCommand(["--json", "--only", "bad/files"], { folder, child, script: "" }, output);
    const summary = JSON.parse(said.join("\n")) as { survived: number; files: { status: string }[] };
    expect(summary.files.filter(({ status }) => status !== "survived")).toEqual([]);
    expect(summary.survived).toBeGreaterThan(100);
    expect(code).toBe(0);
  }, 120_000);
});
