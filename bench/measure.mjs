/**
 * Runs one task of one contestant in this process and prints one line of JSON: the times of all repetitions, what the
 * process had in memory before and at most, and the answer.
 *
 *   node --expose-gc bench/measure.mjs '{"task":"groups.walk","contestant":"hdfive","path":"…","repetitions":3}'
 */
import { existsSync, rmSync } from "node:fs";
import { TASKS } from "./tasks.mjs";

const MODULES = { hdfive: "./contestant.mjs", h5wasm: "./h5wasm.mjs", fs: "./raw-fs.mjs" };
const peak = () => process.resourceUsage().maxRSS / 1024;

const order = JSON.parse(process.argv[2]);
const task = TASKS[order.task];
const { default: contestant } = await import(MODULES[order.contestant]);
await contestant.init();
const prepared = task.prepare?.(order);
const before = peak();
const times = [];
let peakMib = 0;
let check = null;
for (let i = 0; i < order.repetitions; i++) {
  if (task.file === undefined && existsSync(order.path)) {
    rmSync(order.path);
  }
  globalThis.gc?.();
  const start = performance.now();
  const answer = await task.run(contestant, { ...order, prepared });
  times.push(performance.now() - start);
  // The first repetition: later ones may find memory that an earlier one left to the collector.
  peakMib ||= peak() - before;
  check = answer();
}
console.log(JSON.stringify({ times, peakMib, check }));
process.exit(0);
