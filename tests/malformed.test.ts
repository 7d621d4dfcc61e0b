import { readFileSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bounds, buildProgram, CASE_BOUNDS, type Outcome, runCampaign } from "./malformed/campaign.js";
import { type Batch, type Case, mutations, truncations } from "./malformed/cases.js";
import { badFiles, corpusIsPresent, shortName, smallFiles } from "./malformed/corpus-files.js";
import { damaged } from "./malformed/damage.js";
import { exercise, SMALL_FILE_LIMITS } from "./malformed/exercise.js";

const MUTATIONS = 10_000;
const EDITED = 2000;
const MINUTE = 60_000;
/** What stands in whole files too: structures that are not read, and soft links that lead nowhere. */
const MAY_BE: readonly string[] = ["UNSUPPORTED", "NOT_FOUND"];

describe.skipIf(!corpusIsPresent())("malformed files", () => {
  let program = "";
  beforeAll(async () => {
    program = await buildProgram();
  });
  afterAll(() => rmSync(dirname(program), { recursive: true, force: true }));

  const run = async (cases: readonly Case[], limits: Batch["limits"], bounds?: Bounds): Promise<Outcome> => {
    const outcome = await runCampaign(program, { cases, limits }, bounds);
    expect(outcome.failures).toEqual([]);
    expect(outcome.cases).toBe(cases.length);
    return outcome;
  };

  test("the undamaged files are read without an error", () => {
    for (const file of smallFiles()) {
      const tally = exercise(damaged(new Uint8Array(readFileSync(file)), { kind: "none" }), SMALL_FILE_LIMITS);
      const met = [...tally.keys()].filter((code) => !MAY_BE.includes(code));
      expect([shortName(file), ...met]).toEqual([shortName(file), "ok"]);
    }
  });

  test(
    "every truncation of ten files ends in an error that is typed, or in a result",
    async () => {
      const cases = smallFiles().flatMap((file) => {
        const { size } = statSync(file);
        return truncations(file, size, 1);
      });
      const { tally } = await run(cases, "small");
      expect(tally.get("TRUNCATED")).toBeGreaterThan(10_000);
      expect(tally.get("CORRUPT")).toBeGreaterThan(1000);
    },
    MINUTE,
  );

  test(
    `${MUTATIONS} mutants of ten files end in errors that are typed, or in results`,
    async () => {
      const files = smallFiles();
      const share = MUTATIONS / files.length;
      const { tally } = await run(
        files.flatMap((file, i) => mutations(file, i * share, share)),
        "small",
      );
      // Mutants that are all refused at the door would test nothing.
      expect(tally.get("CORRUPT")).toBeGreaterThan(1000);
      expect(tally.get("ok")).toBeGreaterThan(100_000);
    },
    3 * MINUTE,
  );

  test(
    `${EDITED} mutants of ten files are edited, with errors that are typed, or with what can be read again`,
    async () => {
      const files = smallFiles();
      const share = EDITED / files.length;
      const { tally } = await run(
        files.flatMap((file, i) => mutations(file, 50_000 + i * share, share, true)),
        "small",
      );
      expect(tally.get("ok")).toBeGreaterThan(10_000);
    },
    2 * MINUTE,
  );

  test(
    "every broken or hostile file ends in 5 s and 256 MiB, with errors that are typed",
    async () => {
      const cases = badFiles().map((file): Case => ({ file, damage: { kind: "none" } }));
      expect(cases.length).toBeGreaterThan(50);
      await run(cases, { readBytes: 64 * 2 ** 20 }, { ...CASE_BOUNDS, cpuMilliseconds: 5000 });
    },
    2 * MINUTE,
  );
});
