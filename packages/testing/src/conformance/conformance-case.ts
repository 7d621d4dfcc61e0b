import type { Storage } from "@hdfive/core";

/** What the conformance suite needs to know of a storage. */
export interface ConformanceOptions {
  /** What the storage is, for the names of the cases. */
  readonly name: string;
  /** Makes a storage that holds these bytes; every case makes its own and closes it. */
  create(bytes: Uint8Array<ArrayBuffer>): Promise<Storage>;
  /** Whether the storage can be written. */
  readonly writable: boolean;
  /** Whether bytes past 4 GiB cost nothing, so that positions past 2^32 can be tried. */
  readonly sparse?: boolean | undefined;
}

/** One case of the suite: give `name` and `run` to the `it` or `test` of any test runner. */
export interface ConformanceCase {
  readonly name: string;
  /** Resolves when the storage does as it must, else rejects with what it does instead. */
  run(): Promise<void>;
}

/** What a case does with a storage that holds `content`. */
export type ConformanceBody = (storage: Storage, content: Uint8Array<ArrayBuffer>) => Promise<void>;

/** Makes a case: a storage with the content, the body, and the storage closed whatever happens. */
export function conformanceCase(
  options: ConformanceOptions,
  name: string,
  content: Uint8Array<ArrayBuffer>,
  body: ConformanceBody,
): ConformanceCase {
  return {
    name: `${options.name} ${name}`,
    async run() {
      const storage = await options.create(content.slice());
      try {
        await body(storage, content);
      } finally {
        // Some cases close it themselves, and a second close may be refused.
        await storage.close().catch(() => undefined);
      }
    },
  };
}
