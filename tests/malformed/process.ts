import { readFileSync, writeSync } from "node:fs";
import { deflateSync } from "node:zlib";
import type { Case, Job, Report } from "./cases.js";
import { damaged } from "./damage.js";
import { exercise, exerciseEdits, ForeignError, SMALL_FILE_LIMITS, type Tally } from "./exercise.js";

/** Written at once, not queued: what is said before an endless loop must arrive. */
function say(report: Report): void {
  writeSync(1, `${JSON.stringify(report)}\n`);
}

/** The most bytes this process has had in memory. */
function peak(): number {
  return process.resourceUsage().maxRSS * 1024;
}

function work({ batch, from, cpuMilliseconds, memoryBytes }: Job): void {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const load = (path: string): Uint8Array<ArrayBuffer> => {
    const image = files.get(path) ?? new Uint8Array(readFileSync(path));
    files.set(path, image);
    return image;
  };
  const limits = batch.limits === "small" ? SMALL_FILE_LIMITS : batch.limits;
  const total: Tally = new Map();
  const before = peak();
  let slowest = 0;
  for (let index = from; index < batch.cases.length; index++) {
    const { file, donor, damage, edits } = batch.cases[index] as Case;
    const original = load(file);
    say({ kind: "at", index });
    const started = process.cpuUsage();
    try {
      const image = damaged(original, damage, donor === undefined ? original : load(donor));
      if (batch.describes === true) {
        say({ kind: "image", index, deflated: deflateSync(image).toString("base64") });
      }
      for (const [code, count] of (edits === true ? exerciseEdits : exercise)(image, limits)) {
        total.set(code, (total.get(code) ?? 0) + count);
      }
    } catch (error) {
      const problem = error instanceof ForeignError ? error.message : `the harness failed: ${String(error)}`;
      say({ kind: "failed", index, problem });
    }
    const { user, system } = process.cpuUsage(started);
    const milliseconds = (user + system) / 1000;
    slowest = Math.max(slowest, milliseconds);
    if (milliseconds > cpuMilliseconds) {
      say({ kind: "failed", index, problem: `took ${Math.round(milliseconds)} ms of processor time` });
    }
    if (peak() - before > memoryBytes) {
      say({ kind: "failed", index, problem: `memory grew by ${Math.round((peak() - before) / 2 ** 20)} MiB` });
      break;
    }
  }
  say({ kind: "done", tally: [...total], slowest });
}

process.once("message", (job: Job) => {
  work(job);
  process.exit();
});
