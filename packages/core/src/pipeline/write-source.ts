import { HdfiveError } from "@hdfive/format";
import { bytesOf, type HeapWriter, type MemoryArray, type MemoryType, type UserArray } from "../array/index.js";
import { transact } from "../engine/drive.js";
import { type HeapCursor, insertHeapObjects } from "../engine/global-heap.js";
import type { Tx } from "../engine/tx.js";
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
  if (memory.native) {
    const shared = sharedBytes(values, count * size);
    if (shared !== null) {
      return { bytes: shared };
    }
  }
  const bytes = new Uint8Array(count * size);
  if (!memory.needsHeap) {
    memory.encode(values, 0, count, bytes, 0, noHeap(file));
    return { bytes };
  }
  file.heap = yield* perform(
    transact(file.state, (tx) => {
      const heap = new HeapSession(tx, file.heap);
      memory.encode(values, 0, count, bytes, 0, heap);
      return heap.cursor;
    }),
  );
  return { bytes };
}

/** Puts objects in the global heap within one operation; the cursor is kept only when the operation succeeds. */
export class HeapSession implements HeapWriter {
  cursor: HeapCursor;
  readonly #tx: Tx;

  constructor(tx: Tx, cursor: HeapCursor) {
    this.#tx = tx;
    this.cursor = cursor;
  }

  get offsetSize(): number {
    return this.#tx.context.offsetSize;
  }

  put(bytes: Uint8Array): { readonly collectionAddress: number; readonly index: number } {
    const { ids, cursor } = insertHeapObjects(this.#tx, this.cursor, [bytes]);
    this.cursor = cursor;
    const [id] = ids;
    if (id === undefined) {
      throw new HdfiveError("CORRUPT", "The global heap took an object and gave no id");
    }
    return id;
  }
}

/** The user's own memory when its bytes are what the file stores, so that nothing is copied. */
function sharedBytes(values: UserArray, byteLength: number): Uint8Array<ArrayBuffer> | null {
  const bytes = bytesOf(values as MemoryArray);
  if (bytes === null || bytes.length !== byteLength || !(bytes.buffer instanceof ArrayBuffer)) {
    return null;
  }
  return bytes as Uint8Array<ArrayBuffer>;
}

function noHeap(file: OpenFile): HeapWriter {
  return {
    offsetSize: file.state.context.offsetSize,
    put: () => {
      throw new HdfiveError("UNSUPPORTED", "A datatype without variable-length data asked for the global heap");
    },
  };
}
