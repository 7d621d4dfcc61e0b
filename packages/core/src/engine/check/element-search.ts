import type { Datatype } from "@hdfive/format";
import type { Task } from "../../task.js";
import type { ChunkRecord } from "../chunk-index/chunk-index.js";
import type { DatasetHeader } from "../datasets/dataset-header.js";
import type { Probed } from "../transaction/drive.js";
import type { Tx } from "../transaction/tx.js";

/** An object of a global heap: the address of its collection and its index there. */
export type HeapObject = readonly [collectionAddress: number, index: number];

/** What a check has to know of elements and chunks, which are no business of the engine. */
export interface ElementSearch {
  /** Whether elements of a datatype may point to objects of global heaps. */
  pointsToHeap(datatype: Datatype): boolean;
  /** The objects that elements point to, and those that these point to. */
  heapObjects(tx: Tx, datatype: Datatype, bytes: Uint8Array, count: number): HeapObject[];
  /** A chunk without its filters. */
  readChunk(dataset: DatasetHeader, record: ChunkRecord, chunkBytes: number): Task<Probed<Uint8Array>>;
  /** Bytes of data that lies side by side. */
  readStretch(address: number, byteLength: number): Task<Probed<Uint8Array>>;
}
