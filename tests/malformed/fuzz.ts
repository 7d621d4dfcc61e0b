import { readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildProgram, CASE_BOUNDS, type Failure, runCampaign } from "./campaign.js";
import { type Case, mutations, structural, truncations } from "./cases.js";
import { badFiles, corpusIsPresent, goodFiles } from "./corpus-files.js";
import { H5pyFiles } from "./h5py-files.js";
import { keepFailure, minimised } from "./minimise.js";

const USAGE = `npm run fuzz -- [--minutes N] [--seed S] [--folder F] [--largest BYTES] [--forget] [FILE ...]

Damages files where their structures are, and reads and edits what is left, until the time is over.
  --minutes N       how long (default 5)
  --seed S          seed of the first damage (default: the day, so that every day tries others)
  --folder F        damage the HDF5 files below this folder instead of those of the corpus and of h5py
  --largest BYTES   leave out larger files (default 65536)
  --forget          do not keep what fails for the suite
  FILE ...          damage these files

What fails is made as small as it can be, and kept in tests/malformed/found, which the suite tries again.`;

const DAY = 86_400_000;
const MINUTE = 60_000;
/** Cases of one file in one round. */
const STRUCTURAL = 60;
const STRUCTURAL_EDITED = 12;
const PLAIN = 12;
const TRUNCATED = 8;
const SEEDS_OF_A_ROUND = 1000;

const OPTIONS = {
  minutes: { type: "string", default: "5" },
  seed: { type: "string", default: String(Math.floor(Date.now() / DAY) * 1_000_000) },
  folder: { type: "string" },
  largest: { type: "string", default: "65536" },
  forget: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** The long campaign, as a command; resolves to its exit code. */
export async function fuzz(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  const [minutes, seed, largest] = [values.minutes, values.seed, values.largest].map(Number) as [
    number,
    number,
    number,
  ];
  if (values.help || ![minutes, seed, largest].every(Number.isFinite)) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const made = positionals.length > 0 || values.folder !== undefined ? null : H5pyFiles.make();
  const named = positionals.length > 0 ? positionals : values.folder === undefined ? null : filesBelow(values.folder);
  const all = named ?? [...(made?.paths ?? []), ...(corpusIsPresent() ? [...goodFiles(), ...badFiles()] : [])];
  const files = all.filter((file) => statSync(file).size <= largest);
  if (files.length === 0) {
    console.error("There are no files to damage");
    return 2;
  }
  const program = await buildProgram();
  console.log(`${files.length} files, seed ${seed}: the same again with --seed ${seed}`);
  try {
    const failures = await campaign(program, files, seed, Date.now() + minutes * MINUTE);
    for (const failure of failures) {
      await tell(program, failure, values.forget);
    }
    console.log(failures.length === 0 ? "No case failed." : `${failures.length} kinds of failure.`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    rmSync(dirname(program), { recursive: true, force: true });
    made?.remove();
  }
}

/** Rounds over all files until the time is over; one failure of each kind. */
async function campaign(program: string, files: readonly string[], seed: number, until: number): Promise<Failure[]> {
  const kinds = new Map<string, Failure>();
  const tally = new Map<string, number>();
  let cases = 0;
  let next = seed;
  for (let round = 0; Date.now() < until; round++) {
    for (const [i, file] of files.entries()) {
      if (Date.now() >= until) {
        break;
      }
      const donor = files[(i * 7 + round + 1) % files.length] as string;
      const outcome = await runCampaign(program, { cases: casesOf(file, donor, next), limits: "small" }, CASE_BOUNDS);
      cases += outcome.cases;
      for (const [code, count] of outcome.tally) {
        tally.set(code, (tally.get(code) ?? 0) + count);
      }
      for (const failure of outcome.failures) {
        const kind = kindOf(failure);
        if (!kinds.has(kind)) {
          kinds.set(kind, failure);
          console.log(`FAILED ${basename(file)} ${failure.damage}\n    ${failure.problem}`);
        }
      }
      next += SEEDS_OF_A_ROUND;
    }
    const met = [...tally].sort(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`);
    console.log(`round ${round + 1}: ${cases} cases, ${kinds.size} kinds of failure; met ${met.join(", ")}`);
  }
  return [...kinds.values()];
}

function casesOf(file: string, donor: string, seed: number): Case[] {
  const { size } = statSync(file);
  const cuts = truncations(file, size, 1);
  return [
    ...structural(file, donor, seed, STRUCTURAL),
    ...structural(file, donor, seed + STRUCTURAL, STRUCTURAL_EDITED, true),
    ...mutations(file, seed, PLAIN),
    ...Array.from({ length: TRUNCATED }, (_, i) => cuts[(seed * 31 + i * 7919) % cuts.length] as Case),
  ];
}

/** Failures with one cause: by the place in the code where they happened, or by what was exceeded. */
function kindOf({ problem }: Failure): string {
  const frames = problem.split("\n").filter((line) => line.includes("    at "));
  return frames.length === 0 ? problem.replaceAll(/\d+/g, "N").slice(0, 80) : frames.slice(0, 2).join();
}

async function tell(program: string, failure: Failure, forget: boolean): Promise<void> {
  const smallest = await minimised(program, failure);
  console.log(`${smallest.file}\n  ${smallest.damage}\n  ${smallest.problem}`);
  if (!forget) {
    console.log(`  kept in ${(await keepFailure(program, smallest)) ?? "no file: it did not happen again"}`);
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(resolve(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(h5|hdf5|hdf|nc|nc4|mat|he5)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
