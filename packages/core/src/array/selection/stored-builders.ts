import { type BlockSelection, HdfiveError, type HyperslabSelection, type PointSelection } from "@hdfive/format";

/** Blocks of one size at regular distances; what is left out is a stride of one block, one block, and one element. */
export interface HyperslabOptions {
  /** First element of the first block, an index per axis. */
  readonly start: readonly number[];
  /** From one block to the next; the size of a block by default, so that blocks touch. */
  readonly stride?: readonly number[] | undefined;
  /** Number of blocks; `null` for as many as there is room for. */
  readonly count?: readonly (number | null)[] | undefined;
  /** Elements of a block; `null` for as many as there is room for. */
  readonly block?: readonly (number | null)[] | undefined;
}

/**
 * Single elements by their indices, in any order, as a selection: `points([[0, 3], [2, 1]])`.
 *
 * A read gives one axis with as many elements, in this order.
 */
export function points(indices: readonly (readonly number[])[]): PointSelection {
  const rank = indices[0]?.length ?? 1;
  if (rank === 0 || indices.some((point) => point.length !== rank)) {
    throw new HdfiveError("INVALID_ARGUMENT", "Every point needs an index per axis");
  }
  return { kind: "points", rank, coordinates: indexArray(indices.flat()) };
}

/** Blocks at regular distances, as HDF5 knows them: `hyperslab({ start: [0, 2], stride: [4, 1], count: [3, 1], block: [2, 5] })`. */
export function hyperslab({ start, stride, count, block }: HyperslabOptions): HyperslabSelection {
  const rank = start.length;
  const blocks = block ?? start.map(() => 1);
  const counts = count ?? start.map(() => 1);
  const strides = stride ?? blocks.map((side) => side ?? 1);
  if (rank === 0 || strides.length !== rank || counts.length !== rank || blocks.length !== rank) {
    throw new HdfiveError("INVALID_ARGUMENT", "A hyperslab needs a start, stride, count and block for every axis");
  }
  indexArray([...start, ...strides, ...[...counts, ...blocks].filter((value) => value !== null)]);
  for (const [axis, step] of strides.entries()) {
    const side = blocks[axis] ?? null;
    if (counts[axis] !== 1 && (step === 0 || side === null || step < side)) {
      throw new HdfiveError("INVALID_ARGUMENT", `Blocks of ${side ?? "unlimited"} elements overlap at every ${step}`);
    }
  }
  return { kind: "hyperslab", start: [...start], stride: [...strides], count: [...counts], block: [...blocks] };
}

/**
 * The union of blocks anywhere, each by its first and its last element: `blocks([[[0, 0], [1, 3]], [[5, 2], [5, 2]]])`.
 *
 * A read gives the elements in row-major order, each once.
 */
export function blocks(
  corners: readonly (readonly [first: readonly number[], last: readonly number[]])[],
): BlockSelection {
  const rank = corners[0]?.[0].length ?? 1;
  if (rank === 0 || corners.some((block) => block.some((corner) => corner.length !== rank))) {
    throw new HdfiveError("INVALID_ARGUMENT", "Every block needs a first and a last element with an index per axis");
  }
  if (corners.some(([first, last]) => first.some((index, axis) => index > (last[axis] as number)))) {
    throw new HdfiveError("INVALID_ARGUMENT", "A block ends before it begins");
  }
  return { kind: "blocks", rank, corners: indexArray(corners.flat(2)) };
}

function indexArray(indices: readonly number[]): Float64Array {
  const strange = indices.find((index) => !Number.isSafeInteger(index) || index < 0);
  if (strange !== undefined) {
    throw new HdfiveError("INVALID_ARGUMENT", `Selection can't process ${strange}`);
  }
  return Float64Array.from(indices);
}
