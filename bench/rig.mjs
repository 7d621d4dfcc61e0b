/** The tasks of the rig, which lives outside this repository: its own program runs them with our contestants. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Tasks of the rig that need structures we do not read yet, and the largest ones, which tell nothing more. */
const LEFT_OUT = ["l.read", "e.read", "k_*", "g_new.*", "h.*", "w.manyNew"];

/** Where the rig is, or `null`. */
export function findRig() {
  const folder = process.env.HDFIVE_BENCH_RIG ?? join(here, "../../shared/bench");
  return existsSync(join(folder, "bench.mjs")) ? folder : null;
}

/** Names of the rig's tasks that patterns choose; by default those that we can do. */
export function rigTasks(rig, patterns) {
  const names = Object.keys(JSON.parse(readFileSync(join(rig, "tasks.json"), "utf8")));
  const matches = (name, list) =>
    list.some((pattern) => new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`).test(name));
  return names.filter((name) => (patterns === null ? !matches(name, LEFT_OUT) : matches(name, patterns)));
}

/** Makes the files that these tasks need and that are not there. */
function generate(rig, tasks, folder, scale) {
  const all = JSON.parse(readFileSync(join(rig, "tasks.json"), "utf8"));
  const files = tasks.map((name) => all[name].file?.replace(".h5", "") ?? (all[name].src === undefined ? null : "raw"));
  const missing = [...new Set(files)].filter(
    (name) => name !== null && !existsSync(join(folder, name === "raw" ? "raw_f32.bin" : `${name}.h5`)),
  );
  if (missing.length > 0) {
    console.error(`Making the files of ${missing.length} tasks of the rig …`);
    const args = [join(rig, "gen.py"), "--out", folder, "--scale", String(scale), "--only", missing.join()];
    const { status } = spawnSync("/usr/bin/python3", args, { stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) {
      throw new Error("The rig could not make its files");
    }
  }
}

/** Runs tasks of the rig; the answer is one row per task and contestant. */
export function runRig(rig, tasks, { contestants, rounds, scale, dataFolder, outFolder, resultFolder }) {
  const folder = join(dataFolder, `rig-${scale}`);
  generate(rig, tasks, folder, scale);
  mkdirSync(resultFolder, { recursive: true });
  const names = contestants.map(
    (name) => ({ hdfive: join(here, "contestant.mjs"), h5wasm: join(here, "h5wasm.mjs") })[name] ?? name,
  );
  const rows = [];
  for (const task of tasks) {
    const options = { tasks: task, contestants: names.join(), rounds, scale, data: folder, out: outFolder, reps: 3 };
    const json = join(resultFolder, "rig.jsonl");
    const args = Object.entries({ ...options, json, "quiet-ms": 0 }).flatMap(([name, value]) => [
      `--${name}`,
      String(value),
    ]);
    const { stdout } = spawnSync(process.execPath, [join(rig, "bench.mjs"), ...args], { encoding: "utf8" });
    rows.push(...parseRows(stdout));
  }
  return rows;
}

/** Rows of the rig's table: task, contestant, cold, warm, cold/base, warm/base, memory, start, note. */
function parseRows(text) {
  return text
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| task "))
    .map((line) => {
      const [task, contestant, cold, warm, coldRatio, warmRatio, memory, , note] = line
        .slice(1)
        .split("|")
        .map((cell) => cell.trim());
      const name = contestant === "contestant" ? "hdfive" : contestant;
      return cold === "FAIL"
        ? { task, contestant: name, note: `failed: ${note}` }
        : {
            task,
            contestant: name,
            cold,
            warm,
            coldRatio: Number(coldRatio),
            warmRatio: Number(warmRatio),
            memory,
            note,
          };
    });
}
