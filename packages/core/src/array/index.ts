/** Arrays without files: datatypes, memory, conversion, selections, and the copy between chunks and results. */

export { AttributeReference } from "./attribute-reference.js";
export { broadcastIndices, broadcastStrides, fillsOnce } from "./broadcast.js";
export { valuesFor } from "./broadcast-values.js";
export { guessChunk } from "./chunk-guess.js";
export { type Complex, ComplexArray } from "./complex-array.js";
export { convertedSize } from "./conversion/converted-size.js";
export { enumerationValues } from "./conversion/enumeration-values.js";
export { textLength } from "./conversion/fixed-string.js";
export { type HeapId, readHeapId, writeHeapId } from "./conversion/heap-id.js";
export { hasHeapData, heapReferences, pointsToHeap } from "./conversion/heap-references.js";
export type { HeapReader, HeapWriter, MemoryType } from "./conversion/memory-type.js";
export { type FieldNames, memoryType } from "./conversion/memory-type-of.js";
export type { AddressFields } from "./conversion/stored-address.js";
export { storedBytes } from "./conversion/stored-bytes.js";
export { holdsAddresses, holdsReferences, type Transfer, transferElements } from "./conversion/transfer-elements.js";
export {
  bfloat16Type,
  bool,
  complex64,
  complex128,
  complexType,
  floatType,
  integerType,
} from "./dtype/atomic-types.js";
export {
  array,
  bitfield,
  complex,
  compound,
  enumeration,
  opaque,
  reference,
  regionReference,
  type StringOptions,
  standardReference,
  string,
  vlen,
} from "./dtype/builders.js";
export { canCast } from "./dtype/can-cast.js";
export { datatypesEqual } from "./dtype/datatypes-equal.js";
export type { DtypeCode, DtypeLike, DtypeName } from "./dtype/dtype-like.js";
export { dtypeName } from "./dtype/dtype-name.js";
export { inferDatatype } from "./dtype/infer-datatype.js";
export { isBooleanType, isComplexType } from "./dtype/recognize.js";
export { toDatatype } from "./dtype/to-datatype.js";
export { raiseVersion, withOffsetSize } from "./dtype/versions.js";
export {
  bytesOf,
  type Column,
  CompoundArray,
  copyElements,
  type DataOf,
  elementOf,
  type MemoryArray,
  NdArray,
  type Scalar,
  type UserArray,
} from "./ndarray.js";
export type { NumericArray } from "./numeric-array.js";
export { ObjectReference } from "./object-reference.js";
export { RegionReference } from "./region-reference.js";
export type { ContiguousRun } from "./selection/contiguous-run.js";
export { contiguousBlockShape, contiguousRuns } from "./selection/contiguous-runs.js";
export { cutProjection, type ProjectionPart } from "./selection/cut-projection.js";
export { type AxesSelection, projectChunk, type TouchedGrid, touchedGrid } from "./selection/project-chunk.js";
export { projectChunks } from "./selection/project-chunks.js";
export { type AxisPiece, type ChunkPieces, type ChunkProjection, pickedCount } from "./selection/projection.js";
export { resolveSelection } from "./selection/resolve-selection.js";
export { resolveStored } from "./selection/resolve-stored.js";
export { fillBytes, forEachRun, gather, scatter } from "./selection/scatter.js";
export {
  type AxisSelection,
  type Index,
  type Mask,
  mask,
  type ResolvedSelection,
  type Selection,
  type Slice,
  slice,
} from "./selection/selection.js";
export { firstSpanFrom, type SpanLevel, spanTree } from "./selection/span-tree.js";
export { blocks, type HyperslabOptions, hyperslab, points } from "./selection/stored-builders.js";
export { storedSelectionOf } from "./selection/stored-selection-of.js";
export { elementCount, rowMajorStrides, shapesEqual, shapeText } from "./shape.js";
export { type FlatValues, userArray } from "./user-array.js";
