import { resolveSelection, type Selection, type Slice, storedSelectionOf } from "@hdfive/core/plugin";
import { type DataspaceSelection, HdfiveError } from "@hdfive/format";

/** The end of a slice that has none: `slice(0, UNLIMITED, 4)` goes on for as long as the dataset grows. */
export const UNLIMITED: number = Number.POSITIVE_INFINITY;

/** A selection as it is stored in a mapping; what ends at `UNLIMITED` becomes a hyperslab without end. */
export function mappedSelection(selection: Selection, shape: readonly number[]): DataspaceSelection {
  const given = Array.isArray(selection) ? (selection as readonly unknown[]) : [selection];
  const axis = given.findIndex(isEndless);
  if (axis < 0) {
    return isEndlessHyperslab(selection)
      ? (selection as DataspaceSelection)
      : withoutPoints(storedSelectionOf(selection, shape));
  }
  if (given.filter(isEndless).length > 1 || given.slice(0, axis).includes("...")) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      "One axis of a mapping can be unlimited, and it is named before any ellipsis",
    );
  }
  const { start, step } = given[axis] as Slice;
  const others = given.map((one, i) => (i === axis ? 0 : one)) as Exclude<Selection, null>;
  const resolved = resolveSelection(
    others,
    shape.map((extent, i) => (i === axis ? Math.max(1, extent) : extent)),
  );
  if (resolved.kind !== "axes") {
    throw new HdfiveError("INVALID_ARGUMENT", "An unlimited mapping takes slices on the other axes");
  }
  const axes = resolved.axes.map((one) => {
    if (one.kind !== "range") {
      throw new HdfiveError("INVALID_ARGUMENT", "An unlimited mapping takes slices on the other axes");
    }
    const isRun = one.step === 1 || one.count === 1;
    return {
      start: one.start,
      stride: isRun ? 1 : one.step,
      count: isRun ? 1 : one.count,
      block: isRun ? one.count : 1,
    };
  });
  const own = { start: start ?? 0, stride: step ?? 1, count: null, block: 1 };
  const all = axes.map((one, i) => (i === axis ? own : one));
  return {
    kind: "hyperslab",
    start: all.map((one) => one.start),
    stride: all.map((one) => one.stride),
    count: all.map((one) => one.count),
    block: all.map((one) => one.block),
  };
}

/**
 * Single elements in row-major order as blocks of one element: libhdf5 takes no points in mappings.
 *
 * @throws HdfiveError `INVALID_ARGUMENT` for points in another order
 */
function withoutPoints(selection: DataspaceSelection): DataspaceSelection {
  if (selection.kind !== "points") {
    return selection;
  }
  const { rank, coordinates } = selection;
  const corners = new Float64Array(2 * coordinates.length);
  for (let from = 0; from < coordinates.length; from += rank) {
    const point = coordinates.subarray(from, from + rank);
    corners.set(point, 2 * from);
    corners.set(point, 2 * from + rank);
    const before = coordinates.subarray(from - rank, from);
    const axis = point.findIndex((index, i) => index !== before[i]);
    if (from > 0 && (axis < 0 || (point[axis] as number) < (before[axis] as number))) {
      throw new HdfiveError("INVALID_ARGUMENT", "Points of a mapping stand in row-major order: map them one by one");
    }
  }
  return { kind: "blocks", rank, corners };
}

/** Elements that a selection picks; where it has no end, those for one index of that axis. */
export function mappedCount(
  selection: DataspaceSelection,
  shape: readonly number[],
): { readonly count: number; readonly isEndless: boolean } {
  if (selection.kind !== "hyperslab" || !isEndlessHyperslab(selection)) {
    const resolved = resolveSelection(selection, shape);
    return { count: resolved.shape.reduce((product, length) => product * length, 1), isEndless: false };
  }
  const count = selection.count.reduce<number>((product, blocks, axis) => {
    const side = selection.block[axis] ?? null;
    return blocks === null || side === null ? product : product * blocks * side;
  }, 1);
  return { count, isEndless: true };
}

function isEndless(index: unknown): boolean {
  return typeof index === "object" && index !== null && "stop" in index && index.stop === UNLIMITED;
}

function isEndlessHyperslab(selection: unknown): boolean {
  return (
    typeof selection === "object" &&
    selection !== null &&
    "count" in selection &&
    "block" in selection &&
    [selection.count, selection.block].some((values) => Array.isArray(values) && values.includes(null))
  );
}
