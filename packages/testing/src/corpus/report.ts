import type { FileResult } from "./compare-file.js";
import type { Difference } from "./findings.js";

/** A file in a report: compared with what is expected of it, or `survived`, which is to say read with typed errors only. */
export interface FileReport extends Omit<FileResult, "status"> {
  readonly status: FileResult["status"] | "survived";
}

/** A run of the corpus as data: what `--json` prints. */
export interface CorpusSummary {
  readonly matched: number;
  readonly wrong: number;
  readonly unsupported: number;
  /** Files of which nothing is expected, but that nothing hangs, crashes or fails in an error without a type. */
  readonly survived: number;
  readonly files: readonly {
    readonly file: string;
    readonly status: FileReport["status"];
    /** What is not supported, or the first thing that is wrong; `null` for files that match. */
    readonly reason: string | null;
  }[];
}

/** Sums up results. */
export function summarize(results: readonly FileReport[]): CorpusSummary {
  const count = (status: FileReport["status"]): number => results.filter((result) => result.status === status).length;
  return {
    matched: count("matched"),
    wrong: count("wrong"),
    unsupported: count("unsupported"),
    survived: count("survived"),
    files: results.map((result) => ({ file: result.file, status: result.status, reason: reasonOf(result) })),
  };
}

function reasonOf({ status, unsupported, differences }: FileReport): string | null {
  switch (status) {
    case "matched":
    case "survived":
      return null;
    case "unsupported":
      return [...unsupported.keys()].sort().join("; ");
    case "wrong":
      return differences[0] === undefined ? null : differenceText(differences[0]);
  }
}

/** Files by what is not supported in them, most files first; a file counts once under each of its reasons. */
export function filesByReason(results: readonly FileReport[]): readonly (readonly [reason: string, files: number])[] {
  const counts = new Map<string, number>();
  for (const { status, unsupported } of results) {
    if (status === "unsupported") {
      for (const reason of unsupported.keys()) {
        counts.set(reason, (counts.get(reason) ?? 0) + 1);
      }
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** A difference as one line of text. */
export function differenceText({ path, fact, expected, got }: Difference): string {
  return `${path}: ${fact}: expected ${valueText(expected)}, got ${valueText(got)}`;
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
}

/** How much of a report is shown. */
export interface ReportOptions {
  /** Every file and every difference, not only the first ones. */
  readonly verbose?: boolean | undefined;
}

const FIRST = 5;

/** A run of the corpus as text for people. */
export function reportText(results: readonly FileReport[], { verbose = false }: ReportOptions = {}): string {
  const { matched, wrong, unsupported, survived } = summarize(results);
  const lines: string[] = [];
  if (verbose) {
    for (const { file, status, unsupported: reasons } of results) {
      const why = [...reasons].map(([reason, paths]) => `${reason} (${paths.length}×, first ${paths[0]})`).join("; ");
      lines.push(`${status.padEnd(11)} ${file}${why === "" ? "" : `  ${why}`}`);
    }
  }
  for (const { file, status, differences } of results) {
    if (status === "wrong") {
      lines.push(`wrong: ${file}`);
      for (const difference of verbose ? differences : differences.slice(0, FIRST)) {
        lines.push(`    ${differenceText(difference)}`);
      }
      if (!verbose && differences.length > FIRST) {
        lines.push(`    and ${differences.length - FIRST} more`);
      }
    }
  }
  lines.push(`matched     ${String(matched).padStart(5)}`, `unsupported ${String(unsupported).padStart(5)}`);
  for (const [reason, files] of filesByReason(results)) {
    lines.push(`            ${String(files).padStart(5)}  ${reason}`);
  }
  if (survived > 0) {
    lines.push(`survived    ${String(survived).padStart(5)}`);
  }
  lines.push(`wrong       ${String(wrong).padStart(5)}`);
  return lines.join("\n");
}
