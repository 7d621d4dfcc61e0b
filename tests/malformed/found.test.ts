import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, CASE_BOUNDS, type Failure, runCampaign } from "./campaign.js";
import type { Case } from "./cases.js";
import { corpusFile, corpusIsPresent } from "./corpus-files.js";
import { FOUND_FOLDER, type Found, keepFailure, minimised } from "./minimise.js";

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
    expect(cases.length).toBeGreaterThan(0);
    expect(failures).toEqual([]);
  });

  test("would be told of if they were not survived", async () => {
    const cases = names.flatMap(caseOf).slice(0, 1);
    const bounds = { ...CASE_BOUNDS, cpuMilliseconds: 0 };
    const { failures } = await runCampaign(program, { cases, limits: "small", describes: true }, bounds);
    expect(failures).toMatchObject([{ problem: expect.stringMatching(/took/), deflated: expect.any(String) }]);
  });

  test("are made as small as they can be, and kept", async () => {
    const bounds = { ...CASE_BOUNDS, cpuMilliseconds: 0 };
    const file = join(folder, "whole.h5");
    const [name = ""] = names.filter(
      (found) => "deflated" in JSON.parse(readFileSync(join(FOUND_FOLDER, found), "utf8")),
    );
    const [whole] = caseOf(name) as [Case];
    writeFileSync(file, readFileSync(whole.file));
    // With no time at all everything fails, and most easily with no change.
    const tried: Case = { file, damage: { kind: "structural", seed: 3 } };
    const { failures } = await runCampaign(program, { cases: [tried], limits: "small" }, bounds);
    const smallest = await minimised(program, failures[0] as Failure, bounds);
    expect(smallest.tried.damage).toEqual({ kind: "structural", seed: 3, keep: [] });
    const kept = await keepFailure(program, smallest, join(folder, "kept"), bounds);
    const found = JSON.parse(readFileSync(kept as string, "utf8")) as Found;
    expect(inflateSync(Buffer.from(found.deflated as string, "base64"))).toEqual(readFileSync(file));
    expect(found.problem).toMatch(/^took \d+ ms/);
  });
});
