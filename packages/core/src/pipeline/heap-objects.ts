import type { Datatype, GlobalHeapId } from "@hdfive/format";
import { heapReferences } from "../array/index.js";
import { removeHeapObjects } from "../engine/heaps/global-heap.js";
import { withoutMissing } from "../engine/heaps/missing-objects.js";
import type { Tx } from "../engine/transaction/tx.js";
import { heapReader, prefetchHeap } from "./sink.js";

/** The objects of global heaps that elements own, those inside of objects too. */
export function ownedObjects(
  tx: Tx,
  datatype: Datatype,
  bytes: Uint8Array,
  byteOffset: number,
  count: number,
): GlobalHeapId[] {
  const ids: GlobalHeapId[] = [];
  prefetchHeap(tx, { datatype }, bytes, byteOffset, count);
  const emit = (collectionAddress: number, index: number, isOwned: boolean): void => {
    if (isOwned) {
      ids.push({ collectionAddress, index });
    }
  };
  heapReferences(datatype, bytes, byteOffset, count, tx.context, emit, heapReader(tx));
  return ids;
}

/** Objects of global heaps, each once. */
export class HeapObjectSet {
  readonly #collections = new Map<number, Set<number>>();

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#collections.size === 0;
  }

  has({ collectionAddress, index }: GlobalHeapId): boolean {
    return this.#collections.get(collectionAddress)?.has(index) === true;
  }

  add({ collectionAddress, index }: GlobalHeapId): void {
    const indices = this.#collections.get(collectionAddress);
    if (indices === undefined) {
      this.#collections.set(collectionAddress, new Set([index]));
    } else {
      indices.add(index);
    }
  }

  *[Symbol.iterator](): Generator<GlobalHeapId, void, undefined> {
    for (const [collectionAddress, indices] of this.#collections) {
      for (const index of indices) {
        yield { collectionAddress, index };
      }
    }
  }
}

/** Gives back objects of global heaps that nothing points to any more; those that are not there are passed over. */
export function reclaimObjects(tx: Tx, objects: HeapObjectSet): void {
  if (!objects.isEmpty) {
    tx.heapCursor = removeHeapObjects(tx, tx.heapCursor, withoutMissing(tx, [...objects]));
  }
}
