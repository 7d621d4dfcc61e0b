import type { Unfilter } from "../engine/transaction/file-state.js";
import { runSync } from "../task.js";
import { decodeChunk } from "./chunk-codec.js";
import type { CodecRegistry } from "./filter-codec.js";

/**
 * Undoes the filters of metadata with the codecs of chunks.
 *
 * The heap of a group may be filtered, and the engine does not wait in the middle of an operation: filters of groups must
 * answer at once, as those of HDF5 itself do.
 */
export function metadataFilters(codecs: CodecRegistry): Unfilter {
  return (filters, stored, filterMask, byteLength) =>
    runSync(decodeChunk(codecs, filters, stored, filterMask, byteLength));
}
