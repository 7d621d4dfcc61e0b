import { execFileSync } from "node:child_process";
import type { PythonTool } from "../tools.js";

/** Runs a script of h5py in a folder; what it prints as JSON on its last line is the answer. */
export function runPython<T>(tool: PythonTool, folder: string, script: string): T {
  const head =
    "import json, os\nimport numpy as np\nimport h5py\nfrom h5py import h5p, h5f, h5d, h5o, h5s, h5t, h5g\nout = None\n";
  const program = `${head}${script}\nprint(json.dumps(out))\n`;
  const answer = execFileSync(tool.path, ["-c", program], { cwd: folder, encoding: "utf8" });
  return JSON.parse(answer.trim().split("\n").at(-1) ?? "null") as T;
}
