import type { ConformanceCase, ConformanceOptions } from "./conformance/conformance-case.js";
import { readingCases } from "./conformance/reading-cases.js";
import { writingCases } from "./conformance/writing-cases.js";

/**
 * What a storage must do for hdfive to work over it, as a list of cases for any test runner.
 *
 * ```ts
 * import { MemoryStorage } from "@hdfive/core";
 * import { storageConformance } from "@hdfive/testing";
 *
 * const cases = storageConformance({
 *   name: "memory",
 *   create: async (bytes) => new MemoryStorage(bytes),
 *   writable: true,
 * });
 * for (const { run } of cases) await run(); // or: for (const { name, run } of cases) it(name, run)
 * ```
 */
export function storageConformance(options: ConformanceOptions): ConformanceCase[] {
  return [...readingCases(options), ...(options.writable ? writingCases(options) : [])];
}
