import { HdfiveError } from "@hdfive/format";
import {
  bytesOf,
  type ChunkProjection,
  forEachRun,
  type HeapReader,
  heapReferences,
  type MemoryArray,
  type MemoryType,
  scatter,
} from "../array/index.js";
import { transact } from "../engine/drive.js";
import { readHeapObject, wantHeapObjects } from "../engine/global-heap.js";
import type { Tx } from "../engine/tx.js";
import { perform, type Task } from "../task.js";
import type { OpenFile } from "./open-file.js";

/** Elements in variable-length data whose heap objects are fetched by one operation. */
const HEAP_BATCH = 8192;
/** Levels of variable-length data inside variable-length data that are looked into. */
const MAX_HEAP_DEPTH = 16;

/** Where elements of a read go: converts them on their way into the result. */
export class ReadSink {
  readonly memory: MemoryType;
  readonly into: MemoryArray;
  /** Elements picked on each axis of the selection; its shape for points. */
  readonly countShape: readonly number[];
  readonly #file: OpenFile;
  readonly #bytes: Uint8Array<ArrayBuffer> | null;

  constructor(file: OpenFile, memory: MemoryType, into: MemoryArray, countShape: readonly number[]) {
    this.#file = file;
    this.memory = memory;
    this.into = into;
    this.countShape = countShape;
    this.#bytes = memory.native ? ownBytes(into) : null;
  }

  /** Bytes of the result for `count` elements from `at` on when the file's bytes can go there as they are, else `null`. */
  direct(at: number, count: number): Uint8Array<ArrayBuffer> | null {
    const { size } = this.memory.datatype;
    return this.#bytes === null ? null : this.#bytes.subarray(at * size, (at + count) * size);
  }

  /** Takes `count` packed elements of the file for the result's elements from `at` on. */
  *accept(bytes: Uint8Array, byteOffset: number, count: number, at: number): Task<void> {
    const { memory, into } = this;
    const { size } = memory.datatype;
    if (this.#bytes !== null) {
      this.#bytes.set(bytes.subarray(byteOffset, byteOffset + count * size), at * size);
    } else if (memory.needsHeap) {
      for (let done = 0; done < count; done += HEAP_BATCH) {
        const batch = Math.min(HEAP_BATCH, count - done);
        const from = byteOffset + done * size;
        yield* perform(
          transact(this.#file.state, (tx) => {
            prefetchHeap(tx, memory, bytes, from, batch);
            memory.decode(bytes, from, batch, into, at + done, heapReader(tx));
          }),
        );
      }
    } else {
      memory.decode(bytes, byteOffset, count, into, at, NO_HEAP);
    }
  }

  /** Takes what a projection picks from the bytes of a chunk. */
  *acceptChunk(projection: ChunkProjection, chunk: Uint8Array, chunkShape: readonly number[]): Task<void> {
    const { memory, into, countShape } = this;
    const { size } = memory.datatype;
    if (this.#bytes !== null) {
      scatter(projection, chunk, chunkShape, size, this.#bytes, countShape);
    } else if (memory.needsHeap) {
      const runs: [number, number, number][] = [];
      forEachRun(projection, chunkShape, countShape, (chunkElement, resultElement, count) => {
        runs.push([chunkElement, resultElement, count]);
      });
      for (let next = 0; next < runs.length; ) {
        const batch: [number, number, number][] = [];
        for (let elements = 0; next < runs.length && elements < HEAP_BATCH; next++) {
          const run = runs[next] as [number, number, number];
          batch.push(run);
          elements += run[2];
        }
        yield* perform(
          transact(this.#file.state, (tx) => {
            for (const [chunkElement, , count] of batch) {
              prefetchHeap(tx, memory, chunk, chunkElement * size, count);
            }
            const heap = heapReader(tx);
            for (const [chunkElement, resultElement, count] of batch) {
              memory.decode(chunk, chunkElement * size, count, into, resultElement, heap);
            }
          }),
        );
      }
    } else {
      forEachRun(projection, chunkShape, countShape, (chunkElement, resultElement, count) => {
        memory.decode(chunk, chunkElement * size, count, into, resultElement, NO_HEAP);
      });
    }
  }
}

/** A reader of the global heap within an operation. */
export function heapReader(tx: Tx): HeapReader {
  return {
    offsetSize: tx.context.offsetSize,
    get: (collectionAddress, index) => readHeapObject(tx, { collectionAddress, index }),
  };
}

const NO_HEAP: HeapReader = {
  offsetSize: 8,
  get: () => {
    throw new HdfiveError("UNSUPPORTED", "A datatype without variable-length data asked for the global heap");
  },
};

/** Makes the collections that elements point to resident, a level of nesting at a time. */
export function prefetchHeap(tx: Tx, memory: MemoryType, bytes: Uint8Array, byteOffset: number, count: number): void {
  const { offsetSize } = tx.context;
  let known = 0;
  for (let depth = 0; depth < MAX_HEAP_DEPTH; depth++) {
    const collections = new Set<number>();
    heapReferences(
      memory.datatype,
      bytes,
      byteOffset,
      count,
      offsetSize,
      (collectionAddress) => collections.add(collectionAddress),
      depth === 0 ? undefined : heapReader(tx),
    );
    if (collections.size === known) {
      return;
    }
    known = collections.size;
    wantHeapObjects(tx, [...collections]);
  }
}

function ownBytes(into: MemoryArray): Uint8Array<ArrayBuffer> | null {
  const bytes = bytesOf(into);
  return bytes === null || !(bytes.buffer instanceof ArrayBuffer) ? null : (bytes as Uint8Array<ArrayBuffer>);
}
