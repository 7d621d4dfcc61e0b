import { close, closeSync, fstatSync, ftruncateSync, open, openSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { HdfiveError } from "@hdfive/core";
import { codeOf, type FileAttempt, fileError } from "./file-errors.js";
import { createsIn, type FileMode, type OpenAttempt, openAttempts, writesIn } from "./file-mode.js";
import { claimFile } from "./open-files.js";

/** How to open a file. */
export interface FileStorageOptions {
  /** As in h5py; `r` when absent. */
  readonly mode?: FileMode;
  /** With mode `w`: keeps what is in the file, for a caller who empties it later. */
  readonly keep?: boolean;
  /** Whether `flush` waits until the medium has the bytes (`fsync`), the default, or leaves that to the system. */
  readonly fsync?: boolean;
}

/** A descriptor that is held, and what is known of its file. */
export interface OpenDescriptor {
  readonly descriptor: number;
  /** The path as it was given. */
  readonly path: string;
  /** The path from the root on: the working directory may change. */
  readonly absolutePath: string;
  /** What the system says the file is (device and number), whatever its path. */
  readonly identity: string;
  readonly size: number;
  readonly writable: boolean;
  /** Whether opening made the file. */
  readonly created: boolean;
  /** Ends the note that this process has the file open. */
  readonly release: () => void;
}

/** Opens a file and notes that it is open. */
export async function openDescriptor(file: string | URL, options: FileStorageOptions): Promise<OpenDescriptor> {
  const plan = planFor(file, options);
  for (const attempt of plan.attempts) {
    try {
      return accept(await openLater(plan.path, attempt.flags), attempt, plan);
    } catch (error) {
      failUnless(attempt, plan, error);
    }
  }
  throw new HdfiveError("IO", `Unable to ${plan.action} "${plan.path}"`, { path: plan.path });
}

/** As `openDescriptor`, without waiting. */
export function openDescriptorSync(file: string | URL, options: FileStorageOptions): OpenDescriptor {
  const plan = planFor(file, options);
  for (const attempt of plan.attempts) {
    try {
      return accept(openSync(plan.path, attempt.flags), attempt, plan);
    } catch (error) {
      failUnless(attempt, plan, error);
    }
  }
  throw new HdfiveError("IO", `Unable to ${plan.action} "${plan.path}"`, { path: plan.path });
}

interface OpenPlan extends FileAttempt {
  readonly attempts: readonly OpenAttempt[];
  readonly empties: boolean;
  readonly truncates: boolean;
}

function planFor(file: string | URL, { mode = "r", keep = false }: FileStorageOptions): OpenPlan {
  const path = typeof file === "string" ? file : pathOf(file);
  return {
    path,
    action: createsIn(mode) ? "create file" : "open file",
    writes: writesIn(mode),
    attempts: openAttempts(mode),
    truncates: mode === "w",
    empties: mode === "w" && !keep,
  };
}

function pathOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new HdfiveError("INVALID_ARGUMENT", `Unable to open "${url.href}" (only file: URLs name a file)`, { cause });
  }
}

function openLater(path: string, flags: number): Promise<number> {
  return new Promise((fulfil, reject) => {
    open(path, flags, 0o666, (error, descriptor) => (error === null ? fulfil(descriptor) : reject(error)));
  });
}

/** Goes on quietly when the next attempt is for this error. */
function failUnless(attempt: OpenAttempt, plan: OpenPlan, error: unknown): void {
  if (attempt.orElse === undefined || codeOf(error) !== attempt.orElse) {
    throw fileError(plan, error);
  }
}

/** Everything that can still be wrong with an open file; only then is it emptied. Gives the descriptor back on failure. */
function accept(descriptor: number, { creates }: OpenAttempt, plan: OpenPlan): OpenDescriptor {
  const { path, writes } = plan;
  let release: (() => void) | undefined;
  try {
    // 64-bit file numbers lose digits as numbers, and two files would be one.
    const status = fstatSync(descriptor, { bigint: true });
    if (!status.isFile()) {
      const reason = status.isDirectory() ? "it is a directory" : "it is not a regular file";
      throw new HdfiveError("IO", `Unable to ${plan.action} "${path}" (${reason})`, { path });
    }
    const identity = `${status.dev}:${status.ino}`;
    release = claimFile(identity, { path, writes, truncates: plan.truncates });
    if (plan.empties) {
      ftruncateSync(descriptor, 0);
    }
    const size = plan.empties ? 0 : Number(status.size);
    const absolutePath = resolve(path);
    return { descriptor, path, absolutePath, identity, size, writable: writes, created: creates, release };
  } catch (error) {
    release?.();
    closeSync(descriptor);
    throw error;
  }
}

/** Closes a descriptor and ends the note, without waiting. */
export function closeDescriptorSync({ descriptor, release, path }: OpenDescriptor): void {
  release();
  try {
    closeSync(descriptor);
  } catch (error) {
    throw fileError({ action: "close file", path, writes: true }, error);
  }
}

/** As `closeDescriptorSync`, in the background. */
export function closeDescriptor({ descriptor, release, path }: OpenDescriptor): Promise<void> {
  return new Promise((fulfil, reject) => {
    close(descriptor, (error) => {
      release();
      if (error) {
        reject(fileError({ action: "close file", path, writes: true }, error));
      } else {
        fulfil();
      }
    });
  });
}
