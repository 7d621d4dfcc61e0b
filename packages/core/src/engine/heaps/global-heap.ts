import {
  FormatError,
  GLOBAL_HEAP_MAX_OBJECTS,
  GLOBAL_HEAP_MINIMUM,
  type GlobalHeap,
  type GlobalHeapId,
  type GlobalHeapObject,
  globalHeap,
  globalHeapHeaderSize,
  globalHeapObjectSize,
  Reader,
} from "@hdfive/format";
import type { HeapCursor } from "../transaction/file-state.js";
import type { Extent, Tx } from "../transaction/tx.js";

const FIRST_BYTE_OF_SIGNATURE = 0x47;

/** A collection being filled. */
interface OpenCollection {
  readonly address: number;
  readonly byteLength: number;
  readonly objects: GlobalHeapObject[];
  free: number;
  nextIndex: number;
}

/**
 * The data of an object in the global heap; section III.E. Not to be changed; it does not change later either.
 * Throws a `FormatError` when the collection has no such object. An ID of no data (address 0) is the caller's case.
 */
export function readHeapObject(tx: Tx, { collectionAddress, index }: GlobalHeapId): Uint8Array {
  const { objects } = tx.node(globalHeap, collectionAddress);
  const at = positionOf(objects, index);
  if (at < 0) {
    throw new FormatError(globalHeap.name, `object ${index} is not there`, { address: collectionAddress });
  }
  return (objects[at] as GlobalHeapObject).data;
}

/** Objects stand in the order of their indices as a rule, with gaps where some were removed: then two steps find one. */
function positionOf(objects: readonly GlobalHeapObject[], index: number): number {
  if (objects[index - 1]?.index === index) {
    return index - 1;
  }
  let low = 0;
  let high = Math.min(index, objects.length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((objects[middle] as GlobalHeapObject).index < index) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return objects[low]?.index === index ? low : objects.findIndex((object) => object.index === index);
}

/** Makes collections resident at once, those larger than the smallest size with a second fetch for all of them. */
export function wantHeapObjects(tx: Tx, collectionAddresses: Iterable<number>): void {
  const { state, context } = tx;
  const absent = [...new Set(collectionAddresses)].filter(
    (address) => address !== 0 && state.nodes.get(globalHeap, address) === undefined && !state.dirtyNodes.has(address),
  );
  tx.want(absent.map((address) => ({ address, length: GLOBAL_HEAP_MINIMUM })));
  const large: Extent[] = [];
  for (const address of absent) {
    const prefix = tx.peek(address, globalHeap.prefixSize(context));
    // What is no collection here is reported by whoever reads it.
    if (prefix.length === globalHeap.prefixSize(context) && prefix[0] === FIRST_BYTE_OF_SIGNATURE) {
      large.push({ address, length: globalHeap.totalSize(new Reader(prefix, globalHeap.name, address), context) });
    }
  }
  tx.want(large);
}

/**
 * Stores objects in the global heap; section III.E. The answer is an ID for each, in order, and the cursor to go on with.
 * The objects' bytes are kept, not copied: they must not change afterwards.
 *
 * They fill the cursor's collection, then new ones of the smallest size. One too large for that gets a collection of its
 * own size, beside the one being filled.
 */
export function insertHeapObjects(
  tx: Tx,
  cursor: HeapCursor,
  objects: readonly Uint8Array[],
): { ids: GlobalHeapId[]; cursor: HeapCursor } {
  let current = cursor.collectionAddress === null ? null : reopen(tx, cursor.collectionAddress);
  const ids: GlobalHeapId[] = [];
  for (const data of objects) {
    const size = globalHeapObjectSize(data.length, tx.context);
    if (current === null || !hasRoom(current, size)) {
      const least = globalHeapHeaderSize(tx.context) + size;
      if (least > GLOBAL_HEAP_MINIMUM) {
        const own = open(tx, least);
        ids.push(add(own, data, size));
        close(tx, own);
        continue;
      }
      if (current !== null) {
        close(tx, current);
      }
      current = open(tx, GLOBAL_HEAP_MINIMUM);
    }
    ids.push(add(current, data, size));
  }
  if (current !== null) {
    close(tx, current);
  }
  return { ids, cursor: { collectionAddress: current?.address ?? null } };
}

function open(tx: Tx, byteLength: number): OpenCollection {
  const free = byteLength - globalHeapHeaderSize(tx.context);
  return { address: tx.alloc(byteLength, "raw"), byteLength, objects: [], free, nextIndex: 1 };
}

function reopen(tx: Tx, address: number): OpenCollection {
  const { byteLength, objects } = tx.node(globalHeap, address);
  let free = byteLength - globalHeapHeaderSize(tx.context);
  let nextIndex = 1;
  for (const { index, data } of objects) {
    free -= globalHeapObjectSize(data.length, tx.context);
    nextIndex = Math.max(nextIndex, index + 1);
  }
  return { address, byteLength, objects: [...objects], free, nextIndex };
}

/** An index past the last one that was ever used is not reused: the next collection has plenty. */
function hasRoom({ free, nextIndex }: OpenCollection, size: number): boolean {
  return size <= free && nextIndex <= GLOBAL_HEAP_MAX_OBJECTS;
}

function add(collection: OpenCollection, data: Uint8Array, size: number): GlobalHeapId {
  const index = collection.nextIndex++;
  // libhdf5 writes a reference count of 0 and counts only what is shared.
  collection.objects.push({ index, referenceCount: 0, data });
  collection.free -= size;
  return { collectionAddress: collection.address, index };
}

function close(tx: Tx, { address, byteLength, objects }: OpenCollection): void {
  tx.put(globalHeap, address, { byteLength, objects });
}

/**
 * Removes objects from the global heap; IDs of no data are passed over. A collection that becomes empty is freed, and the
 * answer is the cursor without it. Throws a `FormatError` for an object that is not there.
 */
export function removeHeapObjects(tx: Tx, cursor: HeapCursor, ids: readonly GlobalHeapId[]): HeapCursor {
  const doomed = new Map<number, Set<number>>();
  for (const { collectionAddress, index } of ids) {
    if (collectionAddress !== 0) {
      const indices = doomed.get(collectionAddress);
      if (indices === undefined) {
        doomed.set(collectionAddress, new Set([index]));
      } else {
        indices.add(index);
      }
    }
  }
  wantHeapObjects(tx, doomed.keys());
  let { collectionAddress: current } = cursor;
  for (const [address, indices] of doomed) {
    const heap = tx.node(globalHeap, address);
    const objects = without(heap, indices, address);
    if (objects.length > 0) {
      tx.put(globalHeap, address, { ...heap, objects });
      continue;
    }
    tx.free(address, heap.byteLength, "raw");
    current = current === address ? null : current;
  }
  return { collectionAddress: current };
}

function without(heap: GlobalHeap, indices: ReadonlySet<number>, address: number): GlobalHeapObject[] {
  const objects = heap.objects.filter(({ index }) => !indices.has(index));
  if (objects.length !== heap.objects.length - indices.size) {
    const missing = [...indices].find((index) => positionOf(heap.objects, index) < 0);
    throw new FormatError(globalHeap.name, `object ${missing} is not there to be removed`, { address });
  }
  return objects;
}
