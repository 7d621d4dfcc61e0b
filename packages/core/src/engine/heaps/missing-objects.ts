import { type GlobalHeapId, globalHeap } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { wantHeapObjects } from "./global-heap.js";

/** Those of the objects that are in the global heap, each collection looked at once; a `FormatError` where there is none. */
export function withoutMissing(tx: Tx, ids: readonly GlobalHeapId[]): GlobalHeapId[] {
  const wanted = ids.filter(({ collectionAddress }) => collectionAddress !== 0);
  const addresses = new Set(wanted.map(({ collectionAddress }) => collectionAddress));
  wantHeapObjects(tx, addresses);
  const present = new Map(
    [...addresses].map((address) => [address, new Set(tx.node(globalHeap, address).objects.map(({ index }) => index))]),
  );
  return wanted.filter(({ collectionAddress, index }) => present.get(collectionAddress)?.has(index) === true);
}
