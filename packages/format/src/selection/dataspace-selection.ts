/** No element (X.A, selection type 0). */
export interface NoneSelection {
  readonly kind: "none";
}

/** Every element (X.A, selection type 3). */
export interface AllSelection {
  readonly kind: "all";
}

/** Single elements in an order of their own, one perhaps more than once (X.A, selection type 1). */
export interface PointSelection {
  readonly kind: "points";
  readonly rank: number;
  /** Indices of the points, one group of `rank` after the other. */
  readonly coordinates: Float64Array;
}

/** Blocks of one size at regular distances (X.A, selection type 2, regular). All four have an entry per axis. */
export interface HyperslabSelection {
  readonly kind: "hyperslab";
  readonly start: readonly number[];
  /** From the first element of one block to that of the next, at least 1. */
  readonly stride: readonly number[];
  /** Number of blocks; `null` for as many as there is room for. */
  readonly count: readonly (number | null)[];
  /** Elements of a block; `null` for as many as there is room for. */
  readonly block: readonly (number | null)[];
}

/** The union of blocks anywhere (X.A, selection type 2, irregular); its elements are in row-major order. */
export interface BlockSelection {
  readonly kind: "blocks";
  readonly rank: number;
  /** For each block the indices of its first element and then those of its last: `2 * rank` numbers. */
  readonly corners: Float64Array;
}

/** Which elements of a dataspace, as files store it: in region references and in the mappings of virtual datasets. */
export type DataspaceSelection = NoneSelection | AllSelection | PointSelection | HyperslabSelection | BlockSelection;

/** A selection with the form it is stored in; File Format Specification, section X.A. */
export interface StoredSelection {
  readonly version: 1 | 2 | 3;
  /** Bytes of a number; 4 in version 1 of any selection, 8 in version 2 of hyperslabs. */
  readonly numberSize: 2 | 4 | 8;
  readonly selection: DataspaceSelection;
}

/** The rank a selection is for; `null` for all and none, which fit every one. */
export function selectionRank(selection: DataspaceSelection): number | null {
  switch (selection.kind) {
    case "none":
    case "all":
      return null;
    case "hyperslab":
      return selection.start.length;
    default:
      return selection.rank;
  }
}
