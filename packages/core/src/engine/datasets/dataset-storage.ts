import { chunkIndexOf } from "../chunk-index/chunk-index.js";
import { removeHeapObjects } from "../heaps/global-heap.js";
import type { Header } from "../object-header/object-header.js";
import type { Tx } from "../transaction/tx.js";
import { loadDataset } from "./dataset-header.js";
import { freeExternalFiles } from "./external-files.js";

/** Chunks freed per step. */
const BATCH = 4096;

/** Gives back the space of a dataset's data and of its chunk index. What it does not understand stays allocated. */
export function freeDatasetStorage(tx: Tx, header: Header): void {
  const dataset = loadDataset(tx, header.address);
  const { layout } = dataset;
  if (layout.class === "contiguous" && layout.address !== null && layout.size !== null) {
    tx.free(layout.address, layout.size, "raw");
  }
  if (layout.class === "virtual" && layout.mapping.collectionAddress !== 0) {
    tx.heapCursor = removeHeapObjects(tx, tx.heapCursor, [layout.mapping]);
  }
  freeExternalFiles(tx, header);
  if (layout.class !== "chunked" || layout.address === null) {
    return;
  }
  const index = chunkIndexOf(layout, dataset);
  for (let done = false; !done; ) {
    const removal = index.removeAll(tx, BATCH);
    for (const { address, storedSize } of removal.removed) {
      tx.free(address, storedSize, "raw");
    }
    done = removal.done;
  }
}
