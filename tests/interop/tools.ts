import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A Python with h5py. */
export interface PythonTool {
  readonly label: "newest h5py" | "system h5py";
  readonly path: string;
}

/** What is not on this machine, and where it was looked for. */
export interface MissingTool {
  readonly label: string;
  readonly tried: string;
  /** Whether the environment says that it is known to be missing. */
  readonly known: boolean;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const missing: MissingTool[] = [];

/** The Pythons with h5py: the newest (environment, `.venv`, else the first on the path), and the system's. */
export const PYTHONS: readonly PythonTool[] = findPythons();

/** The programs of libhdf5 that check files; `null` where they are not on the machine. */
export const H5DUMP: string | null = findProgram("h5dump");
export const H5STAT: string | null = findProgram("h5stat");
export const H5LS: string | null = findProgram("h5ls");

/** What was looked for and not found. */
export const MISSING_TOOLS: readonly MissingTool[] = missing;

/** A tool that is missing is said aloud, and fails where `CI` is set unless the environment says that it is known. */
export function reportMissingTools(): void {
  for (const { label, tried, known } of missing) {
    const message = `${label} is not on this machine (looked for ${tried}): what needs it is not checked`;
    if (process.env.CI !== undefined && !known) {
      throw new Error(message);
    }
    console.warn(message);
  }
}

function findPythons(): PythonTool[] {
  const wanted = process.env.HDFIVE_PYTHON_NEWEST;
  const newest = wanted === undefined ? [`${root}.venv/bin/python`, "python3", "python"] : [wanted];
  const found: PythonTool[] = [];
  for (const [label, paths] of [
    ["newest h5py", newest],
    ["system h5py", ["/usr/bin/python3"]],
  ] as const) {
    const path = paths.find(hasH5py);
    if (path !== undefined) {
      found.push({ label, path });
    } else {
      missing.push({ label, tried: paths.join(", "), known: label === "newest h5py" && wanted === "none" });
    }
  }
  return found;
}

function findProgram(name: string): string | null {
  if (runs(name, ["--version"])) {
    return name;
  }
  missing.push({ label: name, tried: "the path", known: false });
  return null;
}

function hasH5py(path: string): boolean {
  return path !== "none" && (!path.includes("/") || existsSync(path)) && runs(path, ["-c", "import h5py"]);
}

function runs(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
