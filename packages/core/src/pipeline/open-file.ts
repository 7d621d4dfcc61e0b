import type { FileState } from "../engine/transaction/file-state.js";
import type { FilePurpose } from "../storage/other-files.js";
import type { Task } from "../task.js";
import type { ChunkCache } from "./chunk-cache.js";
import type { CodecRegistry } from "./filter-codec.js";

/** One open file as the pipeline sees it: the engine's state, the codecs, and the chunks in memory. */
export interface OpenFile {
  readonly state: FileState;
  readonly codecs: CodecRegistry;
  readonly chunks: ChunkCache;
  /** Opens the HDF5 file that this one names, once; `NOT_FOUND` when there is none. It is closed with this one. */
  openOther(name: string, purpose: FilePurpose): Task<OpenFile>;
}

/** Fetches of payload that are under way at once. */
export const FETCHES_IN_FLIGHT = 4;
