import { type ErrorCode, HdfiveError } from "@hdfive/core";

/** What a system error means here, and in plain words. */
const MEANINGS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ["NOT_FOUND", "no such file or directory"],
  ENOTDIR: ["NOT_FOUND", "a part of the path is not a directory"],
  EEXIST: ["ALREADY_EXISTS", "file exists"],
  EISDIR: ["IO", "it is a directory"],
  ELOOP: ["IO", "too many symbolic links on the way"],
  ENAMETOOLONG: ["INVALID_ARGUMENT", "the file name is too long"],
  EMFILE: ["IO", "too many open files: close some first"],
  ENFILE: ["IO", "too many open files on this machine"],
  ENOSPC: ["IO", "no space left on the device"],
  EDQUOT: ["IO", "the disk quota is used up"],
  EFBIG: ["IO", "the file system does not take a file that large"],
  EIO: ["IO", "the device failed"],
  ETXTBSY: ["READ_ONLY", "the file is a program that is running"],
  ERR_INVALID_ARG_VALUE: ["INVALID_ARGUMENT", "the path holds a NUL character"],
};

/** Refusals mean something else to a writer: what is there may still be read. */
const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EROFS: "read-only file system",
};

/** What was tried when the system said no. */
export interface FileAttempt {
  /** The attempt as a verb and its object: "open file". */
  readonly action: string;
  readonly path: string;
  /** Whether the attempt needs to write. */
  readonly writes: boolean;
}

/** The typed error of a failed call to the file system; it says what was tried, why it failed and on which path. */
export function fileError({ action, path, writes }: FileAttempt, cause: unknown): HdfiveError {
  if (cause instanceof HdfiveError) {
    return cause;
  }
  const systemCode = codeOf(cause);
  const refusal = REFUSALS[systemCode];
  const [code, reason] =
    refusal === undefined
      ? (MEANINGS[systemCode] ?? (["IO", cause instanceof Error ? cause.message : String(cause)] as const))
      : ([writes ? "READ_ONLY" : "IO", refusal] as const);
  return new HdfiveError(code, `Unable to ${action} "${path}" (${reason})`, { path, cause });
}

/** The code of a system error (`ENOENT`), or an empty string. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}
