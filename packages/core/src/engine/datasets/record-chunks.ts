import { type ChunkRecord, chunkIndexOf } from "../chunk-index/chunk-index.js";
import type { Tx } from "../transaction/tx.js";
import { type DatasetHeader, putLayout, requireChunked } from "./dataset-header.js";

/**
 * Records where chunks are, strictly ascending in lexicographic order, and lets the layout message follow.
 *
 * @returns what was recorded before: its space is the caller's to free
 */
export function recordChunks(tx: Tx, dataset: DatasetHeader, records: readonly ChunkRecord[]): readonly ChunkRecord[] {
  const layout = requireChunked(dataset);
  const { previous, indexAddress, indexing } = chunkIndexOf(layout, dataset).upsertMany(tx, records);
  if ("index" in layout && indexing !== undefined) {
    putLayout(tx, dataset.address, { ...layout, address: indexAddress, index: indexing });
  } else if (indexAddress !== layout.address) {
    putLayout(tx, dataset.address, { ...layout, address: indexAddress });
  }
  return previous;
}

/** Forgets chunks and gives their space back. */
export function forgetChunks(tx: Tx, dataset: DatasetHeader, records: readonly ChunkRecord[]): void {
  const layout = requireChunked(dataset);
  const index = chunkIndexOf(layout, dataset);
  if (index.hasFixedPlaces === true) {
    return;
  }
  for (const { scaled, address, storedSize } of records) {
    index.remove(tx, scaled);
    tx.free(address, storedSize, "raw");
  }
  if (index.isLayout === true && records.length > 0) {
    putLayout(tx, dataset.address, { ...layout, address: null });
  }
}
