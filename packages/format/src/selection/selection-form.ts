import { HdfiveError } from "../errors.js";
import { type Libver, structureVersions } from "../libver.js";
import type {
  BlockSelection,
  DataspaceSelection,
  HyperslabSelection,
  PointSelection,
  StoredSelection,
} from "./dataspace-selection.js";
import { numberSizeFor } from "./selection-numbers.js";

/** The largest number that version 1 holds. */
const MAX_32 = 0xffffffff;
/** Regular hyperslabs of fewer blocks are as small in version 1, and every reader knows that one. */
const FEWEST_REGULAR_BLOCKS = 4;

/**
 * The form in which libhdf5 stores a selection under a lower bound; File Format Specification, section X.A.
 *
 * Version 1 lists the blocks of a regular hyperslab one by one. What does not fit 32 bits, or has no limit, takes a higher
 * version whatever the bound.
 */
export function selectionForm(selection: DataspaceSelection, low: Libver): StoredSelection {
  switch (selection.kind) {
    case "none":
    case "all":
      return { version: 1, numberSize: 4, selection };
    case "points":
      return pointForm(selection, structureVersions(low).pointSelection);
    case "blocks":
      return blockForm(selection, structureVersions(low).hyperslabSelection);
    case "hyperslab":
      return regularForm(normalized(selection), structureVersions(low).hyperslabSelection);
  }
}

function pointForm(selection: PointSelection, least: 1 | 2): StoredSelection {
  const largest = largestOf(selection.coordinates, selection.coordinates.length / selection.rank);
  const version = least === 2 || largest > MAX_32 ? 2 : 1;
  return { version, numberSize: version === 1 ? 4 : numberSizeFor(largest), selection };
}

function blockForm(selection: BlockSelection, least: 1 | 2 | 3): StoredSelection {
  const largest = largestOf(selection.corners, selection.corners.length / (2 * selection.rank));
  const version = least === 3 || largest > MAX_32 ? 3 : 1;
  return { version, numberSize: version === 1 ? 4 : numberSizeFor(largest), selection };
}

function regularForm(selection: HyperslabSelection, least: 1 | 2 | 3): StoredSelection {
  const { start, stride, count, block } = selection;
  if (least === 3) {
    const limited = [count, block].flatMap((counts) => counts.filter((value) => value !== null));
    const largest = largestOf([...start, ...stride, ...limited], 0);
    // All bits set say "unlimited", so that a count of 65535 needs more than 2 bytes.
    const size = numberSizeFor(largest);
    const clash = limited.includes(256 ** size - 1);
    return { version: 3, numberSize: clash ? (size === 2 ? 4 : 8) : size, selection };
  }
  const blocks = count.reduce<number | null>(
    (product, value, axis) => (product === null || value === null || block[axis] === null ? null : product * value),
    1,
  );
  const end = Math.max(
    ...start.map((first, axis) => first + ((count[axis] ?? 1) - 1) * (stride[axis] ?? 1) + (block[axis] ?? 1) - 1),
  );
  const fits = blocks !== null && blocks <= MAX_32 && end <= MAX_32;
  if (blocks === null || !fits || (least === 2 && blocks >= FEWEST_REGULAR_BLOCKS)) {
    return { version: 2, numberSize: 8, selection };
  }
  return { version: 1, numberSize: 4, selection: listed(selection, blocks) };
}

/** As libhdf5 keeps it: blocks that touch are one block, and one block has stride 1. */
function normalized({ kind, start, stride, count, block }: HyperslabSelection): HyperslabSelection {
  const touching = start.map((_, axis) => {
    const blocks = count[axis] ?? null;
    return blocks !== null && (blocks === 1 || stride[axis] === block[axis]);
  });
  return {
    kind,
    start,
    stride: stride.map((step, axis) => (touching[axis] ? 1 : step)),
    count: count.map((blocks, axis) => (touching[axis] ? 1 : blocks)),
    block: block.map((side, axis) => (touching[axis] && side !== null ? side * (count[axis] ?? 1) : side)),
  };
}

/** The blocks of a regular hyperslab one by one, in row-major order. */
function listed({ start, stride, count, block }: HyperslabSelection, blocks: number): BlockSelection {
  const rank = start.length;
  if (blocks * 2 * rank > 2 ** 31) {
    throw new HdfiveError("LIMIT", `A selection of ${blocks} blocks is too large to be listed: use libver "v110"`);
  }
  const corners = new Float64Array(blocks * 2 * rank);
  for (let i = 0; i < blocks; i++) {
    let rest = i;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const along = count[axis] ?? 1;
      const first = (start[axis] as number) + (rest % along) * (stride[axis] as number);
      corners[i * 2 * rank + axis] = first;
      corners[i * 2 * rank + rank + axis] = first + (block[axis] ?? 1) - 1;
      rest = Math.floor(rest / along);
    }
  }
  return { kind: "blocks", rank, corners };
}

function largestOf(numbers: ArrayLike<number>, least: number): number {
  let largest = least;
  for (let i = 0; i < numbers.length; i++) {
    largest = Math.max(largest, numbers[i] as number);
  }
  return largest;
}
