import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { type ChildOutcome, ChildPool } from "../src/node/child-pool.js";

const folder = mkdtempSync(join(tmpdir(), "hdfive-pool-"));
afterAll(() => rmSync(folder, { recursive: true }));

const program = join(folder, "child.mjs");
writeFileSync(
  program,
  `
  const kept = [];
  process.on("message", ({ does }) => {
    if (does === "hang") for (;;) {}
    if (does === "die") { console.error("as told"); process.exit(3); }
    if (does === "take") for (let i = 0; i < 1000; i++) kept.push(new Uint8Array(2 ** 20).fill(1));
    process.send({ kind: "answer", answer: does });
  });
  process.send({ kind: "ready", memoryBytes: process.memoryUsage().rss });
`,
);

async function outcomes(...jobs: readonly string[]): Promise<ChildOutcome<string>[]> {
  const pool = new ChildPool<{ readonly does: string }, string>(program, { milliseconds: 500, memoryBytes: 2 ** 27 });
  const found: ChildOutcome<string>[] = [];
  for await (const outcome of pool.run(
    jobs.map((does) => ({ does })),
    2,
  )) {
    found.push(outcome);
  }
  return found;
}

it("answers in the order of the jobs", async () => {
  expect(await outcomes("a", "b", "c", "d")).toEqual(
    ["a", "b", "c", "d"].map((answer) => ({ kind: "answer", answer })),
  );
});

it("loses nothing but the job over a process that hangs, dies or takes too much", async () => {
  expect(await outcomes("a", "hang", "b", "die", "c", "take", "d")).toEqual([
    { kind: "answer", answer: "a" },
    { kind: "hang", problem: "no answer within 500 ms" },
    { kind: "answer", answer: "b" },
    { kind: "crash", problem: "the process ended with 3: as told" },
    { kind: "answer", answer: "c" },
    { kind: "memory", problem: expect.stringMatching(/took \d+ MiB/) },
    { kind: "answer", answer: "d" },
  ]);
});
