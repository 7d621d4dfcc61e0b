/**
 * The HDF5 file format: every structure as a type with `decode`, `encode` and `sizeOf`.
 *
 * Filters that need no other library stand in `@hdfive/format/filters`.
 */

export {
  type AddressPart,
  type AddressSpace,
  addressFromStored,
  FAR_ADDRESS,
  storedAddress,
  UNKNOWN_SPACE,
} from "./address-space.js";
export type { BtreeNode } from "./btree-v1.js";
export {
  BTREE_V2_MAX_DEPTH,
  type BtreeV2Geometry,
  type BtreeV2Level,
  btreeV2Geometry,
} from "./btree-v2-geometry.js";
export { type BtreeV2Header, btreeV2Header } from "./btree-v2-header.js";
export { type BtreeV2Child, type BtreeV2Node, type BtreeV2NodePlace, btreeV2Node } from "./btree-v2-node.js";
export type { BtreeV2Records } from "./btree-v2-record.js";
export {
  type AttributeNameRecord,
  type AttributeOrderRecord,
  attributeNameRecords,
  attributeOrderRecords,
} from "./btree-v2-records/attribute-records.js";
export {
  chunkRecords,
  filteredChunkRecords,
  type PlacedChunk,
  type PlacedFilteredChunk,
} from "./btree-v2-records/chunk-records.js";
export {
  type DirectHugeObjectRecord,
  directHugeObjectRecords,
  type FilteredDirectHugeObjectRecord,
  type FilteredHugeObjectRecord,
  filteredDirectHugeObjectRecords,
  filteredHugeObjectRecords,
  type HugeObjectRecord,
  hugeObjectRecords,
} from "./btree-v2-records/huge-object-records.js";
export {
  type LinkNameRecord,
  type LinkOrderRecord,
  linkNameRecords,
  linkOrderRecords,
} from "./btree-v2-records/link-records.js";
export {
  type HeaderMessageRecord,
  type HeapMessageRecord,
  type SharedMessageRecord,
  sharedMessageRecords,
} from "./btree-v2-records/shared-message-records.js";
export { type CacheImage, type CacheImageEntry, cacheImage } from "./cache-image.js";
export { bitIsSet } from "./chunk-arrays/array-block.js";
export { type ArrayPage, arrayPage, arrayPageSize } from "./chunk-arrays/array-page.js";
export {
  type ChunkElement,
  type ChunkElements,
  filteredChunkElements,
  plainChunkElements,
} from "./chunk-arrays/chunk-element.js";
export { type ExtensibleArrayDataBlock, extensibleArrayDataBlock } from "./chunk-arrays/extensible-array-data-block.js";
export {
  type ExtensibleArrayGeometry,
  extensibleArrayGeometry,
  type SuperBlockPlace,
} from "./chunk-arrays/extensible-array-geometry.js";
export { type ExtensibleArrayHeader, extensibleArrayHeader } from "./chunk-arrays/extensible-array-header.js";
export {
  type ExtensibleArrayIndexBlock,
  extensibleArrayIndexBlock,
} from "./chunk-arrays/extensible-array-index-block.js";
export {
  type ExtensibleArraySuperBlock,
  extensibleArraySuperBlock,
} from "./chunk-arrays/extensible-array-super-block.js";
export {
  type FixedArrayDataBlock,
  fixedArrayDataBlock,
  fixedArrayPages,
} from "./chunk-arrays/fixed-array-data-block.js";
export { type FixedArrayHeader, fixedArrayHeader } from "./chunk-arrays/fixed-array-header.js";
export { type ChunkKey, type ChunkNode, chunkNode } from "./chunk-node.js";
export type { Codec, NodeCodec } from "./codec.js";
export { DEFAULT_CONTEXT, type FieldSize, type FormatContext } from "./context.js";
export { type ContinuationChunk, continuationChunk } from "./continuation-chunk.js";
export type {
  ArrayType,
  BitfieldType,
  ByteOrder,
  CharacterSet,
  ComplexType,
  CompoundMember,
  CompoundType,
  Datatype,
  DatatypeCommon,
  DatatypeVersion,
  EnumerationMember,
  EnumerationType,
  FixedPointType,
  FloatingPointType,
  OpaqueType,
  ReferenceKind,
  ReferenceType,
  StringPadding,
  StringType,
  TimeType,
  VariableLengthType,
} from "./datatype.js";
export {
  type DoublingTable,
  directRowCount,
  heapOffsetSize,
  indirectRowCount,
  maxRowCount,
  placeInTable,
  rowBlockSize,
  type TablePlace,
} from "./doubling-table.js";
export { driverInfoBlock } from "./driver-info-block.js";
export { FAMILY_DRIVER, type FamilyDriverInfo, familyDriverInfo } from "./drivers/family.js";
export {
  MULTI_DRIVER,
  type MultiDriverInfo,
  type MultiDriverMember,
  multiDriverInfo,
  multiDriverKinds,
} from "./drivers/multi.js";
export { type ErrorCode, type ErrorDetails, FormatError, HdfiveError, UnsupportedError } from "./errors.js";
export { type FractalHeap, type FractalHeapFilters, fractalHeap } from "./fractal-heap.js";
export {
  type DirectBlock,
  directBlock,
  directBlockPrefixSize,
  type IndirectBlock,
  type IndirectEntry,
  indirectBlock,
} from "./fractal-heap-block.js";
export { type FractalHeapId, fractalHeapId, hugeIdsAreDirect } from "./fractal-heap-id.js";
export { type FreeSpaceClient, type FreeSpaceHeader, freeSpaceHeader } from "./free-space-header.js";
export {
  blocksSection,
  type FreeBlocks,
  type FreeSection,
  type FreeSpaceSections,
  freeSectionsSize,
  freeSpaceSections,
  singleSection,
} from "./free-space-sections.js";
export {
  GLOBAL_HEAP_MAX_OBJECTS,
  GLOBAL_HEAP_MINIMUM,
  type GlobalHeap,
  type GlobalHeapObject,
  globalHeap,
  globalHeapHeaderSize,
  globalHeapObjectSize,
} from "./global-heap.js";
export { type GlobalHeapId, globalHeapId } from "./global-heap-id.js";
export { type GroupNode, groupNode } from "./group-node.js";
export { type HeaderMessage, MESSAGE_FLAGS, messageHeaderSize, messageSize, messagesSize } from "./header-message.js";
export { LIBVERS, type Libver, type StructureVersions, structureVersions } from "./libver.js";
export { type LocalHeap, type LocalHeapFreeBlock, localHeap, localHeapFreeBlock } from "./local-heap.js";
export { lookup3 } from "./lookup3.js";
export { MESSAGE_IDS, type MessageName, messageName } from "./message-ids.js";
export { type Attribute, attributeMessage, type SharedPart } from "./messages/attribute.js";
export { type AttributeInfo, attributeInfoMessage } from "./messages/attribute-info.js";
export { type BtreeK, btreeKMessage } from "./messages/btree-k.js";
export { type CacheImageInfo, cacheImageMessage } from "./messages/cache-image.js";
export { type Comment, commentMessage } from "./messages/comment.js";
export { type Continuation, continuationMessage } from "./messages/continuation.js";
export { type Dataspace, dataspaceMessage, MAX_RANK } from "./messages/dataspace.js";
export { datatype } from "./messages/datatype.js";
export { type DriverInfo, driverInfoMessage } from "./messages/driver-info.js";
export { type ExternalFileSlot, type ExternalFiles, externalFilesMessage } from "./messages/external-files.js";
export {
  type FileSpaceInfo,
  type FileSpaceInfoV0,
  type FileSpaceInfoV1,
  type FileSpaceStrategy,
  fileSpaceInfoMessage,
} from "./messages/file-space-info.js";
export { type FillValue, fillValueMessage } from "./messages/fill-value.js";
export { type FillValueOld, fillValueOldMessage } from "./messages/fill-value-old.js";
export {
  FILTER_OPTIONAL,
  type FilterDescription,
  type FilterPipeline,
  filterPipelineMessage,
} from "./messages/filter-pipeline.js";
export { type GroupInfo, groupInfoMessage } from "./messages/group-info.js";
export {
  type ChunkedLayout,
  type CompactLayout,
  type ContiguousLayout,
  type Layout,
  layoutMessage,
  type TreeChunkedLayout,
} from "./messages/layout.js";
export {
  type BtreeV2Index,
  type ChunkIndexing,
  chunkDimensionSize,
  type ExtensibleArrayIndex,
  type FixedArrayIndex,
  type ImplicitIndex,
  type IndexedChunkedLayout,
  type SingleChunkIndex,
  type VirtualLayout,
} from "./messages/layout-v4.js";
export {
  type ExternalLink,
  type HardLink,
  type Link,
  type LinkFields,
  linkCreationOrder,
  linkMessage,
  linkName,
  type SoftLink,
  type UserDefinedLink,
} from "./messages/link.js";
export { type LinkInfo, linkInfoMessage } from "./messages/link-info.js";
export { type ModificationTime, modificationTimeMessage } from "./messages/modification-time.js";
export { modificationTimeOldMessage } from "./messages/modification-time-old.js";
export { type ReferenceCount, referenceCountMessage } from "./messages/reference-count.js";
export { MESSAGE_TYPES, type MessageType, messageTypeOf } from "./messages/registry.js";
export { type SharedMessageTableMessage, sharedMessageTableMessage } from "./messages/shared-message-table.js";
export { type SymbolTable, symbolTableMessage } from "./messages/symbol-table.js";
export { type ObjectHeader, objectHeader } from "./object-header.js";
export type { ObjectHeaderV1 } from "./object-header-v1.js";
export { HEADER_FLAGS, type ObjectHeaderV2, type ObjectTimes, type PhaseChange } from "./object-header-v2.js";
export { decodeText, Reader } from "./reader.js";
export { type ReferenceBody, referenceBody } from "./reference/reference-body.js";
export {
  type ObjectToken,
  type ReferenceElement,
  type ReferenceHead,
  type ReferenceTarget,
  referenceElement,
} from "./reference/reference-element.js";
export { type StoredRegion, storedRegion } from "./reference/region-reference.js";
export {
  type AllSelection,
  type BlockSelection,
  type DataspaceSelection,
  type HyperslabSelection,
  type NoneSelection,
  type PointSelection,
  type StoredSelection,
  selectionRank,
} from "./selection/dataspace-selection.js";
export { selectionForm } from "./selection/selection-form.js";
export { storedSelection } from "./selection/stored-selection.js";
export { type SharedMessage, sharedMessage } from "./shared-message.js";
export { type SharedMessageList, sharedMessageList } from "./shared-message-list.js";
export { type SharedMessageIndex, type SharedMessageTable, sharedMessageTable } from "./shared-message-table.js";
export { contextOf, superblock } from "./superblock.js";
export { HDF5_SIGNATURE, isSignature, SUPERBLOCK_FLAGS, type Superblock } from "./superblock-fields.js";
export { type SymbolNode, symbolNode, symbolNodeCapacity } from "./symbol-node.js";
export {
  type SymbolTableCache,
  type SymbolTableEntry,
  symbolTableEntry,
  symbolTableEntrySize,
} from "./symbol-table-entry.js";
export { type VirtualMapping, type VirtualMappings, virtualMappings } from "./virtual-mappings.js";
export { encodeText, Writer } from "./writer.js";
