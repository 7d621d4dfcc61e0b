import type { ChunkedLayout } from "@hdfive/format";
import { UnsupportedError } from "@hdfive/format";
import type { ChunkIndex } from "./chunk-record.js";

/** The part of an index that changes it, for a kind that is only read: each operation throws an `UnsupportedError`. */
export function indexThatOnlyReads(kind: string): Pick<ChunkIndex, "upsert" | "upsertMany" | "remove" | "removeAll"> {
  const refuse = (): never => {
    throw notWritten(kind);
  };
  return { upsert: refuse, upsertMany: refuse, remove: refuse, removeAll: refuse };
}

/** Throws an `UnsupportedError` for chunks whose index can only be read: before anything of them is changed. */
export function requireWritableIndex(layout: ChunkedLayout, address: number): void {
  if ("index" in layout) {
    throw notWritten(layout.index.kind, address);
  }
}

function notWritten(kind: string, address?: number): UnsupportedError {
  return new UnsupportedError(`chunk index ${kind}`, "chunks that it finds are read and not written yet", { address });
}
