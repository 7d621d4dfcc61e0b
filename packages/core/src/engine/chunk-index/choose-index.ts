import {
  type ChunkedLayout,
  type ChunkIndexing,
  chunkDimensionSize,
  type FillValue,
  HdfiveError,
  type Libver,
  structureVersions,
} from "@hdfive/format";
import { unlimitedAxes } from "./chunk-grid.js";
import type { ChunkedData } from "./chunk-record.js";

/** What the layout of a new chunked dataset depends on. */
export interface NewChunks extends ChunkedData {
  readonly chunkShape: readonly number[];
  readonly elementSize: number;
  readonly allocationTime: FillValue["allocationTime"];
  /** Whether chunks that reach past the edge of the dataset are stored without filters; needs a newer layout. */
  readonly partialChunksUnfiltered?: boolean | undefined;
}

/** What libhdf5 makes its indexes with. */
const FIXED_ARRAY: ChunkIndexing = { kind: "fixed-array", pageBits: 10 };
const EXTENSIBLE_ARRAY: ChunkIndexing = {
  kind: "extensible-array",
  maxBits: 32,
  indexBlockElements: 4,
  superBlockMinPointers: 4,
  dataBlockMinElements: 16,
  pageBits: 10,
};
const BTREE_V2: ChunkIndexing = { kind: "btree-v2", nodeSize: 2048, splitPercent: 100, mergePercent: 40 };
/** Most bytes of a chunk before layout version 5, whose chunks have 64-bit sizes. */
const MAX_CHUNK_BYTES = 0xffff_ffff;

/**
 * The layout of a new chunked dataset, with the index that libhdf5 would choose under a lower bound. File Format
 * Specification, section IV.A.2.i; `H5D__chunk_construct` of libhdf5.
 */
export function chunkedLayout(chunks: NewChunks, libver: Libver): ChunkedLayout {
  const { chunkShape, elementSize, filters, partialChunksUnfiltered = false } = chunks;
  const bytes = chunkShape.reduce((product, extent) => product * extent, elementSize);
  const newest = structureVersions(libver).layout;
  if (bytes > MAX_CHUNK_BYTES && newest < 5) {
    throw new HdfiveError(
      "UNSUPPORTED",
      `A chunk of ${bytes} bytes needs libver "v200": older layouts hold up to 4 GiB`,
    );
  }
  const common = { class: "chunked", address: null, chunkShape, elementSize } as const;
  if (newest === 3 && !partialChunksUnfiltered) {
    return { version: 3, ...common };
  }
  const index = chooseIndex(chunks);
  const isLarge = bytes > MAX_CHUNK_BYTES;
  return {
    version: newest === 5 && (isLarge || (filters.length > 0 && index.kind !== "implicit")) ? 5 : 4,
    ...common,
    dimensionSize: chunkDimensionSize(chunkShape, elementSize),
    partialChunksUnfiltered,
    index,
  };
}

function chooseIndex(chunks: NewChunks): ChunkIndexing {
  const { dataspace, filters, chunkShape, allocationTime } = chunks;
  const unlimited = unlimitedAxes(chunks).length;
  if (unlimited > 0) {
    return unlimited === 1 ? EXTENSIBLE_ARRAY : BTREE_V2;
  }
  const { dimensions, maxDimensions } = dataspace;
  const isOne = dimensions.every(
    (extent, axis) => extent === chunkShape[axis] && extent === (maxDimensions ?? dimensions)[axis],
  );
  if (isOne) {
    return { kind: "single", filtered: filters.length === 0 ? null : { storedSize: 0, filterMask: 0 } };
  }
  return filters.length === 0 && allocationTime === "early" ? { kind: "implicit" } : FIXED_ARRAY;
}
