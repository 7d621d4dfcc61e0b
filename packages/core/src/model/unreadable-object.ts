import { type ErrorCode, HdfiveError } from "@hdfive/format";
import type { Task } from "../task.js";

/** An object that iteration came upon and could not open: its siblings are not spoilt by it. */
export class UnreadableObject {
  readonly kind = "unreadable" as const;
  /** Path from the root group. */
  readonly path: string;
  /** Why it cannot be opened. */
  readonly error: HdfiveError;

  /** @internal */
  constructor(path: string, error: HdfiveError) {
    this.path = path;
    this.error = error;
  }
}

/** What is wrong with one object and not with the file, its storage or the caller. */
const OF_THE_OBJECT: readonly ErrorCode[] = [
  "CORRUPT",
  "UNSUPPORTED",
  "LIMIT",
  "NOT_FOUND",
  "WRONG_KIND",
  // Of the files that links lead to.
  "FORBIDDEN",
  "IN_USE",
  "NOT_HDF5",
  "TRUNCATED",
];

/** Runs a task that opens an object; when the object is at fault, the answer says so instead. `also` are more such faults. */
export function* tolerant<T>(path: string, task: Task<T>, also: readonly ErrorCode[] = []): Task<T | UnreadableObject> {
  try {
    return yield* task;
  } catch (error) {
    if (error instanceof HdfiveError && [...OF_THE_OBJECT, ...also].includes(error.code)) {
      return new UnreadableObject(path, error);
    }
    throw error;
  }
}
