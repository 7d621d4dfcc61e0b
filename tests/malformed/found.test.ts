import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, runCampaign } from "./campaign.js";
import type { Case } from "./cases.js";
import { corpusFile, corpusIsPresent } from "./corpus-files.js";
import { FOUND_FOLDER, type Found } from "./minimise.js";

const names = existsSync(FOUND_FOLDER) ? readdirSync(FOUND_FOLDER).filter((name) => name.endsWith(".json")) : [];
const hasCorpus = corpusIsPresent();

describe("damages that were not survived once", () => {
  const folder = mkdtempSync(join(tmpdir(), "hdfive-found-"));
  let program = "";
  beforeAll(async () => {
    program = await buildProgram();
  });
  afterAll(() => {
    rmSync(dirname(program), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  const caseOf = (name: string): Case[] => {
    const { source, changes, deflated, edits } = JSON.parse(readFileSync(join(FOUND_FOLDER, name), "utf8")) as Found;
    const how = edits === true ? { edits } : {};
    if (deflated !== undefined) {
      const file = join(folder, name.replace(".json", ".h5"));
      writeFileSync(file, inflateSync(Buffer.from(deflated, "base64")));
      return [{ file, damage: { kind: "none" }, ...how }];
    }
    if (source === undefined || changes === undefined) {
      throw new Error(`${name} has neither a damaged file nor changes of one`);
    }
    return hasCorpus ? [{ file: corpusFile(source), damage: { kind: "recipe", changes }, ...how }] : [];
  };

  test("end in errors that are typed, or in results", async () => {
    const cases = names.flatMap(caseOf);
    const { failures } = await runCampaign(program, { cases, limits: "small" });
    expect(failures).toEqual([]);
  });
});
