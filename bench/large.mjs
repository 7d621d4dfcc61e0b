/**
 * Writes what is large or many, and prints how the rate goes along the way: it must not fall.
 *
 *   npm run bench:large                         everything: minutes
 *   npm run bench:large -- --tasks 'append.*'   some of it
 *   npm run bench:large -- --scale 0.1          a tenth of it
 *   npm run bench:large -- --folder /mnt/disk   where the files go: 5 GiB of room is wanted there
 *
 * Every task is a process of its own, so that its peak memory is its own.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { open, openSync, slice } = await import(process.env.HDFIVE_BENCH_LIBRARY ?? "hdfive");

const MIB = 1024 * 1024;
const POINTS = 10;

const TASKS = {
  "data.gzip": {
    what: "MiB of a compressed dataset, a chunk of 4 MiB at a time",
    count: 5 * 1024,
    run: compressed,
    maxMib: 256,
  },
  "append.earliest": { what: "appends of one row", count: 1_000_000, run: (...args) => appends("earliest", ...args) },
  "append.latest": { what: "appends of one row", count: 1_000_000, run: (...args) => appends("latest", ...args) },
  strings: { what: "strings of variable length, 10,000 at a time", count: 1_000_000, run: strings },
  "datasets.earliest": {
    what: "datasets in one group",
    count: 100_000,
    run: (...args) => datasets("earliest", ...args),
  },
  "datasets.latest": { what: "datasets in one group", count: 100_000, run: (...args) => datasets("latest", ...args) },
};

const { values: options } = parseArgs({
  options: {
    tasks: { type: "string", default: "*" },
    scale: { type: "string", default: "1" },
    folder: { type: "string", default: tmpdir() },
    task: { type: "string" },
    path: { type: "string" },
  },
});

if (options.task === undefined) {
  runAll();
} else {
  await runOne(options.task, options.path, Number(options.scale));
}

function runAll() {
  const folder = mkdtempSync(join(options.folder, "hdfive-large-"));
  const patterns = options.tasks.split(",").map((each) => new RegExp(`^${each.replaceAll("*", ".*")}$`));
  let failed = false;
  try {
    for (const name of Object.keys(TASKS).filter((each) => patterns.some((pattern) => pattern.test(each)))) {
      const path = join(folder, "large.h5");
      const args = [fileURLToPath(import.meta.url), "--task", name, "--path", path, "--scale", options.scale];
      const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
      failed ||= status !== 0;
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.exitCode = failed ? 1 : 0;
}

/** One task: a line for each tenth of it, then what it took altogether. */
async function runOne(name, path, scale) {
  const { what, count: whole, run, maxMib } = TASKS[name];
  const count = Math.max(POINTS, Math.round((whole * scale) / POINTS) * POINTS);
  console.log(`\n${name}: ${count.toLocaleString("en")} ${what}`);
  const begun = performance.now();
  let last = begun;
  let next = count / POINTS;
  const rates = [];
  const progress = (done) => {
    if (done < next) {
      return;
    }
    const now = performance.now();
    rates.push(count / POINTS / ((now - last) / 1000));
    const rate = Math.round(rates.at(-1)).toLocaleString("en");
    console.log(
      `  ${String(Math.round((100 * done) / count)).padStart(3)} %  ${rate.padStart(9)} a second  ${peak()} MiB`,
    );
    last = performance.now();
    next += count / POINTS;
  };
  await run(path, count, progress);
  const seconds = (performance.now() - begun) / 1000;
  const size = existsSync(path) ? (statSync(path).size / MIB).toFixed(1) : "0";
  const steady = rates.at(-1) / Math.max(...rates.slice(0, 3));
  console.log(
    `  ${seconds.toFixed(1)} s with the closing, ${size} MiB in the file, ${peak()} MiB of memory at most, ` +
      `the last tenth at ${steady.toFixed(2)} of the best rate of the first three`,
  );
  if (maxMib !== undefined && peak() > maxMib) {
    console.error(`  more memory than ${maxMib} MiB`);
    process.exitCode = 1;
  }
}

function peak() {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

async function compressed(path, count, progress) {
  const perChunk = 4;
  const length = (perChunk * MIB) / 4;
  const file = await open(path, "w", { fsync: false });
  const chunks = Math.ceil(count / perChunk);
  const dataset = await file.createDataset("data", {
    shape: [chunks * length],
    dtype: "<f4",
    chunks: [length],
    compression: 1,
  });
  const values = new Float32Array(length);
  // Numbers of 12 bits without a pattern: about a third is left of them.
  let state = 1;
  for (let chunk = 0; chunk < chunks; chunk++) {
    for (let index = 0; index < length; index++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      values[index] = (state >>> 20) / 16;
    }
    await dataset.write(values, [slice(chunk * length, (chunk + 1) * length)]);
    progress((chunk + 1) * perChunk);
  }
  await file.close();
}

async function appends(libver, path, count, progress) {
  const file = openSync(path, "w", { libver, fsync: false });
  const dataset = file.createDatasetSync("rows", {
    shape: [0, 4],
    dtype: "<f8",
    chunks: [256, 4],
    maxShape: [null, 4],
  });
  const row = new Float64Array(4);
  for (let index = 0; index < count; index++) {
    row.fill(index);
    dataset.appendSync([row]);
    progress(index + 1);
  }
  if (dataset.readSync([slice(count - 1, count)]).data[3] !== count - 1) {
    throw new Error("the last row is another");
  }
  file.closeSync();
}

async function strings(path, count, progress) {
  const step = Math.min(10_000, count / POINTS);
  const file = openSync(path, "w", { fsync: false });
  const dataset = file.createDatasetSync("texts", { shape: [count], dtype: "string", chunks: [step] });
  for (let from = 0; from < count; from += step) {
    const texts = Array.from({ length: Math.min(step, count - from) }, (_, index) => `text number ${from + index}`);
    dataset.writeSync(texts, [slice(from, from + texts.length)]);
    progress(from + texts.length);
  }
  file.closeSync();
}

async function datasets(libver, path, count, progress) {
  const file = openSync(path, "w", { libver, fsync: false });
  const group = file.createGroupSync("group");
  for (let index = 0; index < count; index++) {
    group.createDatasetSync(`dataset ${index}`, { data: index });
    progress(index + 1);
  }
  if (
    group
      .getDatasetSync(`dataset ${count - 1}`)
      .readSync()
      .item() !==
    count - 1
  ) {
    throw new Error("the last dataset is another");
  }
  file.closeSync();
}
