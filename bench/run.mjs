/**
 * Measures hdfive beside h5py and h5wasm and prints the ratios.
 *
 *   npm run bench                          our tasks and those of the rig
 *   npm run bench -- --quick               smaller data, fewer rounds
 *   npm run bench -- --tasks 'rows.*'      some tasks, ours or the rig's
 *   npm run bench -- --own | --rig         only ours, only the rig's
 *   npm run bench -- --sync                bulk data by the Sync methods too
 *   npm run bench -- --json                the results as JSON
 *
 * Every measurement is a process of its own; the contestants run in turn. A ratio is that of the best times.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findRig, rigTasks, runRig } from "./rig.mjs";
import { TASKS } from "./tasks.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const PYTHON = process.env.HDFIVE_BENCH_PYTHON ?? "/usr/bin/python3";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    own: { type: "boolean", default: false },
    rig: { type: "boolean", default: false },
    sync: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    tasks: { type: "string" },
    contestants: { type: "string" },
    rounds: { type: "string" },
  },
});
const mib = options.quick ? 32 : 128;
const rows = options.quick ? 20_000 : 100_000;
const scale = options.quick ? 0.05 : 0.25;
const rounds = Number(options.rounds ?? (options.quick ? 2 : 3));
const patterns = options.tasks?.split(",") ?? null;
const wanted = options.contestants?.split(",") ?? ["fs", "h5py", "h5wasm", "hdfive"];
const dataFolder = join(here, "data");
// Memory as the disk where there is one: what is measured is the library.
const outFolder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "hdfive-bench-"));

if (options.sync) {
  process.env.HDFIVE_BENCH_SYNC = "1";
}
try {
  const own = options.rig ? [] : runOwn(Object.keys(TASKS).filter(chosen));
  const rig = options.own ? [] : theRigs();
  if (options.json) {
    console.log(JSON.stringify({ own, rig }, null, 2));
  } else {
    printOwn(own);
    printRig(rig);
  }
} finally {
  rmSync(outFolder, { recursive: true, force: true });
}

function chosen(name) {
  return patterns === null || patterns.some((pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(name));
}

function runOwn(names) {
  const folder = join(dataFolder, `own-${mib}`);
  if (names.length > 0 && !existsSync(join(folder, "manifest.json"))) {
    console.error("Making the files of our tasks …");
    execFileSync(PYTHON, [join(here, "h5py_tasks.py"), "data", folder, String(mib)]);
  }
  return names.map((name) => runTask(name, TASKS[name], folder));
}

function runTask(name, task, folder) {
  const results = new Map(task.contestants.filter((each) => wanted.includes(each)).map((each) => [each, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [contestant, samples] of results) {
      const path = task.file === undefined ? join(outFolder, `${contestant}.h5`) : join(folder, task.file);
      const sample = measure(contestant, { task: name, contestant, path, mib, rows, repetitions: 3 });
      rmSync(join(outFolder, `${contestant}.h5`), { force: true });
      samples.push(sample);
    }
  }
  const summaries = [...results].map(([contestant, samples]) => summarise(contestant, samples));
  const checks = new Set(summaries.flatMap(({ check }) => (check === undefined ? [] : [Math.round(check * 1000)])));
  if (checks.size > 1) {
    throw new Error(`${name}: the contestants do not agree on the answer (${[...checks].join(", ")})`);
  }
  return { task: name, what: task.what, base: task.base, results: summaries };
}

function measure(contestant, order) {
  const [program, args] =
    contestant === "h5py"
      ? [PYTHON, [join(here, "h5py_tasks.py"), "measure"]]
      : [process.execPath, ["--expose-gc", join(here, "measure.mjs")]];
  const { status, stdout, stderr } = spawnSync(program, [...args, JSON.stringify(order)], { encoding: "utf8" });
  return status === 0 ? JSON.parse(stdout.trim().split("\n").at(-1)) : { error: stderr.trim().slice(-400) };
}

function summarise(contestant, samples) {
  const failed = samples.find(({ error }) => error !== undefined);
  if (failed !== undefined) {
    return { contestant, error: failed.error };
  }
  const first = Math.min(...samples.map(({ times }) => times[0]));
  const best = Math.min(...samples.flatMap(({ times }) => times));
  const peakMib = Math.min(...samples.map((sample) => sample.peakMib));
  return { contestant, first, best, peakMib, check: samples[0].check };
}

function printOwn(tasks) {
  if (tasks.length === 0) {
    return;
  }
  console.log(
    `Our tasks: ${mib} MiB, contiguous.read 256 MiB, ${rows} rows, ${rounds} rounds; a ratio above 1 is slower\n`,
  );
  console.log("| task | contestant | first ms | best ms | first ratio | best ratio | memory MiB |");
  console.log("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
  for (const { task, what, base, results } of tasks) {
    const one = results.find(({ contestant }) => contestant === base);
    for (const { contestant, first, best, peakMib, error } of results) {
      const ratio = (mine, other) => (other === undefined ? "" : (mine / other).toFixed(2));
      const cells =
        error === undefined
          ? [first.toFixed(1), best.toFixed(1), ratio(first, one?.first), ratio(best, one?.best), peakMib.toFixed(0)]
          : [`failed: ${error.split("\n").at(-1)}`, "", "", "", ""];
      console.log(`| ${task} (${what}) | ${[contestant, ...cells].join(" | ")} |`);
    }
  }
}

function theRigs() {
  const rig = findRig();
  if (rig === null) {
    console.warn("NO RIG: its tasks are not measured. HDFIVE_BENCH_RIG names its folder (default ../shared/bench).");
    return [];
  }
  mkdirSync(dataFolder, { recursive: true });
  const contestants = wanted.filter((name) => name !== "fs");
  const resultFolder = join(here, "results");
  return runRig(rig, rigTasks(rig, patterns), { contestants, rounds, scale, dataFolder, outFolder, resultFolder });
}

function printRig(results) {
  if (results.length === 0) {
    return;
  }
  console.log(`\nTasks of the rig: scale ${scale}, ${rounds} rounds; ratios to the first contestant\n`);
  console.log("| task | contestant | cold | warm | cold ratio | warm ratio | note |");
  console.log("| --- | --- | --- | --- | ---: | ---: | --- |");
  for (const { task, contestant, cold = "", warm = "", coldRatio = "", warmRatio = "", note } of results) {
    console.log(`| ${task} | ${contestant} | ${cold} | ${warm} | ${coldRatio} | ${warmRatio} | ${note} |`);
  }
}
