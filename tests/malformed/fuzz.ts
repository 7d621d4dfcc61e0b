import { rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { buildProgram, CASE_BOUNDS, runCampaign } from "./campaign.js";
import { type Case, mutations, truncations } from "./cases.js";
import { badFiles, corpusIsPresent, goodFiles, shortName } from "./corpus-files.js";

const USAGE = `npm run fuzz -- [--mutants N] [--seed N] [--largest BYTES] [FILE ...]

Damages files and reads what is left of them, until every case is tried or some fail.
  --mutants N       mutants of each file (default 500)
  --seed N          seed of the first mutant (default: the day, so that every day tries others)
  --largest BYTES   leave out larger files of the corpus (default 32768)
  FILE ...          damage these files instead of those of the corpus`;

const DAY = 86_400_000;

/** The long campaign, as a command; resolves to its exit code. */
export async function fuzz(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      mutants: { type: "string", default: "500" },
      seed: { type: "string", default: String(Math.floor(Date.now() / DAY) * 1000) },
      largest: { type: "string", default: "32768" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (positionals.length === 0 && !corpusIsPresent()) {
    return 2;
  }
  const corpus = (): string[] =>
    [...goodFiles(), ...badFiles()].filter((file) => sizeOf(file) <= Number(values.largest));
  const files = positionals.length > 0 ? positionals : corpus();
  const program = await buildProgram();
  let failed = 0;
  try {
    for (const [i, file] of files.entries()) {
      const size = sizeOf(file);
      const cases: Case[] = [
        ...truncations(file, size, Math.max(1, Math.ceil(size / 4096))),
        ...mutations(file, Number(values.seed) + i * Number(values.mutants), Number(values.mutants)),
        ...mutations(file, Number(values.seed) + i * Number(values.mutants), Number(values.mutants), true),
      ];
      const { failures, slowest } = await runCampaign(program, { cases, limits: "small" }, CASE_BOUNDS);
      const verdict = failures.length === 0 ? "ok" : `${failures.length} FAILED`;
      console.log(
        `${i + 1}/${files.length} ${shortName(file)}: ${cases.length} cases, ${Math.round(slowest)} ms, ${verdict}`,
      );
      for (const { damage, problem } of failures) {
        console.log(`  ${damage}\n    ${problem}`);
      }
      failed += failures.length;
    }
  } finally {
    rmSync(dirname(program), { recursive: true, force: true });
  }
  console.log(failed === 0 ? "No case failed." : `${failed} cases failed.`);
  return failed === 0 ? 0 : 1;
}

function sizeOf(file: string): number {
  return statSync(file).size;
}
