import type { ChunkedLayout, ContiguousLayout, FillValue, FilterDescription } from "@hdfive/format";
import { type DtypeLike, elementCount, memoryType, NdArray, type Scalar } from "../array/index.js";
import { type ChunkPage, chunkIndexOf } from "../engine/chunk-index/chunk-index.js";
import { type DatasetHeader, loadDataset } from "../engine/datasets/dataset-header.js";
import type { ExternalFile } from "../engine/datasets/external-files.js";
import { loadHeader } from "../engine/object-header/object-header.js";
import { storeChanged } from "../pipeline/chunk-store.js";
import { fillElement } from "../pipeline/fill.js";
import { checkReadSize } from "../pipeline/read.js";
import { heapReader, prefetchHeap } from "../pipeline/sink.js";
import type { Task } from "../task.js";
import type { FileContext } from "./file-context.js";
import { type ObjectInfo, objectInfo } from "./object-info.js";

/**
 * The kinds of index that find the chunks of a dataset, named as HDF5 names them: version 1 B-trees in files of every age,
 * the others since 1.10. `farray` is a fixed array, `earray` an extensible one.
 */
export type ChunkIndexKind = "btree1" | "single" | "implicit" | "farray" | "earray" | "btree2";

const INDEX_KINDS = {
  single: "single",
  implicit: "implicit",
  "fixed-array": "farray",
  "extensible-array": "earray",
  "btree-v2": "btree2",
} as const;

/** What is stored about a dataset besides its data. */
export interface DatasetInfo extends ObjectInfo {
  /** How the data is stored; `virtual` where other datasets hold it, `unsupported` for layouts that cannot be read yet. */
  readonly layout: "compact" | "contiguous" | "chunked" | "virtual" | "unsupported";
  readonly chunkShape: readonly number[] | null;
  /** The kind of index that finds the chunks. */
  readonly chunkIndex: ChunkIndexKind | null;
  /** Chunks that are stored. */
  readonly chunkCount: number;
  /** Bytes that the data takes in the file. */
  readonly storageSize: number;
  readonly filters: readonly FilterDescription[];
  /** The fill value message; its value has the bytes of one element as stored. */
  readonly fill: FillValue;
  /** The files that hold the data, in order; `null` when the file of the dataset does. */
  readonly external: readonly ExternalFile[] | null;
  /** Address of the committed datatype that the dataset uses, or `null`. */
  readonly committedAddress: number | null;
}

/** Chunks counted by one operation. */
const PAGE = 4096;

/** What is stored about a dataset; chunks changed in memory are stored first. */
export function* datasetInfo(context: FileContext, address: number): Task<DatasetInfo> {
  if (context.state.writable) {
    yield* storeChanged(context);
  }
  const { header, common } = yield* context.transact((tx) => ({
    header: loadDataset(tx, address),
    common: objectInfo(tx, loadHeader(tx, address)),
  }));
  const { layout, filters, fill, external, committedAddress } = header;
  const stored = {
    ...common,
    filters,
    fill,
    external,
    committedAddress,
    chunkShape: null,
    chunkIndex: null,
    chunkCount: 0,
  };
  switch (layout.class) {
    case "unsupported":
      return { ...stored, layout: "unsupported", storageSize: 0 };
    case "virtual":
      return { ...stored, layout: "virtual", storageSize: 0 };
    case "compact":
      return { ...stored, layout: "compact", storageSize: layout.data.length };
    case "contiguous":
      return { ...stored, layout: "contiguous", storageSize: contiguousSize(layout, header) };
    case "chunked": {
      const counts = yield* countChunks(context, header);
      return { ...stored, ...counts, layout: "chunked", chunkShape: layout.chunkShape, chunkIndex: indexKind(layout) };
    }
  }
}

function indexKind(layout: ChunkedLayout): ChunkIndexKind {
  return "index" in layout ? INDEX_KINDS[layout.index.kind] : "btree1";
}

function contiguousSize({ address, size }: ContiguousLayout, { dataspace, datatype, external }: DatasetHeader): number {
  return address === null && external === null ? 0 : (size ?? elementCount(dataspace.dimensions) * datatype.size);
}

function* countChunks(context: FileContext, header: DatasetHeader): Task<{ chunkCount: number; storageSize: number }> {
  const { layout } = header;
  let chunkCount = 0;
  let storageSize = 0;
  if (layout.class !== "chunked" || layout.address === null) {
    return { chunkCount, storageSize };
  }
  const index = chunkIndexOf(layout, header);
  let after: readonly number[] | null = null;
  do {
    const from: readonly number[] | null = after;
    const page: ChunkPage = yield* context.transact((tx) => index.list(tx, from, PAGE));
    chunkCount += page.records.length;
    storageSize += page.records.reduce((sum, { storedSize }) => sum + storedSize, 0);
    after = page.next;
  } while (after !== null);
  return { chunkCount, storageSize };
}

/** The fill value of a dataset as a JavaScript value. */
export function* fillValueOf(context: FileContext, address: number, as?: DtypeLike): Task<Scalar | NdArray> {
  return yield* context.transact((tx) => {
    const header = loadDataset(tx, address);
    const memory = memoryType(header.datatype, as);
    checkReadSize(tx.state.limits, memory, 1, []);
    const element = fillElement(header);
    const into = memory.allocate(1);
    prefetchHeap(tx, memory, element, 0, 1);
    memory.decode(element, 0, 1, into, 0, heapReader(tx));
    const value = new NdArray(into, memory.innerShape, memory.memoryDatatype);
    return memory.innerShape.length === 0 ? value.item() : value;
  });
}
