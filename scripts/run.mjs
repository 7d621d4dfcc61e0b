/**
 * Runs a task of the workspace with the pinned pnpm, on a machine that has only Node and npm.
 *
 *   node scripts/run.mjs setup    install exactly what the lockfile says
 *   node scripts/run.mjs start    install, build, then the tour of the examples
 *   node scripts/run.mjs test     install, then everything that is checked
 *
 * Any other word is a script of package.json. Arguments go on to the last step.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const root = new URL("..", import.meta.url);
const { packageManager } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
const [task = "test", ...rest] = process.argv.slice(2);
const install = ["install", "--frozen-lockfile"];
const tasks = {
  setup: [install],
  start: [install, ["run", "build"], ["run", "tour", ...rest]],
  test: [install, ["run", "verify", ...rest]],
};
const env = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
  // .npmrc silences npm so that `npm run corpus -- … --json` prints JSON only; what npx has to say must still be heard.
  npm_config_loglevel: "error",
};

for (const args of tasks[task] ?? [["run", task, ...rest]]) {
  const { status, error } = spawnSync("npx", ["--yes", packageManager, ...args], {
    cwd: root,
    env,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
