/**
 * Storages and suites that test hdfive and storages written for it.
 *
 * @module @hdfive/testing
 */
export type { ConformanceCase, ConformanceOptions } from "./conformance/conformance-case.js";
export { type CompareOptions, compareFile, type FileResult } from "./corpus/compare-file.js";
export type { CorpusHost, Hasher } from "./corpus/corpus-host.js";
export type { CorpusEntry } from "./corpus/expected.js";
export type { Difference } from "./corpus/findings.js";
export {
  type CorpusSummary,
  type FileReport,
  filesByReason,
  type ReportOptions,
  reportText,
  summarize,
} from "./corpus/report.js";
export { type CorpusOptions, corpusEntries, runCorpus } from "./corpus/run-corpus.js";
export { CountingStorage, type StorageCounts } from "./counting-storage.js";
export { FailingStorage, type Failures } from "./failing-storage.js";
export { type FaultStormOptions, FaultStormStorage } from "./fault-storm-storage.js";
export { storageConformance } from "./storage-conformance.js";
export { problemLines, structuralProblems } from "./structural-problems.js";
export { type StorageCall, WrappedStorage } from "./wrapped-storage.js";
