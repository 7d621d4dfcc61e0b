import { type Dataset, type Datatype, type MemoryArray, opaque, type Selection, slice } from "@hdfive/core";

/** Some elements of a dataset, in row-major order after those of the block before. */
export interface DataBlock {
  readonly data: MemoryArray;
  /** Elements of the dataset's datatype in the block. */
  readonly count: number;
}

/** Bytes, as stored, that a block is meant to have at most. */
const BLOCK_BYTES = 4 << 20;

/**
 * All values of a dataset in row-major order, in blocks of bounded size: chunked data is cut at chunk borders.
 *
 * @param as datatype to read as; the dataset's own by default
 */
export async function* datasetBlocks(dataset: Dataset, as?: Datatype): AsyncGenerator<DataBlock, void, undefined> {
  const budget = Math.max(1, Math.floor(BLOCK_BYTES / dataset.datatype.size));
  for (const { selection, count } of blockSelections(dataset.shape, dataset.chunks, budget)) {
    const { data } = await dataset.read(selection, { as });
    yield { data, count };
  }
}

/** A datatype with bytes in place of fixed strings; `null` when it has none that can be read so. */
export function withoutText(datatype: Datatype): Datatype | null {
  switch (datatype.class) {
    case "string":
      return opaque(datatype.size);
    case "array": {
      const base = withoutText(datatype.base);
      return base === null ? null : { ...datatype, base };
    }
    case "compound": {
      const members = datatype.members.map((member) => {
        const type = withoutText(member.datatype);
        return type === null ? member : { ...member, datatype: type };
      });
      return members.every((member, i) => member === datatype.members[i]) ? null : { ...datatype, members };
    }
    default:
      return null;
  }
}

/** One block as a selection. */
export interface BlockSelection {
  readonly selection: Selection;
  readonly count: number;
}

/**
 * Selections that cover a shape in row-major order, each of about `budget` elements at most.
 *
 * The leading axes are stepped through one by one; the first axis whose rows fit the budget is cut in pieces.
 */
export function* blockSelections(
  shape: readonly number[],
  chunks: readonly number[] | null,
  budget: number,
): Generator<BlockSelection, void, undefined> {
  if (shape.includes(0)) {
    return;
  }
  let axis = 0;
  let row = shape.slice(1).reduce((product, extent) => product * extent, 1);
  while (row > budget && axis < shape.length - 1) {
    axis++;
    row /= shape[axis] as number;
  }
  const extent = shape[axis];
  if (extent === undefined) {
    yield { selection: null, count: 1 };
    return;
  }
  const step = pieceLength(Math.max(1, Math.floor(budget / row)), chunks?.[axis] ?? 1);
  const leading = new Array<number>(axis).fill(0);
  do {
    for (let start = 0; start < extent; start += step) {
      const stop = Math.min(extent, start + step);
      yield { selection: [...leading, slice(start, stop)], count: (stop - start) * row };
    }
  } while (advance(leading, shape));
}

/** As many rows as fit, rounded down to whole chunks where one fits. */
function pieceLength(rows: number, chunk: number): number {
  return rows >= chunk ? rows - (rows % chunk) : rows;
}

/** Counts on to the next indices; `false` after the last. */
function advance(indices: number[], shape: readonly number[]): boolean {
  for (let axis = indices.length - 1; axis >= 0; axis--) {
    const next = (indices[axis] as number) + 1;
    if (next < (shape[axis] as number)) {
      indices[axis] = next;
      return true;
    }
    indices[axis] = 0;
  }
  return false;
}
