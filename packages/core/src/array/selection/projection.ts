/** What one axis of a chunk gives to one axis of the result. */
export type AxisPiece =
  | {
      readonly kind: "range";
      /** First index inside the chunk. */
      readonly chunkStart: number;
      readonly chunkStep: number;
      /** First index in the result (its `countShape`); the others follow one by one. */
      readonly resultStart: number;
      readonly count: number;
    }
  | {
      readonly kind: "list";
      /** Indices inside the chunk. */
      readonly chunkIndices: readonly number[];
      readonly resultStart: number;
      readonly count: number;
    };

/** Which elements of a chunk belong where in the result: a piece per axis, single elements, or elements side by side. */
export type ChunkPieces =
  | { readonly kind: "axes"; readonly axes: readonly AxisPiece[] }
  | {
      readonly kind: "points";
      /** Flat row-major positions inside the chunk. */
      readonly chunkElements: Float64Array;
      /** Positions in the result, one for each. */
      readonly resultElements: Float64Array;
    }
  | {
      readonly kind: "runs";
      /** Flat row-major positions inside the chunk where runs begin, ascending. */
      readonly chunkElements: readonly number[];
      /** Positions in the result, one for each. */
      readonly resultElements: readonly number[];
      /** Elements of each run, side by side on both sides. */
      readonly counts: readonly number[];
    };

/** One chunk that a selection touches, and what it contributes; the same data serves reads and writes. */
export interface ChunkProjection {
  /** Position of the chunk in the grid of chunks ("scaled" offset). */
  readonly chunk: readonly number[];
  /** True when every element of the chunk that lies inside the dataset is selected, so that a write needs no read. */
  readonly coversWholeChunk: boolean;
  readonly pieces: ChunkPieces;
}

/** How many elements a projection picks of its chunk. */
export function pickedCount({ pieces }: ChunkProjection): number {
  switch (pieces.kind) {
    case "axes":
      return pieces.axes.reduce((product, { count }) => product * count, 1);
    case "runs":
      return pieces.counts.reduce((sum, count) => sum + count, 0);
    case "points":
      return pieces.chunkElements.length;
  }
}
