import { type ChunkedLayout, FormatError } from "@hdfive/format";
import type { ChunkBounds, ChunkedData } from "./chunk-record.js";

/**
 * How the chunks of a dataset are numbered: row by row over the largest grid that the dataset can have, with the axis
 * without a limit, if any, as the slowest. File Format Specification, sections VII.B to VII.D.
 */
export interface ChunkGrid {
  /** Numbers of chunks there can be; infinite when an axis has no limit. */
  readonly length: number;
  /** The number of a chunk. */
  indexOf(scaled: readonly number[]): number;
  /** The chunk with a number, its axes in the order of the numbering. */
  orderedPlace(index: number): number[];
  /** Puts the axes of the dataset into the order of the numbering. */
  toOrder(values: readonly number[]): number[];
  /** Puts axes in the order of the numbering into that of the dataset. */
  fromOrder(values: readonly number[]): number[];
}

/** Bytes of a whole chunk without filters. */
export function bytesOfChunk({ chunkShape, elementSize }: ChunkedLayout): number {
  return chunkShape.reduce((product, extent) => product * extent, elementSize);
}

/** Which axes of a dataset can grow without a limit. */
export function unlimitedAxes({ dataspace }: ChunkedData): number[] {
  return dataspace.maxDimensions?.flatMap((extent, axis) => (extent === null ? [axis] : [])) ?? [];
}

/** The numbering of a dataset's chunks; a `FormatError` when the dataset has another rank than its chunks. */
export function chunkGrid({ chunkShape }: ChunkedLayout, data: ChunkedData, slowest = 0): ChunkGrid {
  const { dimensions, maxDimensions } = data.dataspace;
  const rank = chunkShape.length;
  if (dimensions.length !== rank) {
    throw new FormatError("data layout", `chunks of ${rank} dimensions in a dataset of ${dimensions.length}`);
  }
  const order = [slowest, ...[...chunkShape.keys()].filter((axis) => axis !== slowest)];
  const extents = order.map((axis) => {
    const most = maxDimensions === null ? (dimensions[axis] as number) : (maxDimensions[axis] ?? null);
    return most === null ? Number.POSITIVE_INFINITY : Math.ceil(most / (chunkShape[axis] as number));
  });
  const strides = new Array<number>(rank).fill(1);
  for (let i = rank - 2; i >= 0; i--) {
    strides[i] = (strides[i + 1] as number) * (extents[i + 1] as number);
  }
  if (!strides.every(Number.isSafeInteger)) {
    throw new FormatError("data layout", "its chunks cannot be numbered: too many, or without a limit on two axes");
  }
  const toOrder = (values: readonly number[]): number[] => order.map((axis) => values[axis] as number);
  return {
    length: (strides[0] as number) * (extents[0] as number),
    indexOf: (scaled) => order.reduce((index, axis, i) => index + (scaled[axis] as number) * (strides[i] as number), 0),
    orderedPlace: (index) => {
      let rest = index;
      return strides.map((stride) => {
        const at = Math.floor(rest / stride);
        rest -= at * stride;
        return at;
      });
    },
    toOrder,
    fromOrder: (values) => {
      const scaled = new Array<number>(rank);
      for (const [i, axis] of order.entries()) {
        scaled[axis] = values[i] as number;
      }
      return scaled;
    },
  };
}

/** The chunks that a dataset has as it is now; `null` when it has none. */
export function presentBounds({ chunkShape }: ChunkedLayout, { dataspace }: ChunkedData): ChunkBounds | null {
  const last = chunkShape.map((side, axis) => Math.ceil((dataspace.dimensions[axis] as number) / side) - 1);
  return last.some((at) => at < 0) ? null : { first: chunkShape.map(() => 0), last };
}
