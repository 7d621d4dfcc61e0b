import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plain } from "./content.mjs";

/** The version of the `h5dump` on the path, or `null`. */
export function h5dumpVersion() {
  const { status, stdout } = spawnSync("h5dump", ["--version"], { encoding: "utf8" });
  return status === 0 ? (/[\d.]+\d/.exec(stdout)?.[0] ?? "of unknown version") : null;
}

/** The values of datasets as `h5dump` prints them; shapes are not in what it prints. */
export function h5dumpContent(path, names) {
  const folder = mkdtempSync(join(tmpdir(), "hdfive-h5dump-"));
  const datasets = {};
  try {
    for (const name of names) {
      const output = join(folder, "values.txt");
      // -y: without indices; -m: every digit that a double has; -o: the values alone, into a file.
      const args = ["-y", "-m", "%.17g", "-o", output, "-d", name, path];
      const { status, stderr } = spawnSync("h5dump", args, { encoding: "utf8" });
      if (status !== 0) {
        throw new Error(`h5dump cannot read ${name} of ${path}: ${stderr.trim()}`);
      }
      const words = readFileSync(output, "utf8").split(/[,\s]+/);
      datasets[name] = { values: words.filter((word) => word !== "").map(number) };
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { datasets };
}

function number(word) {
  const infinite = /^([+-]?)inf(inity)?$/i.exec(word);
  return plain(infinite === null ? Number(word) : infinite[1] === "-" ? -Infinity : Infinity);
}
