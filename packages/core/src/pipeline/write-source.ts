import { type GlobalHeapId, HdfiveError } from "@hdfive/format";
import type { HeapWriter, MemoryType, UserArray } from "../array/index.js";
import { insertHeapObjects, removeHeapObjects } from "../engine/heaps/global-heap.js";
import { transact } from "../engine/transaction/drive.js";
import type { Tx } from "../engine/transaction/tx.js";
import { perform, type Task } from "../task.js";
import type { OpenFile } from "./open-file.js";

/**
 * The elements of a write as the file stores them.
 *
 * Everything the user gave is converted before anything is changed, so that a value which does not fit loses nothing.
 */
export interface WriteSource {
  /** All elements of the selection, packed, in row-major order. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Converts the user's values, already in the shape of the selection, to the bytes that the file stores. */
export function* writeSource(file: OpenFile, memory: MemoryType, values: UserArray, count: number): Task<WriteSource> {
  const { size } = memory.datatype;
  const shared = memory.asFileBytes(values);
  if (shared !== null && shared.length === count * size && shared.buffer instanceof ArrayBuffer) {
    return { bytes: shared as Uint8Array<ArrayBuffer> };
  }
  const bytes = new Uint8Array(count * size);
  if (!memory.needsHeap) {
    memory.encode(values, 0, count, bytes, 0, noHeap(file));
    return { bytes };
  }
  yield* perform(transact(file.state, (tx) => memory.encode(values, 0, count, bytes, 0, heapWriter(tx))));
  return { bytes };
}

/** A writer to the global heap within an operation. */
export function heapWriter(tx: Tx): HeapWriter {
  return {
    offsetSize: tx.context.offsetSize,
    libver: tx.state.libver,
    put: (bytes) => {
      const { ids, cursor } = insertHeapObjects(tx, tx.heapCursor, [bytes]);
      tx.heapCursor = cursor;
      const [id] = ids;
      if (id === undefined) {
        throw new HdfiveError("CORRUPT", "The global heap took an object and gave no id");
      }
      return id;
    },
  };
}

/** Gives back objects of the global heap. */
export function freeHeapObjects(tx: Tx, ids: readonly GlobalHeapId[]): void {
  tx.heapCursor = removeHeapObjects(tx, tx.heapCursor, ids);
}

function noHeap(file: OpenFile): HeapWriter {
  return {
    offsetSize: file.state.context.offsetSize,
    put: () => {
      throw new HdfiveError("UNSUPPORTED", "A datatype without variable-length data asked for the global heap");
    },
  };
}
