import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type FileReport, reportText, summarize } from "../corpus/report.js";
import { type ChildBounds, ChildPool } from "./child-pool.js";
import type { CorpusJob } from "./corpus-child.js";
import { isCorpusFolder } from "./corpus-folder.js";
import { badJobs, comparedJobs, entryOf, hdf5FilesBelow, survivedJob } from "./corpus-jobs.js";
import { askOracle, findOracle } from "./h5py-oracle.js";

/** Where the command says what it has to say. */
export interface CommandOutput {
  /** Takes the report, or the JSON and nothing else. */
  out(text: string): void;
  /** Takes progress and complaints. */
  err(text: string): void;
}

/** Where the command finds what it works with. */
export interface CommandPlaces {
  /** The folder that is run when none is named. */
  readonly folder: string;
  /** The program of the processes that read files. */
  readonly child: string;
  /** The Python script that writes down what h5py sees in a file. */
  readonly script: string;
}

const USAGE = `corpus [FOLDER] [--json] [--check] [--only TEXT] [--verbose]

Reads every HDF5 file of a folder and compares it with its expected values: those written down beside a manifest.json, or,
where there is none, those of the newest h5py on this machine. Files in the folder's own folder "bad" have to be survived:
5 s, 256 MiB, and errors that are typed. Each file has a process, so one that hangs or crashes costs only itself.

  FOLDER        any folder (default: ../shared/corpus beside the repository)
  --json        print { matched, wrong, unsupported, survived, files } and nothing else
  --check       hold the structure of each file to itself too: checksums, counts, pointers, what each byte is for
  --only TEXT   only files with TEXT in their path
  --verbose     every file and every difference

The exit code is 1 when something is wrong, and 2 when there is nothing to read.`;

const OPTIONS = {
  json: { type: "boolean", default: false },
  check: { type: "boolean", default: false },
  only: { type: "string", default: "" },
  verbose: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

const AT_ONCE = 2;
const COMPARED: ChildBounds = { milliseconds: 120_000, memoryBytes: 2 ** 31 };
const SURVIVED: ChildBounds = { milliseconds: 5000, memoryBytes: 2 ** 28 };

/**
 * The corpus runner as a command.
 *
 * @returns the exit code: 0 when nothing is wrong, 1 when something is, 2 when there is nothing to run
 */
export async function corpusCommand(
  args: readonly string[],
  places: CommandPlaces,
  output: CommandOutput,
): Promise<number> {
  const parsed = parse(args);
  if (typeof parsed === "string") {
    output.err(`${parsed}\n\n${USAGE}`);
    return 2;
  }
  const { values, positionals } = parsed;
  if (values.help) {
    output.out(USAGE);
    return 0;
  }
  const folder = resolve(positionals[0] ?? places.folder);
  if (!existsSync(folder)) {
    output.err(`There is no folder ${folder}`);
    return 2;
  }
  const documents = mkdtempSync(join(tmpdir(), "hdfive-expected-"));
  try {
    const isWanted = ({ entry }: CorpusJob): boolean => entry.file.includes(values.only);
    const written = isCorpusFolder(folder);
    const compared = written
      ? comparedJobs(folder).filter(isWanted)
      : await askedJobs(folder, values.only, documents, places.script, output);
    const bad = badJobs(folder).filter(isWanted);
    if (compared.length + bad.length === 0) {
      const what = values.only === "" ? "" : ` with "${values.only}" in its path`;
      output.err(`There is no HDF5 file${what} in ${folder}`);
      return 2;
    }
    const checked = values.check ? compared.map((job) => ({ ...job, check: true })) : compared;
    const results = [...(await run(places.child, checked, COMPARED)), ...(await run(places.child, bad, SURVIVED))];
    const summary = summarize(results);
    output.out(values.json ? JSON.stringify(summary, null, 1) : reportText(results, { verbose: values.verbose }));
    return summary.wrong > 0 ? 1 : 0;
  } finally {
    rmSync(documents, { recursive: true, force: true });
  }
}

/** Jobs for the files of a folder without expected values: h5py writes them down, or the files have to be survived. */
async function askedJobs(
  folder: string,
  only: string,
  documents: string,
  script: string,
  output: CommandOutput,
): Promise<CorpusJob[]> {
  const inBad = join(folder, "bad/");
  const paths = hdf5FilesBelow(folder).filter((path) => !path.startsWith(inBad) && path.includes(only));
  const oracle = paths.length === 0 ? null : findOracle(process.env);
  if (oracle === null) {
    if (paths.length > 0) {
      output.err(
        `There is no manifest.json in ${folder} and no h5py on this machine: ` +
          "THE VALUES ARE NOT COMPARED with anything, files only have to be survived",
      );
    }
    return paths.map((path) => survivedJob(folder, path));
  }
  output.err(`There is no manifest.json in ${folder}: comparing with h5py (HDF5 ${oracle.version})`);
  const jobs: CorpusJob[] = [];
  for (const [i, path] of paths.entries()) {
    const document = join(documents, `${i}.json`);
    const answer = await askOracle(oracle, script, path, document);
    if (answer === "written") {
      jobs.push({ folder, entry: entryOf(folder, path, document), survives: false });
    } else {
      output.err(`h5py cannot say what is in ${path} (${answer}): it only has to be survived`);
      jobs.push(survivedJob(folder, path));
    }
  }
  return jobs;
}

async function run(child: string, jobs: readonly CorpusJob[], bounds: ChildBounds): Promise<FileReport[]> {
  const results: FileReport[] = [];
  for await (const outcome of new ChildPool<CorpusJob, FileReport>(child, bounds).run(jobs, AT_ONCE)) {
    const { file } = (jobs[results.length] as CorpusJob).entry;
    results.push(outcome.kind === "answer" ? outcome.answer : lost(file, outcome.kind, outcome.problem));
  }
  return results;
}

/** The report of a file over which its process was lost. */
function lost(file: string, kind: string, problem: string): FileReport {
  const difference = { path: "/", fact: kind, expected: "an end", got: problem };
  return { file, status: "wrong", unsupported: new Map(), differences: [difference] };
}

function parse(args: readonly string[]) {
  try {
    const parsed = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    return parsed.positionals.length > 1 ? "One folder at a time" : parsed;
  } catch (error) {
    if (error instanceof TypeError) {
      return error.message;
    }
    throw error;
  }
}
