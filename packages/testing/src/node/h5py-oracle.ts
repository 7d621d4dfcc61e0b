import { execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";

/** A Python with h5py, which says what is expected of files that nobody wrote it down for. */
export interface H5pyOracle {
  readonly python: string;
  /** Version of the libhdf5 that h5py uses. */
  readonly version: string;
}

/** What h5py made of a file: a document, or nothing, since it cannot read the file or did not end. */
export type OracleAnswer = "written" | "unreadable" | "failed";

const MILLISECONDS = 120_000;

/**
 * The newest h5py on this machine by the version of its libhdf5, or `null`. `HDFIVE_PYTHON_NEWEST` names one more place to
 * look, or says with `none` that there is none to be used.
 */
export function findOracle(environment: Readonly<Record<string, string | undefined>>): H5pyOracle | null {
  const wanted = environment.HDFIVE_PYTHON_NEWEST;
  if (wanted === "none") {
    return null;
  }
  const candidates = [wanted, ".venv/bin/python", "python3", "python", "/usr/bin/python3"];
  const found = candidates.flatMap((python) => (python === undefined ? [] : (oracle(python) ?? [])));
  return found.sort((a, b) => compareVersions(b.version, a.version))[0] ?? null;
}

function oracle(python: string): H5pyOracle | null {
  if (python.includes("/") && !existsSync(python)) {
    return null;
  }
  try {
    const script = "import h5py; print(h5py.version.hdf5_version)";
    const version = execFileSync(python, ["-c", script], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return { python, version: version.trim() };
  } catch {
    return null;
  }
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

/** Has h5py write the document of a file, in a process of its own that is ended when it takes too long. */
export function askOracle(
  { python }: H5pyOracle,
  script: string,
  file: string,
  document: string,
): Promise<OracleAnswer> {
  const output = openSync(document, "w");
  return new Promise((resolve) => {
    const child = spawn(python, ["-B", script, file], { stdio: ["ignore", output, "ignore"], timeout: MILLISECONDS });
    const settle = (code: number | null): void => {
      closeSync(output);
      resolve(code === 0 ? answerIn(document) : "failed");
    };
    child.once("error", () => resolve("failed"));
    child.once("close", settle);
  });
}

function answerIn(document: string): OracleAnswer {
  try {
    return "unreadable" in (JSON.parse(readFileSync(document, "utf8")) as object) ? "unreadable" : "written";
  } catch {
    return "failed";
  }
}
