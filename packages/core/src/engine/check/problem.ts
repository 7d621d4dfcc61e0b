/**
 * How bad a problem is.
 *
 * `error`: the file is not as the format wants it, and something cannot be read or will be lost by a change. `warning`: all
 * can be read, but something is not true: a count too high, space that is listed wrongly. `unchecked`: valid as far as can
 * be told, but this version does not know the structure, so it was not looked into.
 */
export type CheckSeverity = "error" | "warning" | "unchecked";

/** Something that a check found. */
export interface CheckProblem {
  readonly severity: CheckSeverity;
  /** The structure, in the specification's words and in kebab case. */
  readonly structure: string;
  /** Where it stands, counted from the base address of the file; `null` when it stands nowhere. */
  readonly address: number | null;
  /** The object that it belongs to; `null` for what belongs to the whole file. */
  readonly path: string | null;
  readonly message: string;
}

/** What the bytes of a file are for. */
export interface CheckedSpace {
  /** Bytes in use, by the kind of structure that uses them. */
  readonly used: Readonly<Record<string, number>>;
  /** Bytes that the file itself lists as free. */
  readonly free: number;
  /** Bytes that nothing leads to: lost space, gaps of alignment, leftovers of what was deleted. */
  readonly unaccounted: number;
  /** Bytes of the file, userblock included. */
  readonly fileSize: number;
}

/** What a check found. */
export interface CheckReport {
  readonly problems: readonly CheckProblem[];
  readonly space: CheckedSpace;
  /** Objects reached from the root group. */
  readonly objectCount: number;
  /** Objects of global heaps that elements and attributes point to, and those in the same heaps that nothing points to. */
  readonly heapObjects: { readonly used: number; readonly unused: number };
}
