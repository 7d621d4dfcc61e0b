import { HdfiveError } from "@hdfive/core";

/** Something that is not as expected. */
export interface Difference {
  /** Path of the object, of the link or of the file itself. */
  readonly path: string;
  /** What differs: "shape", "attribute units: digest". */
  readonly fact: string;
  readonly expected: unknown;
  readonly got: unknown;
}

const MAX_DIFFERENCES = 100;

/** What the comparison of one file found: what is wrong, and what could not be compared because it is not supported. */
export class Findings {
  readonly #differences: Difference[] = [];
  readonly #reasons = new Map<string, string[]>();

  /** What is not as expected. */
  get differences(): readonly Difference[] {
    return this.#differences;
  }

  /** Structures that are not supported, each with the paths where it was met. */
  get unsupported(): ReadonlyMap<string, readonly string[]> {
    return this.#reasons;
  }

  /** Compares a fact; plain data is compared in depth. */
  equal(path: string, fact: string, expected: unknown, got: unknown): void {
    const where = firstDifference(expected, got, "");
    if (where !== null) {
      this.differs({ path, fact: `${fact}${where.at}`, expected: where.expected, got: where.got });
    }
  }

  /** Notes something that is not as expected. */
  differs(difference: Difference): void {
    if (this.#differences.length < MAX_DIFFERENCES) {
      this.#differences.push(difference);
    }
  }

  /** Notes a structure that is not supported. */
  lacks(reason: string, path: string): void {
    const paths = this.#reasons.get(reason);
    if (paths === undefined) {
      this.#reasons.set(reason, [path]);
    } else {
      paths.push(path);
    }
  }

  /**
   * Does something that may fail: what is unsupported is noted as such, with `detail` added to the reason; any other
   * error is a difference. `undefined` means that it failed.
   */
  async attempt<T>(path: string, fact: string, work: () => Promise<T> | T, detail = ""): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      const reason = unsupportedReason(error);
      if (reason === null) {
        const at = error instanceof Error ? `\n${(error.stack ?? "").split("\n").slice(1, 4).join("\n")}` : "";
        const isOurs = error instanceof HdfiveError;
        this.differs({ path, fact, expected: "no error", got: `${String(error)}${isOurs ? "" : at}` });
      } else {
        this.lacks(detail === "" ? reason : `${reason} (${detail})`, path);
      }
      return undefined;
    }
  }
}

/** The structure or filter that an error says is not supported; `null` for every other error. */
export function unsupportedReason(error: unknown): string | null {
  if (!(error instanceof HdfiveError)) {
    return null;
  }
  if (error.code === "MISSING_FILTER") {
    return /filter \d+/.exec(error.message)?.[0] ?? "filter";
  }
  if (error.code !== "UNSUPPORTED") {
    return null;
  }
  return "structure" in error && typeof error.structure === "string" ? error.structure : error.message;
}

interface FoundDifference {
  readonly at: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/** The first place where two values of plain data differ. */
function firstDifference(expected: unknown, got: unknown, at: string): FoundDifference | null {
  if (Object.is(expected, got)) {
    return null;
  }
  if (!isTree(expected) || !isTree(got) || Array.isArray(expected) !== Array.isArray(got)) {
    return { at, expected, got };
  }
  if (Array.isArray(expected) && Array.isArray(got) && expected.length !== got.length) {
    return { at: `${at}.length`, expected: expected.length, got: got.length };
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(got)])) {
    const found = firstDifference(expected[key], got[key], `${at}.${key}`);
    if (found !== null) {
      return found;
    }
  }
  return null;
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
