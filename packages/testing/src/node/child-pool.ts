import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";

/** What one job may take in a child. */
export interface ChildBounds {
  /** Milliseconds of processor time where the system tells of them; the clock may show twelve times as many. */
  readonly milliseconds: number;
  /** Bytes of memory that the child may have beyond what it had before its first job. */
  readonly memoryBytes: number;
}

/** What came of a job: its answer, or how the child ended over it. */
export type ChildOutcome<Answer> =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "hang" | "memory" | "crash"; readonly problem: string };

/** What a child says: that it is there, with the bytes of memory it has, and the answer to a job. */
export type ChildReport<Answer> =
  | { readonly kind: "ready"; readonly memoryBytes: number }
  | { readonly kind: "answer"; readonly answer: Answer };

const WATCH_MILLISECONDS = 50;
const MIB = 2 ** 20;
const SHOWN = 600;
/** On a busy machine, and where processor time is not known. */
const CLOCK_FACTOR = 12;
const TICK_MILLISECONDS = 10;

/**
 * Runs jobs in processes of their own, several at once. A job that hangs, dies or takes too much memory costs its process,
 * which is replaced, and nothing else.
 */
export class ChildPool<Job extends object, Answer> {
  readonly #program: string;
  readonly #bounds: ChildBounds;
  readonly #idle: Child<Job, Answer>[] = [];

  constructor(program: string, bounds: ChildBounds) {
    this.#program = program;
    this.#bounds = bounds;
  }

  /** The outcomes of jobs, in the order of the jobs. */
  async *run(jobs: readonly Job[], atOnce: number): AsyncGenerator<ChildOutcome<Answer>, void, undefined> {
    const pending: Promise<ChildOutcome<Answer>>[] = [];
    let next = 0;
    try {
      for (let done = 0; done < jobs.length; done++) {
        while (next < jobs.length && pending.length < atOnce) {
          pending.push(this.#one(jobs[next++] as Job));
        }
        yield await (pending.shift() as Promise<ChildOutcome<Answer>>);
      }
    } finally {
      await Promise.all(pending);
      for (const child of this.#idle.splice(0)) {
        child.end();
      }
    }
  }

  async #one(job: Job): Promise<ChildOutcome<Answer>> {
    const child = this.#idle.pop() ?? new Child<Job, Answer>(this.#program, this.#bounds);
    const outcome = await child.run(job);
    if (outcome.kind === "answer") {
      this.#idle.push(child);
    } else {
      child.end();
    }
    return outcome;
  }
}

class Child<Job extends object, Answer> {
  readonly #process: ChildProcess;
  readonly #bounds: ChildBounds;
  readonly #ready: Promise<number>;
  #said = "";

  constructor(program: string, bounds: ChildBounds) {
    this.#bounds = bounds;
    this.#process = fork(program, [], {
      execArgv: [`--max-old-space-size=${Math.ceil(bounds.memoryBytes / MIB)}`],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#process.stderr?.on("data", (text) => {
      this.#said = (this.#said + String(text)).slice(-SHOWN);
    });
    this.#ready = new Promise((resolve) => {
      this.#process.once("message", (report: ChildReport<Answer>) =>
        resolve(report.kind === "ready" ? report.memoryBytes : 0),
      );
      this.#process.once("exit", () => resolve(0));
      this.#process.once("error", () => resolve(0));
    });
  }

  async run(job: Job): Promise<ChildOutcome<Answer>> {
    // Starting a process is not the job's time.
    const before = await this.#ready;
    const { milliseconds, memoryBytes } = this.#bounds;
    return new Promise((resolve) => {
      const child = this.#process;
      const settle = (outcome: ChildOutcome<Answer>): void => {
        clearTimeout(clock);
        clearInterval(watch);
        child.off("message", answered);
        child.off("exit", died);
        resolve(outcome);
      };
      const answered = (report: ChildReport<Answer>): void => {
        if (report.kind === "answer") {
          settle({ kind: "answer", answer: report.answer });
        }
      };
      const died = (code: number | null, signal: NodeJS.Signals | null): void =>
        settle({ kind: "crash", problem: `the process ended with ${signal ?? code}: ${this.#said.trim()}` });
      const hung = (): void => settle({ kind: "hang", problem: `no answer within ${milliseconds} ms` });
      const clock = setTimeout(hung, CLOCK_FACTOR * milliseconds);
      const started = processorTimeOf(child.pid);
      const watch = setInterval(() => {
        if (processorTimeOf(child.pid) - started > milliseconds) {
          hung();
        }
        const taken = memoryOf(child.pid) - before;
        if (taken > memoryBytes) {
          settle({ kind: "memory", problem: `the process took ${Math.round(taken / MIB)} MiB` });
        }
      }, WATCH_MILLISECONDS);
      child.on("message", answered);
      child.once("exit", died);
      if (child.exitCode !== null || child.signalCode !== null || !child.connected) {
        died(child.exitCode, child.signalCode);
      } else {
        child.send(job);
      }
    });
  }

  end(): void {
    this.#process.kill("SIGKILL");
  }
}

/** Bytes of memory that a process has now, where the system tells; else 0. */
function memoryOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Milliseconds of processor time that a process has taken, where the system tells; else 0. */
function processorTimeOf(pid: number | undefined): number {
  try {
    // What follows the name in brackets: the state first, user and system time as the 12th and 13th after it.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\)/, "").trim().split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MILLISECONDS;
  } catch {
    return 0;
  }
}
