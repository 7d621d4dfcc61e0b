/**
 * What plugins of hdfive are built of: steps below the public methods, which may change between minor versions.
 *
 * @module @hdfive/core/plugin
 */
export {
  type AxisSelection,
  datatypesEqual,
  elementCount,
  fillBytes,
  firstSpanFrom,
  type HeapReader,
  type HeapWriter,
  hasHeapData,
  type MemoryArray,
  type MemoryType,
  memoryType,
  type ResolvedSelection,
  resolveSelection,
  resolveStored,
  rowMajorStrides,
  type Selection,
  type Slice,
  type SpanLevel,
  shapeText,
  spanTree,
  storedBytes,
  storedSelectionOf,
} from "../array/index.js";
export type { DatasetHeader } from "../engine/datasets/dataset-header.js";
export { readHeapObject } from "../engine/heaps/global-heap.js";
export { transact } from "../engine/transaction/drive.js";
export type { FileState } from "../engine/transaction/file-state.js";
export type { Tx } from "../engine/transaction/tx.js";
export { filledBytes } from "../pipeline/fill.js";
export { type FoundDataset, findDataset } from "../pipeline/find-dataset.js";
export type { OpenFile } from "../pipeline/open-file.js";
export type { Placement } from "../pipeline/placement.js";
export { withExtent } from "../pipeline/plugin.js";
export { readElements } from "../pipeline/read.js";
export { ReadSink } from "../pipeline/sink.js";
export type {
  ElementRead,
  ElementReadOptions,
  VirtualData,
  VirtualPassage,
} from "../pipeline/virtual-data.js";
export { writeElements } from "../pipeline/write.js";
export { concurrently, type Effect, perform, type Task } from "../task.js";
export { createVirtual, createVirtualSync, type NewMapping, type NewVirtualDataset } from "./create-virtual.js";
