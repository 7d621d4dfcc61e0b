import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { FileResult } from "../corpus/compare-file.js";
import { reportText, summarize } from "../corpus/report.js";
import { runCorpus } from "../corpus/run-corpus.js";
import { corpusFolder, isCorpusFolder } from "./corpus-folder.js";

/** Where the command says what it has to say. */
export interface CommandOutput {
  /** Takes the report, or the JSON and nothing else. */
  out(text: string): void;
  /** Takes progress and complaints. */
  err(text: string): void;
}

const USAGE = `corpus [FOLDER] [--json] [--only TEXT] [--verbose]

Reads every file of a corpus and compares it with its expected values.

  FOLDER        folder with manifest.json (default: ../shared/corpus beside the repository)
  --json        print { matched, wrong, unsupported, files } and nothing else
  --only TEXT   only files with TEXT in their path
  --verbose     every file and every difference`;

const OPTIONS = {
  json: { type: "boolean", default: false },
  only: { type: "string" },
  verbose: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/**
 * The corpus runner as a command.
 *
 * @returns the exit code: 0 when nothing is wrong, 1 when something is, 2 when there is nothing to run
 */
export async function corpusCommand(
  args: readonly string[],
  defaultFolder: string,
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
  const folder = resolve(positionals[0] ?? defaultFolder);
  if (!isCorpusFolder(folder)) {
    output.err(`There is no corpus in ${folder}: it has no manifest.json`);
    return 2;
  }
  const { only = "" } = values;
  const results: FileResult[] = [];
  for await (const result of runCorpus(corpusFolder(folder), { only: ({ file }) => file.includes(only) })) {
    results.push(result);
  }
  if (results.length === 0) {
    output.err(`No file of ${folder} has "${only}" in its path`);
    return 2;
  }
  const summary = summarize(results);
  output.out(values.json ? JSON.stringify(summary, null, 1) : reportText(results, { verbose: values.verbose }));
  return summary.wrong > 0 ? 1 : 0;
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
