/**
 * What went wrong, as a word a program can switch on.
 *
 * | code | meaning |
 * | --- | --- |
 * | `NOT_FOUND` | no file, object, link or attribute of that name |
 * | `ALREADY_EXISTS` | a file, link or attribute of that name is there |
 * | `NOT_HDF5` | no HDF5 signature where one can be |
 * | `TRUNCATED` | the file is shorter than its superblock says |
 * | `CORRUPT` | bytes that the format does not allow, or a checksum that does not match |
 * | `UNSUPPORTED` | valid HDF5 that this version does not handle |
 * | `MISSING_FILTER` | a filter that no codec is registered for |
 * | `INVALID_ARGUMENT` | a value of the caller that makes no sense |
 * | `WRONG_KIND` | the object is of another kind than the call needs |
 * | `SHAPE_MISMATCH` | shapes that neither agree nor broadcast |
 * | `NOT_CHUNKED` | only chunked datasets can do this |
 * | `OUT_OF_RANGE` | an index, extent or value past what is allowed |
 * | `READ_ONLY` | writing to what was opened for reading |
 * | `CLOSED` | the file is closed |
 * | `SYNC_UNAVAILABLE` | the storage cannot answer without waiting |
 * | `LIMIT` | a safety limit was reached |
 * | `FORBIDDEN` | a name in the file leads to a file that may not be opened |
 * | `IN_USE` | the file is marked as open for writing |
 * | `ABORTED` | the caller's signal asked to stop |
 * | `IO` | the storage failed |
 */
export type ErrorCode =
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "NOT_HDF5"
  | "TRUNCATED"
  | "CORRUPT"
  | "UNSUPPORTED"
  | "MISSING_FILTER"
  | "INVALID_ARGUMENT"
  | "WRONG_KIND"
  | "SHAPE_MISMATCH"
  | "NOT_CHUNKED"
  | "OUT_OF_RANGE"
  | "READ_ONLY"
  | "CLOSED"
  | "SYNC_UNAVAILABLE"
  | "LIMIT"
  | "FORBIDDEN"
  | "IN_USE"
  | "ABORTED"
  | "IO";

/** Where an error happened. */
export interface ErrorDetails {
  /** Path of the object in the file, or of the file itself. */
  readonly path?: string | undefined;
  /** Byte address relative to the base address of the file. */
  readonly address?: number | undefined;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/** The one error class of hdfive: `code` says what kind, the message what was attempted, where, and what would help. */
export class HdfiveError extends Error {
  override readonly name: string = "HdfiveError";
  /** What went wrong, as a word to switch on. */
  readonly code: ErrorCode;
  /** Path of the object in the file, or of the file itself, when known; set on the way up by who knows it. */
  path: string | undefined;
  /** Byte address relative to the base address of the file, when there is one. */
  readonly address: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.path = details.path;
    this.address = details.address;
  }
}

/** Bytes that the format does not allow: `structure` names what was being decoded, `address` where it stands. */
export class FormatError extends HdfiveError {
  override readonly name: string = "FormatError";
  /** The structure that was being decoded or encoded, in the specification's words. */
  readonly structure: string;

  constructor(structure: string, problem: string, details: ErrorDetails = {}) {
    super("CORRUPT", `${structure}${at(details.address)}: ${problem}`, details);
    this.structure = structure;
  }
}

/** Valid HDF5 that this version does not handle; `structure` names it. */
export class UnsupportedError extends HdfiveError {
  override readonly name: string = "UnsupportedError";
  /** The structure, feature or version that is not handled. */
  readonly structure: string;

  constructor(structure: string, problem: string, details: ErrorDetails = {}) {
    super("UNSUPPORTED", `${structure}${at(details.address)}: ${problem}`, details);
    this.structure = structure;
  }
}

function at(address: number | undefined): string {
  return address === undefined ? "" : ` at address ${address}`;
}
