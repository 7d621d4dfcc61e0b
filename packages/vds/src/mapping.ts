import type { AxisSelection, ResolvedSelection } from "@hdfive/core/plugin";
import { elementCount, resolveStored } from "@hdfive/core/plugin";
import {
  type DataspaceSelection,
  FormatError,
  type HyperslabSelection,
  selectionRank,
  type VirtualMapping,
} from "@hdfive/format";
import { isNumbered, type NamePattern, namePattern } from "./name-pattern.js";

/** A mapping as it is followed; File Format Specification, section III.F. */
export interface Mapping {
  readonly stored: VirtualMapping;
  readonly file: NamePattern;
  readonly dataset: NamePattern;
  readonly virtual: DataspaceSelection;
  readonly source: DataspaceSelection;
  /**
   * `fixed`: as many elements on both sides. `following`: both sides go on without end, as far as the source reaches.
   * `numbered`: the virtual side repeats a block without end, and each has a source of its own, named by its number.
   */
  readonly kind: "fixed" | "following" | "numbered";
  /** The axis of the virtual dataset that has no end, or -1. */
  readonly axis: number;
  /** The axis of the source that has no end, or -1. */
  readonly sourceAxis: number;
  /** First index on each axis of the virtual dataset, then the last one; infinite where there is no end. */
  readonly bounds: Float64Array;
}

/** Larger than any extent: what a selection is, whatever it is for. */
const ANYWHERE = Number.MAX_SAFE_INTEGER;

/** Checks a stored mapping of a virtual dataset of some rank; `null` for one that maps nothing. */
export function mappingOf(stored: VirtualMapping, rank: number): Mapping | null {
  const virtual = stored.virtual.selection;
  const source = stored.source.selection;
  if (virtual.kind === "none" || source.kind === "none") {
    return null;
  }
  if ((selectionRank(virtual) ?? rank) !== rank) {
    throw badMapping(stored, `its virtual selection is not of ${rank} dimensions`);
  }
  const axis = endlessAxis(virtual, stored);
  const sourceAxis = endlessAxis(source, stored);
  const file = namePattern(stored.fileName);
  const dataset = namePattern(stored.datasetName);
  const numbered = isNumbered(file) || isNumbered(dataset);
  if (sourceAxis >= 0 && axis < 0) {
    throw badMapping(stored, "its source is unlimited and its virtual selection is not");
  }
  if (numbered !== (axis >= 0 && sourceAxis < 0)) {
    throw badMapping(
      stored,
      numbered
        ? "it has a numbered source and no unlimited number of blocks"
        : "its virtual selection is unlimited, and the source is neither unlimited nor numbered",
    );
  }
  if (numbered && (virtual as HyperslabSelection).count[axis] !== null) {
    throw badMapping(stored, "it has numbered sources for one unlimited block");
  }
  const kind = axis < 0 ? "fixed" : numbered ? "numbered" : "following";
  return { stored, file, dataset, virtual, source, kind, axis, sourceAxis, bounds: boundsOf(virtual, rank) };
}

/** The error for a mapping that makes no sense. */
export function badMapping({ fileName, datasetName }: VirtualMapping, problem: string): FormatError {
  return new FormatError("virtual dataset", `the mapping of "${datasetName}" in "${fileName}": ${problem}`);
}

function endlessAxis(selection: DataspaceSelection, stored: VirtualMapping): number {
  if (selection.kind !== "hyperslab") {
    return -1;
  }
  const { count, block } = selection;
  const axes = count.flatMap((blocks, axis) => (blocks === null || block[axis] === null ? [axis] : []));
  if (axes.length > 1) {
    throw badMapping(stored, `it is unlimited on ${axes.length} axes`);
  }
  return axes[0] ?? -1;
}

function boundsOf(selection: DataspaceSelection, rank: number): Float64Array {
  const bounds = new Float64Array(2 * rank).fill(Infinity, rank);
  if (selection.kind === "hyperslab") {
    for (const [axis, start] of selection.start.entries()) {
      const blocks = selection.count[axis] ?? null;
      const side = selection.block[axis] ?? null;
      bounds[axis] = start;
      bounds[rank + axis] =
        blocks === null || side === null
          ? Infinity
          : start + (blocks - 1) * (selection.stride[axis] as number) + side - 1;
    }
  } else if (selection.kind === "points" || selection.kind === "blocks") {
    const numbers = selection.kind === "points" ? selection.coordinates : selection.corners;
    bounds.fill(Infinity, 0, rank).fill(-1, rank);
    for (let i = 0; i < numbers.length; i++) {
      const axis = i % rank;
      bounds[axis] = Math.min(bounds[axis] as number, numbers[i] as number);
      bounds[rank + axis] = Math.max(bounds[rank + axis] as number, numbers[i] as number);
    }
  }
  return bounds;
}

/** A selection that has an end, whatever the extent of what it is for; `all` is all of `shape`. */
export function resolveAnywhere(selection: DataspaceSelection, shape: readonly number[]): ResolvedSelection {
  const rank = selectionRank(selection);
  return resolveStored(selection, rank === null ? shape : new Array<number>(rank).fill(ANYWHERE));
}

/** A selection without end, as far as an extent goes on its axis; on the others it may go beyond. */
export function resolveUntil(selection: DataspaceSelection, axis: number, extent: number): ResolvedSelection {
  const rank = selectionRank(selection) ?? 0;
  const shape = new Array<number>(rank).fill(ANYWHERE);
  shape[axis] = extent;
  return resolveStored(selection, shape);
}

/** The first `slices` indices, on its axis, of a selection without end. */
export function resolveSlices(selection: HyperslabSelection, axis: number, slices: number): ResolvedSelection {
  const start = selection.start[axis] as number;
  const stride = selection.stride[axis] as number;
  const block = selection.block[axis] ?? null;
  const once = resolveAnywhere(oneBlock(selection, axis, 0, 1), []);
  if (once.kind !== "axes") {
    return once;
  }
  const own: AxisSelection =
    block === null || block === stride
      ? { kind: "range", start, step: 1, count: slices, drop: false }
      : { kind: "blocks", start, stride, block, count: slices, drop: false };
  const axes = once.axes.map((other, i) => (i === axis ? own : other));
  const countShape = once.countShape.map((count, i) => (i === axis ? slices : count));
  return { kind: "axes", axes, shape: countShape, countShape };
}

/** One block of a selection without end, by its number. */
export function numberedBlock(selection: HyperslabSelection, axis: number, block: number): ResolvedSelection {
  return resolveAnywhere(oneBlock(selection, axis, block, selection.block[axis] ?? 1), []);
}

function oneBlock(selection: HyperslabSelection, axis: number, block: number, side: number): HyperslabSelection {
  const at = <T>(values: readonly T[], value: T): T[] => values.map((other, i) => (i === axis ? value : other));
  const start = (selection.start[axis] as number) + block * (selection.stride[axis] as number);
  return {
    kind: "hyperslab",
    start: at(selection.start, start),
    stride: selection.stride,
    count: at<number | null>(selection.count, 1),
    block: at<number | null>(selection.block, side),
  };
}

/** Elements that a resolved selection picks. */
export function resolvedCount(resolved: ResolvedSelection): number {
  return elementCount(resolved.shape);
}
