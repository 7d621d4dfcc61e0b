import { compareFile } from "../corpus/compare-file.js";
import type { CorpusEntry } from "../corpus/expected.js";
import type { Difference } from "../corpus/findings.js";
import type { FileReport } from "../corpus/report.js";
import { survivedFile } from "../corpus/survive-file.js";
import type { ChildReport } from "./child-pool.js";
import { corpusFolder } from "./corpus-folder.js";

/** One file to look at: to be compared with its expected values, or only to be read in one piece. */
export interface CorpusJob {
  readonly folder: string;
  readonly entry: CorpusEntry;
  readonly survives: boolean;
  /** Whether the structure of a file that is compared is checked too. */
  readonly check?: boolean;
}

async function work({ folder, entry, survives, check = false }: CorpusJob): Promise<FileReport> {
  const host = corpusFolder(folder);
  const result = await (survives ? survivedFile(host, entry) : compareFile(host, entry, { check }));
  return { ...result, differences: result.differences.map(plainDifference) };
}

/** Differences go to another process: what is no plain data goes as text. */
function plainDifference(difference: Difference): Difference {
  const { expected, got } = difference;
  return { ...difference, expected: plain(expected), got: plain(got) };
}

function plain(value: unknown): unknown {
  if (value === undefined) {
    return undefined;
  }
  const text = JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? String(item) : item));
  return text === undefined ? String(value) : JSON.parse(text);
}

function say(report: ChildReport<FileReport>): void {
  process.send?.(report);
}

process.on("message", (job: CorpusJob) => {
  work(job).then(
    (answer) => say({ kind: "answer", answer }),
    (error: unknown) => {
      // The comparison itself failed: the process says so by its end.
      console.error(error);
      process.exit(1);
    },
  );
});
say({ kind: "ready", memoryBytes: process.memoryUsage().rss });
