import type { FileState } from "../engine/transaction/file-state.js";
import type { ChunkCache } from "./chunk-cache.js";
import type { CodecRegistry } from "./filter-codec.js";

/** One open file as the pipeline sees it: the engine's state, the codecs, and the chunks in memory. */
export interface OpenFile {
  readonly state: FileState;
  readonly codecs: CodecRegistry;
  readonly chunks: ChunkCache;
}

/** Fetches of payload that are under way at once. */
export const FETCHES_IN_FLIGHT = 4;
