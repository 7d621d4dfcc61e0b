import type { FileState } from "../engine/transaction/file-state.js";
import type { FilePurpose } from "../storage/other-files.js";
import type { Task } from "../task.js";
import type { ChunkCache } from "./chunk-cache.js";
import type { CodecRegistry } from "./filter-codec.js";
import type { VirtualData } from "./virtual-data.js";

/** One open file as the pipeline sees it: the engine's state, the codecs, and the chunks in memory. */
export interface OpenFile {
  readonly state: FileState;
  readonly codecs: CodecRegistry;
  readonly chunks: ChunkCache;
  /** Opens the HDF5 file that this one names, once; `NOT_FOUND` when there is none. It is closed with this one. */
  openOther(name: string, purpose: FilePurpose): Task<OpenFile>;
  /** What reads and writes virtual datasets; `null` without the plugin for them. */
  readonly virtualData: VirtualData<OpenFile> | null;
  /**
   * A file that this one names as a source, opened for reading if it is not open; `null` when there is none. It stays open
   * until it is returned, and for as long after that as there is room for it.
   */
  borrowSource(name: string): Task<OpenFile | null>;
  /** Returns what `borrowSource` gave. */
  returnSource(source: OpenFile): Task<void>;
}

/** Fetches of payload that are under way at once. */
export const FETCHES_IN_FLIGHT = 4;
