import { type ChunkedLayout, type FilterDescription, FormatError, HdfiveError } from "@hdfive/format";
import type { ChunkRecord } from "../engine/chunk-index/chunk-index.js";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";
import { fetchBytes } from "../storage/access.js";
import { perform, type Task } from "../task.js";
import { decodeChunk } from "./chunk-codec.js";
import type { OpenFile } from "./open-file.js";

/** Bytes of a whole chunk without filters; a `FormatError` when its rank or element size is not the dataset's. */
export function bytesOfWholeChunk(dataset: DatasetHeader, layout: ChunkedLayout): number {
  const { size } = dataset.datatype;
  if (layout.elementSize !== size || layout.chunkShape.length !== dataset.dataspace.dimensions.length) {
    throw new FormatError("data layout", "its chunks do not have the rank and element size of the dataset", {
      address: dataset.address,
    });
  }
  return layout.chunkShape.reduce((product, extent) => product * extent, size);
}

/** As `bytesOfWholeChunk`, for a chunk that is to be held in memory: `LIMIT` when it is too large for that. */
export function chunkByteLength(file: OpenFile, dataset: DatasetHeader, layout: ChunkedLayout): number {
  const byteLength = bytesOfWholeChunk(dataset, layout);
  const { chunkBytes } = file.state.limits;
  if (!(byteLength <= chunkBytes)) {
    throw new HdfiveError(
      "LIMIT",
      `A chunk has ${byteLength} bytes, more than the limit of ${chunkBytes}: open the file with { limits: { chunkBytes } }`,
      {
        address: dataset.address,
      },
    );
  }
  return byteLength;
}

/** Buffers of requests that are done, for the next ones: fresh memory costs more than what is read into it. */
export type ScratchBuffers = ArrayBuffer[];

function takeScratch(scratch: ScratchBuffers, byteLength: number): Uint8Array<ArrayBuffer> {
  const at = scratch.findIndex((buffer) => buffer.byteLength >= byteLength);
  const [buffer = new ArrayBuffer(byteLength)] = at < 0 ? [] : scratch.splice(at, 1);
  return new Uint8Array(buffer, 0, byteLength);
}

/** The stored bytes at an address, in a buffer of `scratch` where one serves; `CORRUPT` when the file ends before them. */
export function* fetchStored(
  file: Pick<OpenFile, "state" | "codecs">,
  address: number,
  byteLength: number,
  scratch: ScratchBuffers,
): Task<Uint8Array<ArrayBuffer>> {
  const { blocks, context, storage } = file.state;
  const offset = context.baseAddress + address;
  if (offset + byteLength > storage.size) {
    throw new FormatError("chunk", `its ${byteLength} stored bytes run past the end of the file`, { address });
  }
  const bytes = takeScratch(scratch, byteLength);
  const read = yield* perform(fetchBytes(blocks, offset, bytes));
  if (read !== byteLength) {
    throw new HdfiveError("IO", `The storage gave ${read} of ${byteLength} bytes`, { address, path: storage.name });
  }
  return bytes;
}

/** Undoes the filters of a stored chunk. */
export function* decodeStored(
  file: Pick<OpenFile, "state" | "codecs">,
  dataset: DatasetHeader,
  stored: Uint8Array,
  record: ChunkRecord,
  chunkBytes: number,
): Task<Uint8Array> {
  const filters = filtersOf(dataset, record.scaled);
  if (filters.length === 0 && stored.length !== chunkBytes) {
    const problem = `${stored.length} bytes are stored where a chunk without filters has ${chunkBytes}`;
    throw new FormatError("chunk", problem, { address: record.address });
  }
  return yield* decodeChunk(file.codecs, filters, stored, record.filterMask, chunkBytes);
}

/** The filters that a chunk is stored through. */
export function filtersOf(dataset: DatasetHeader, scaled: readonly number[]): readonly FilterDescription[] {
  return isPartialUnfiltered(dataset, scaled) ? [] : dataset.filters;
}

/**
 * Whether a chunk is stored without filters because it reaches past the edge of the dataset and the layout says that such
 * chunks have none. File Format Specification, section IV.A.2.i, flags of version 4.
 */
export function isPartialUnfiltered({ layout, dataspace }: DatasetHeader, scaled: readonly number[]): boolean {
  if (layout.class !== "chunked" || !("index" in layout) || !layout.partialChunksUnfiltered) {
    return false;
  }
  return layout.chunkShape.some(
    (side, axis) => ((scaled[axis] as number) + 1) * side > (dataspace.dimensions[axis] as number),
  );
}
