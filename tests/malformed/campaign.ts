import { fork } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { Batch, Case, Job, Report } from "./cases.js";
import type { Tally } from "./exercise.js";

/** One damage that the reader did not survive, with what repeats it. */
export interface Failure {
  readonly file: string;
  readonly damage: string;
  readonly problem: string;
  /** What was tried. */
  readonly tried: Case;
  /** The damaged file, deflated and in base 64, where the batch describes them. */
  readonly deflated?: string | undefined;
}

/** The outcome of a batch. */
export interface Outcome {
  readonly failures: readonly Failure[];
  readonly tally: Tally;
  readonly cases: number;
  /** Milliseconds of processor time of the slowest case. */
  readonly slowest: number;
}

/** Bounds for one case, and for the process that runs a batch. */
export interface Bounds {
  readonly cpuMilliseconds: number;
  readonly memoryBytes: number;
  /** Milliseconds after which a process that says nothing is ended; well above the bound on processor time. */
  readonly silenceMilliseconds: number;
}

/** A mutant may take this much; so may a bad file by itself. */
export const CASE_BOUNDS: Bounds = { cpuMilliseconds: 2000, memoryBytes: 256 * 2 ** 20, silenceMilliseconds: 20_000 };

const MAX_FAILURES = 20;

/** Puts the program that runs batches, and the library as it stands in the sources, into one file that Node can run. */
export async function buildProgram(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), "hdfive-malformed-"));
  const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
  await build({
    configFile: false,
    logLevel: "error",
    resolve: {
      alias: [
        { find: "@hdfive/core/plugin", replacement: source("packages/core/src/model/plugin.ts") },
        { find: "@hdfive/format/filters", replacement: source("packages/format/src/filters/index.ts") },
        { find: /^@hdfive\/([a-z-]+)$/, replacement: source("packages/$1/src/index.ts") },
      ],
    },
    ssr: { noExternal: true },
    build: {
      ssr: source("tests/malformed/process.ts"),
      outDir,
      emptyOutDir: false,
      minify: false,
      rollupOptions: { output: { entryFileNames: "process.mjs" } },
    },
  });
  return join(outDir, "process.mjs");
}

/** Runs a batch in a process of its own; one that hangs or dies is replaced, and goes on after the case that did it. */
async function runBatch(program: string, batch: Batch, bounds: Bounds): Promise<Outcome> {
  const failures: Failure[] = [];
  const tally: Tally = new Map();
  let slowest = 0;
  for (let from = 0; from < batch.cases.length && failures.length < MAX_FAILURES; ) {
    const run = await runProcess(program, { batch, from, ...bounds }, bounds.silenceMilliseconds);
    for (const { index, problem } of run.failed) {
      const tried = batch.cases[index] as Case;
      const { file, ...how } = tried;
      failures.push({ file, damage: JSON.stringify(how), problem, tried, deflated: run.images.get(index) });
    }
    for (const [code, count] of run.tally) {
      tally.set(code, (tally.get(code) ?? 0) + count);
    }
    slowest = Math.max(slowest, run.slowest);
    from = run.last + 1;
  }
  return { failures, tally, cases: batch.cases.length, slowest };
}

interface Run {
  readonly failed: readonly { readonly index: number; readonly problem: string }[];
  readonly images: ReadonlyMap<number, string>;
  readonly tally: readonly (readonly [string, number])[];
  readonly slowest: number;
  readonly last: number;
}

function runProcess(program: string, job: Job, silenceMilliseconds: number): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = fork(program, [], {
      execArgv: [`--max-old-space-size=${Math.ceil(job.memoryBytes / 2 ** 20)}`],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const failed: { index: number; problem: string }[] = [];
    const images = new Map<number, string>();
    let done: Extract<Report, { kind: "done" }> | null = null;
    let last = job.from;
    let errors = "";
    let silence = setTimeout(end, silenceMilliseconds);
    let hung = false;
    function end(): void {
      hung = true;
      child.kill("SIGKILL");
    }
    child.stderr?.on("data", (text) => {
      errors = (errors + String(text)).slice(0, 2000);
    });
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    lines.on("line", (line) => {
      const report = JSON.parse(line) as Report;
      clearTimeout(silence);
      silence = setTimeout(end, silenceMilliseconds);
      if (report.kind === "at") {
        last = report.index;
      } else if (report.kind === "failed") {
        failed.push(report);
      } else if (report.kind === "image") {
        images.set(report.index, report.deflated);
      } else {
        done = report;
      }
    });
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(silence);
      if (done === null) {
        const problem = hung ? `no answer in ${silenceMilliseconds} ms` : `the process ended with ${code}: ${errors}`;
        failed.push({ index: last, problem });
      }
      resolve({ failed, images, tally: done?.tally ?? [], slowest: done?.slowest ?? 0, last });
    });
    child.send(job);
  });
}

/** Runs cases in two processes; every second case goes to each. */
export async function runCampaign(
  program: string,
  { cases, ...how }: Batch,
  bounds: Bounds = CASE_BOUNDS,
): Promise<Outcome> {
  const [even, odd] = await Promise.all(
    [0, 1].map((rest) => runBatch(program, { cases: cases.filter((_, i) => i % 2 === rest), ...how }, bounds)),
  );
  return merged(even as Outcome, odd as Outcome);
}

function merged(a: Outcome, b: Outcome): Outcome {
  const tally: Tally = new Map(a.tally);
  for (const [code, count] of b.tally) {
    tally.set(code, (tally.get(code) ?? 0) + count);
  }
  return {
    failures: [...a.failures, ...b.failures],
    tally,
    cases: a.cases + b.cases,
    slowest: Math.max(a.slowest, b.slowest),
  };
}
