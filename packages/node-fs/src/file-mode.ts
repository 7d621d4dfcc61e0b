import { constants } from "node:fs";
import { HdfiveError } from "@hdfive/core";

/** How to open a file, as in h5py: `x` is another name of `w-`. */
export type FileMode = "r" | "r+" | "w" | "w-" | "x" | "a";

/** One call of the system's `open` on the way to a file. */
export interface OpenAttempt {
  readonly flags: number;
  /** Whether success means that the file was not there before. */
  readonly creates: boolean;
  /** The system error after which the next attempt is made. */
  readonly orElse?: string;
}

// A named pipe would keep `open` waiting for somebody at its other end; files do not mind the flag.
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const WRITE = constants.O_RDWR | (constants.O_NONBLOCK ?? 0);

const EXISTING: OpenAttempt = { flags: WRITE, creates: false };
const NEW: OpenAttempt = { flags: WRITE | constants.O_CREAT | constants.O_EXCL, creates: true };

/**
 * Opens what is there or makes it, and knows which. Nothing is emptied by opening: that waits until the file is ours.
 * The later attempts are for a file that appears between the first two, and for a symbolic link to no file.
 */
const EITHER: readonly OpenAttempt[] = [
  { ...EXISTING, orElse: "ENOENT" },
  { ...NEW, orElse: "EEXIST" },
  { ...EXISTING, orElse: "ENOENT" },
  { flags: WRITE | constants.O_CREAT, creates: false },
];

const ATTEMPTS: Readonly<Record<FileMode, readonly OpenAttempt[]>> = {
  r: [{ flags: READ, creates: false }],
  "r+": [EXISTING],
  w: EITHER,
  "w-": [NEW],
  x: [NEW],
  a: EITHER,
};

/** The calls that open a file in a mode, in their order; `INVALID_ARGUMENT` for a word that is no mode. */
export function openAttempts(mode: FileMode): readonly OpenAttempt[] {
  const attempts = Object.hasOwn(ATTEMPTS, mode) ? ATTEMPTS[mode] : undefined;
  if (attempts === undefined) {
    throw new HdfiveError("INVALID_ARGUMENT", `Invalid mode "${mode}"; must be one of r, r+, w, w-, x, a`);
  }
  return attempts;
}

/** Whether a file opened in the mode can be written. */
export function writesIn(mode: FileMode): boolean {
  return mode !== "r";
}

/** Whether the mode makes a new file, which decides how errors speak of the attempt. */
export function createsIn(mode: FileMode): boolean {
  return mode === "w" || mode === "w-" || mode === "x";
}
