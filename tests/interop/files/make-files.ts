import { execFileSync } from "node:child_process";
import type { PythonTool } from "../tools.js";

const HEAD = `import ctypes, json, os
import numpy as np
import h5py
from h5py import h5p, h5f, h5d, h5o, h5s, h5t, h5g

def library():
    """The libhdf5 that h5py has loaded, for what h5py has no name for."""
    paths = {line.split()[-1] for line in open("/proc/self/maps") if "libhdf5" in line and "_hl" not in line}
    return ctypes.CDLL(sorted(paths)[0])

out = None
`;

/** Runs a script of h5py in a folder; what it leaves in `out` is the answer. */
export function runPython<T>(tool: PythonTool, folder: string, script: string): T {
  const program = `${HEAD}${script}\nprint(json.dumps(out))\n`;
  const answer = execFileSync(tool.path, ["-c", program], { cwd: folder, encoding: "utf8" });
  return JSON.parse(answer.trim().split("\n").at(-1) ?? "null") as T;
}
