/**
 * HDF5 over any storage: files, groups, datasets and attributes, read and written in pure TypeScript.
 *
 * @module @hdfive/core
 */
export type {
  AllSelection,
  ArrayType,
  BitfieldType,
  BlockSelection,
  ByteOrder,
  CharacterSet,
  ComplexType,
  CompoundMember,
  CompoundType,
  DataspaceSelection,
  Datatype,
  EnumerationMember,
  EnumerationType,
  ErrorCode,
  ErrorDetails,
  FileSpaceStrategy,
  FillValue,
  FilterDescription,
  FixedPointType,
  FloatingPointType,
  HyperslabSelection,
  NoneSelection,
  OpaqueType,
  PointSelection,
  ReferenceType,
  StringType,
  TimeType,
  VariableLengthType,
} from "@hdfive/format";
export { FormatError, HdfiveError, type Libver, UnsupportedError } from "@hdfive/format";
export {
  AttributeReference,
  array,
  bfloat16Type,
  bitfield,
  blocks,
  bool,
  type Column,
  type Complex,
  ComplexArray,
  CompoundArray,
  complex,
  complex64,
  complex128,
  compound,
  type DataOf,
  type DtypeCode,
  type DtypeLike,
  type DtypeName,
  datatypesEqual,
  dtypeName,
  enumeration,
  enumerationValues,
  guessChunk,
  type HyperslabOptions,
  hyperslab,
  type Index,
  type Mask,
  type MemoryArray,
  mask,
  NdArray,
  type NumericArray,
  ObjectReference,
  opaque,
  points,
  RegionReference,
  reference,
  regionReference,
  type Scalar,
  type Selection,
  type Slice,
  type StringOptions,
  slice,
  standardReference,
  string,
  toDatatype,
  vlen,
} from "./array/index.js";
export type { CheckedSpace, CheckProblem, CheckReport, CheckSeverity } from "./engine/check/problem.js";
export type { ExternalFile } from "./engine/datasets/external-files.js";
export type { GroupLink } from "./engine/groups/group-link.js";
export type { MessageSummary } from "./engine/object-header/header-summary.js";
export type { DriverMember, DriverSettings, FileDriver } from "./engine/transaction/file-driver.js";
export type { Limits } from "./engine/transaction/file-state.js";
export type { AttributeValue } from "./model/attribute-value.js";
export {
  type AttributeInfo,
  type AttributeOptions,
  type AttributeReadOptions,
  Attributes,
  type ConvertOptions,
} from "./model/attributes.js";
export { type CheckOptions, check, checkSync } from "./model/check.js";
export type { CommittedType } from "./model/committed-type.js";
export type { DatasetStorageSettings } from "./model/copy-dataset.js";
export type { CopyOptions } from "./model/copy-options.js";
export type { DatasetOptions, RequireDatasetOptions } from "./model/create-dataset.js";
export { Dataset } from "./model/dataset.js";
export type { ChunkIndexKind, DatasetInfo } from "./model/dataset-info.js";
export type { DatasetView, ViewReadOptions } from "./model/dataset-view.js";
export type { AnyReference, ReferencedAttribute } from "./model/dereference.js";
export type { AttachedScale, Dimension, ScaleToAttach } from "./model/dimensions.js";
export { File } from "./model/file.js";
export type { FileInfo, FileSpace } from "./model/file-info.js";
export type { FileSpaceOptions } from "./model/file-space.js";
export type { FilterName, FilterSetting, FilterSettings } from "./model/filter-settings.js";
export {
  Group,
  type HdfObject,
  type IteratedObject,
} from "./model/group.js";
export type { GroupOptions } from "./model/group-edit.js";
export type { GroupInfo } from "./model/group-read.js";
export { NamedDatatype } from "./model/named-datatype.js";
export { ObjectHandle } from "./model/object-handle.js";
export type { ObjectDates, ObjectInfo } from "./model/object-info.js";
export { type Mode, type OpenOptions, openStorage, openStorageSync } from "./model/open.js";
export type { ReadOptions, WriteOptions } from "./model/read-options.js";
export { type RepackedDataset, type RepackOptions, repack, repackSync } from "./model/repack.js";
export type { DimensionScale } from "./model/scale-attributes.js";
export type { StorageSettings } from "./model/storage-settings.js";
export type {
  ChunkBatches,
  ChunkBatchesSync,
  ChunkInfo,
  RawChunk,
  WriteRawChunkOptions,
} from "./model/stored-chunks.js";
export { UnreadableObject } from "./model/unreadable-object.js";
export type { VirtualSourcesOptions } from "./model/virtual-sources.js";
export type { FilterCodec, Filtered, FilterOptions, FilterTarget, LazyFilterCodec } from "./pipeline/filter-codec.js";
export { deflateCodec, deflateLevel, FILTER_IDS, fletcher32Codec, shuffleCodec } from "./pipeline/filters/built-in.js";
export type { Plugin } from "./pipeline/plugin.js";
export type { Progress, ProgressOptions } from "./pipeline/progress.js";
export type {
  MissingSource,
  MissingSources,
  SourceState,
  VirtualData,
  VirtualSourceInfo,
} from "./pipeline/virtual-data.js";
export { MemoryStorage } from "./storage/memory-storage.js";
export type {
  FilePurpose,
  FileResolver,
  Resolve,
  ResolveAnswer,
  ResolveContext,
} from "./storage/other-files.js";
export type { Storage, StorageDistance } from "./storage/storage.js";
