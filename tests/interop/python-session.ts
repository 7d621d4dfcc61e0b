import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { PythonTool } from "./tools.js";

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Answer {
  readonly ok?: unknown;
  readonly error?: string;
}

/** One Python that stays up and answers a question per line, so that a case does not pay for a process. */
export class PythonSession {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting: Waiting[] = [];
  #complaints = "";

  constructor(tool: PythonTool) {
    const script = fileURLToPath(new URL("./python/oracle.py", import.meta.url));
    this.#process = spawn(tool.path, ["-u", script], { stdio: "pipe" });
    this.#process.stderr.on("data", (text: Buffer) => {
      this.#complaints += text.toString();
    });
    this.#process.on("exit", (code, signal) => {
      const error = new Error(`${tool.label} ended (${signal ?? code}): ${this.#complaints}`);
      for (const { reject } of this.#waiting.splice(0)) {
        reject(error);
      }
    });
    createInterface({ input: this.#process.stdout }).on("line", (line) => this.#answer(line));
  }

  /** Calls a function of the oracle with named arguments. */
  ask<T>(command: string, args: object = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ resolve: (value) => resolve(value as T), reject });
      this.#process.stdin.write(`${JSON.stringify({ command, args })}\n`);
    });
  }

  /** Ends the process. */
  close(): void {
    this.#process.stdin.end();
  }

  #answer(line: string): void {
    const waiting = this.#waiting.shift();
    const answer = JSON.parse(line) as Answer;
    if (answer.error !== undefined) {
      waiting?.reject(new Error(answer.error));
    } else {
      waiting?.resolve(answer.ok);
    }
  }
}
