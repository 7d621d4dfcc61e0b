import { HdfiveError } from "@hdfive/format";
import {
  type AddressFields,
  bytesOf,
  type ChunkProjection,
  forEachRun,
  type HeapReader,
  heapReferences,
  type MemoryArray,
  type MemoryType,
  pickedCount,
  scatter,
} from "../array/index.js";
import { readHeapObject, wantHeapObjects } from "../engine/heaps/global-heap.js";
import { transact } from "../engine/transaction/drive.js";
import type { Tx } from "../engine/transaction/tx.js";
import { perform, type Task } from "../task.js";
import type { OpenFile } from "./open-file.js";
import type { Placement } from "./placement.js";
import type { ProgressTally } from "./progress.js";

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
  readonly #noHeap: HeapReader;
  readonly #bytes: Uint8Array<ArrayBuffer> | null;
  /** Where the elements go when they are not side by side, and the first of the result's that they go to when they are. */
  readonly #placement: Placement | null;
  readonly #first: number;
  /** Bytes that came from global heaps: many elements may point to one object there. */
  #heapBytes = 0;
  readonly #tally: ProgressTally | undefined;

  constructor(
    file: OpenFile,
    memory: MemoryType,
    into: MemoryArray,
    countShape: readonly number[],
    placement?: Placement,
    tally?: ProgressTally,
  ) {
    this.#tally = tally;
    this.#first = placement?.offset ?? 0;
    this.#placement = placement === undefined || placement.offset !== null ? null : placement;
    this.#file = file;
    this.#noHeap = noHeap(file.state.context);
    this.memory = memory;
    this.into = into;
    this.countShape = countShape;
    this.#bytes = memory.native ? ownBytes(into) : null;
  }

  /** Bytes of the result for `count` elements from `at` on when the file's bytes can go there as they are, else `null`. */
  direct(at: number, count: number): Uint8Array<ArrayBuffer> | null {
    const { size } = this.memory.datatype;
    const from = this.#first + at;
    return this.#bytes === null || this.#placement !== null
      ? null
      : this.#bytes.subarray(from * size, (from + count) * size);
  }

  /** Takes `count` packed elements of the file for the result's elements from `at` on. */
  *accept(bytes: Uint8Array, byteOffset: number, count: number, at: number): Task<void> {
    const { memory } = this;
    const { size } = memory.datatype;
    if (memory.needsHeap) {
      for (let done = 0; done < count; done += HEAP_BATCH) {
        const batch = Math.min(HEAP_BATCH, count - done);
        const from = byteOffset + done * size;
        this.#heapBytes += yield* perform(
          transact(this.#file.state, (tx) => {
            prefetchHeap(tx, memory, bytes, from, batch);
            const heap = heapReader(tx, this.#heapBytes);
            this.#put(bytes, from, batch, at + done, heap);
            return heap.given;
          }),
        );
      }
    } else {
      this.#put(bytes, byteOffset, count, at, this.#noHeap);
    }
    if (this.#tally !== undefined) {
      yield* this.count(count);
    }
  }

  /** Counts elements that have come where they belong. */
  *count(elements: number): Task<void> {
    if (this.#tally !== undefined) {
      yield* this.#tally.add(elements * this.memory.datatype.size);
    }
  }

  /** Converts elements side by side to where they belong. */
  #put(bytes: Uint8Array, byteOffset: number, count: number, at: number, heap: HeapReader): void {
    if (this.#placement === null) {
      this.#putRun(bytes, byteOffset, count, this.#first + at, heap);
      return;
    }
    const { size } = this.memory.datatype;
    this.#placement.forEachRun(at, count, (place, from, run) =>
      this.#putRun(bytes, byteOffset + from * size, run, place, heap),
    );
  }

  #putRun(bytes: Uint8Array, byteOffset: number, count: number, place: number, heap: HeapReader): void {
    const { memory, into } = this;
    const { size } = memory.datatype;
    if (this.#bytes === null) {
      memory.decode(bytes, byteOffset, count, into, place, heap);
    } else {
      this.#bytes.set(bytes.subarray(byteOffset, byteOffset + count * size), place * size);
    }
  }

  /**
   * Takes the fill value for what a projection picks of a chunk that is not stored. `fill` repeats it as often as there is
   * room for: a chunk that has no bytes must not take the memory of one.
   */
  *acceptFill(projection: ChunkProjection, fill: Uint8Array, chunkShape: readonly number[]): Task<void> {
    const room = fill.length / this.memory.datatype.size;
    const runs: [number, number][] = [];
    forEachRun(projection, chunkShape, this.countShape, (_, resultElement, count) => {
      runs.push([resultElement, count]);
    });
    for (const [at, count] of runs) {
      for (let done = 0; done < count; done += room) {
        yield* this.accept(fill, 0, Math.min(room, count - done), at + done);
      }
    }
  }

  /** Takes what a projection picks from the bytes of a chunk. */
  *acceptChunk(projection: ChunkProjection, chunk: Uint8Array, chunkShape: readonly number[]): Task<void> {
    const { memory, countShape } = this;
    const { size } = memory.datatype;
    if (this.#bytes !== null && this.#placement === null) {
      scatter(projection, chunk, chunkShape, size, this.#bytes.subarray(this.#first * size), countShape);
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
        this.#heapBytes += yield* perform(
          transact(this.#file.state, (tx) => {
            for (const [chunkElement, , count] of batch) {
              prefetchHeap(tx, memory, chunk, chunkElement * size, count);
            }
            const heap = heapReader(tx, this.#heapBytes);
            for (const [chunkElement, resultElement, count] of batch) {
              this.#put(chunk, chunkElement * size, count, resultElement, heap);
            }
            return heap.given;
          }),
        );
      }
    } else {
      forEachRun(projection, chunkShape, countShape, (chunkElement, resultElement, count) => {
        this.#put(chunk, chunkElement * size, count, resultElement, this.#noHeap);
      });
    }
    if (this.#tally !== undefined) {
      yield* this.count(pickedCount(projection));
    }
  }
}

/** A reader of the global heap that counts the bytes it has given. */
export interface CountingHeapReader extends HeapReader {
  readonly given: number;
}

/**
 * A reader of the global heap within an operation. It refuses to give more than one read may take, with `before` counted
 * in: a file of a megabyte can name one object of it a million times.
 */
export function heapReader(tx: Tx, before = 0): CountingHeapReader {
  const { readBytes } = tx.state.limits;
  let given = 0;
  return {
    offsetSize: tx.context.offsetSize,
    addressSpace: tx.context.addressSpace,
    get given() {
      return given;
    },
    get(collectionAddress, index) {
      const object = readHeapObject(tx, { collectionAddress, index });
      given += object.length;
      if (before + given > readBytes) {
        throw new HdfiveError(
          "LIMIT",
          `The variable-length data of one read takes more than the limit of ${readBytes} bytes: ` +
            "read a part of it, or open the file with { limits: { readBytes } }",
        );
      }
      return object;
    },
  };
}

/** For data that has nothing in the global heap; addresses may be in it. */
function noHeap({ offsetSize, addressSpace }: AddressFields): HeapReader {
  return {
    offsetSize,
    addressSpace,
    get: () => {
      throw new HdfiveError("UNSUPPORTED", "A datatype without variable-length data asked for the global heap");
    },
  };
}

/** Makes the collections that elements point to resident, a level of nesting at a time. */
export function prefetchHeap(
  tx: Tx,
  memory: Pick<MemoryType, "datatype">,
  bytes: Uint8Array,
  byteOffset: number,
  count: number,
): void {
  let known = 0;
  for (let depth = 0; depth < MAX_HEAP_DEPTH; depth++) {
    const collections = new Set<number>();
    heapReferences(
      memory.datatype,
      bytes,
      byteOffset,
      count,
      tx.context,
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
