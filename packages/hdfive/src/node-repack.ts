import { randomUUID } from "node:crypto";
import { type BigIntStats, chmodSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type File,
  HdfiveError,
  type RepackOptions,
  repack as repackFile,
  repackSync as repackFileSync,
  type Storage,
} from "@hdfive/core";
import { FileStorage } from "@hdfive/node-fs";
import { open, openSync } from "./node-open.js";
import type { OpenOptions } from "./open-target.js";

/** How a file is rewritten by its path. */
export interface RepackPathOptions extends RepackOptions {
  /** Allows the target to be the source itself, which is replaced when the new file is whole. */
  readonly inPlace?: boolean | undefined;
  /** How the source is opened: filters, limits, where other files are. */
  readonly open?: OpenOptions | undefined;
}

/**
 * Writes a whole file anew, without the space that edits have left unused, by paths: `repack("a.h5", "b.h5")`.
 *
 * The new file grows beside the target under another name and takes its place, as one step, once the medium has it: until
 * then, and for ever when something fails, whatever was there stays. It keeps the permissions of the file that it replaces;
 * who has that one open goes on reading it.
 *
 * @throws HdfiveError as `open`; `INVALID_ARGUMENT` when both paths are of one file and `inPlace` is not set; `IO` when the
 *   target is open in this process.
 */
export function repack(source: string | URL, target: string | URL, options?: RepackPathOptions): Promise<void>;
/** Writes a whole open file anew, into a storage or into a file that is open and empty. */
export function repack(source: File, target: Storage | File, options?: RepackOptions): Promise<void>;
export async function repack(
  source: string | URL | File,
  target: string | URL | Storage | File,
  options: RepackPathOptions = {},
): Promise<void> {
  if (!isName(source) || !isName(target)) {
    return repackFile(...openPair(source, target), options);
  }
  const same = sameFile(source, target, options);
  const file = await open(source, same ? "r+" : "r", options.open);
  const replacement = begin(target, same, () => file.closeSync());
  try {
    await repackFile(file, replacement.storage, options);
    await file.close();
    replacement.finish();
  } catch (error) {
    await file.close();
    replacement.abandon();
    throw error;
  }
}

/** As `repack`, without waiting. */
export function repackSync(source: string | URL, target: string | URL, options?: RepackPathOptions): void;
/** As `repack`, without waiting. */
export function repackSync(source: File, target: Storage | File, options?: RepackOptions): void;
export function repackSync(
  source: string | URL | File,
  target: string | URL | Storage | File,
  options: RepackPathOptions = {},
): void {
  if (!isName(source) || !isName(target)) {
    repackFileSync(...openPair(source, target), options);
    return;
  }
  const same = sameFile(source, target, options);
  const file = openSync(source, same ? "r+" : "r", options.open);
  const replacement = begin(target, same, () => file.closeSync());
  try {
    repackFileSync(file, replacement.storage, options);
    file.closeSync();
    replacement.finish();
  } catch (error) {
    file.closeSync();
    replacement.abandon();
    throw error;
  }
}

function isName(target: unknown): target is string | URL {
  return typeof target === "string" || target instanceof URL;
}

function openPair(source: string | URL | File, target: string | URL | Storage | File): [File, Storage | File] {
  if (isName(source) || isName(target)) {
    throw new HdfiveError("INVALID_ARGUMENT", "Give two paths, or an open file and a storage or another open file");
  }
  return [source, target];
}

/** Whether two paths are of one file; refuses that unless it is wanted. */
function sameFile(source: string | URL, target: string | URL, { inPlace = false }: RepackPathOptions): boolean {
  const [one, other] = [source, target].map(statusOf);
  const same = one !== undefined && one.ino === other?.ino && one.dev === other.dev;
  if (same && !inPlace) {
    const path = String(target);
    throw new HdfiveError("INVALID_ARGUMENT", `"${path}" is the source itself: say { inPlace: true } to replace it`, {
      path,
    });
  }
  return same;
}

function statusOf(path: string | URL): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // Opening it says in plain words what is wrong with it.
    return undefined;
  }
}

/** A new file that is to take the place of another one. */
interface Replacement {
  readonly storage: FileStorage;
  /** Puts it there; the storage is closed. */
  finish(): void;
  /** Leaves everything as it was. */
  abandon(): void;
}

function begin(target: string | URL, same: boolean, giveUp: () => void): Replacement {
  let claim: FileStorage | null = null;
  try {
    // Nobody in this process may have the file open that is replaced, and it must be one that may be written.
    claim = same ? null : FileStorage.openSync(target, { mode: "w", keep: true, fsync: false });
    const path = realpathSync(target instanceof URL ? fileURLToPath(target) : target);
    const beside = `${path}.${randomUUID()}.tmp`;
    const storage = FileStorage.openSync(beside, { mode: "x" });
    return { storage, finish: () => finish(beside, path, claim), abandon: () => abandon(beside, storage, claim) };
  } catch (error) {
    giveUp();
    claim?.abandon();
    throw error;
  }
}

function finish(beside: string, path: string, claim: FileStorage | null): void {
  try {
    if (claim?.created !== true) {
      chmodSync(beside, statSync(path).mode & 0o7777);
    }
    // Not every system replaces a file that is open.
    claim?.closeSync();
    renameSync(beside, path);
  } catch (cause) {
    if (claim?.created === true) {
      rmSync(path, { force: true });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HdfiveError("IO", `Unable to replace file "${path}" (${reason})`, { path, cause });
  }
}

function abandon(beside: string, storage: FileStorage, claim: FileStorage | null): void {
  storage.abandon();
  rmSync(beside, { force: true });
  claim?.abandon();
}
