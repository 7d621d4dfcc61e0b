import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A Python with h5py. */
export interface Python {
  readonly label: string;
  readonly path: string;
}

const repository = fileURLToPath(new URL("../../../..", import.meta.url));

/** The Pythons with h5py on this machine: the newest from the environment or `.venv`, and the system's. */
export const PYTHONS: readonly Python[] = findPythons();

function findPythons(): Python[] {
  const newest = process.env.HDFIVE_PYTHON_NEWEST ?? join(repository, ".venv/bin/python");
  const candidates = [
    { label: "newest h5py", path: newest },
    { label: "system h5py", path: "/usr/bin/python3" },
  ];
  const found = candidates.filter(({ path }) => existsSync(path) && hasH5py(path));
  for (const missing of candidates.filter((candidate) => !found.includes(candidate))) {
    const message = `No h5py at ${missing.path} (${missing.label}): its checks are left out`;
    if (process.env.CI !== undefined && missing.path === "/usr/bin/python3") {
      throw new Error(message);
    }
    console.warn(message);
  }
  return found;
}

function hasH5py(path: string): boolean {
  try {
    execFileSync(path, ["-c", "import h5py"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Runs a script on a file that holds `image`; `f` in it is the open file, `out` what is returned. */
export function withH5py<T>(
  python: Python,
  image: Uint8Array,
  mode: "r" | "r+" | "w",
  script: string,
  input: unknown = null,
): { readonly out: T; readonly image: Uint8Array<ArrayBuffer> } {
  const folder = mkdtempSync(join(tmpdir(), "hdfive-"));
  const file = join(folder, "file.h5");
  try {
    writeFileSync(file, image);
    const body = script
      .split("\n")
      .map((line) => `    ${line}`)
      .join("\n");
    const program = [
      "import h5py, json, sys",
      "import numpy as np",
      "request = json.load(sys.stdin)",
      "out = None",
      `with h5py.File(${JSON.stringify(file)}, ${JSON.stringify(mode)}) as f:`,
      body,
      "print(json.dumps(out))",
    ].join("\n");
    const printed = execFileSync(python.path, ["-c", program], {
      input: JSON.stringify(input),
      encoding: "utf8",
      maxBuffer: 1 << 28,
      stdio: ["pipe", "pipe", "pipe"],
    });
    return { out: JSON.parse(printed) as T, image: new Uint8Array(readFileSync(file)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
