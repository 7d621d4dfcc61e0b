import type { DatasetHeader, OpenFile, ResolvedSelection } from "@hdfive/core/plugin";
import { elementCount, type Task, type VirtualPassage } from "@hdfive/core/plugin";
import type { HyperslabSelection } from "@hdfive/format";
import { axisCount, axisIndex } from "./axis-picks.js";
import type { Settings } from "./extent.js";
import {
  badMapping,
  type Mapping,
  numberedBlock,
  resolveAnywhere,
  resolvedCount,
  resolveSlices,
  resolveUntil,
} from "./mapping.js";
import { nameOf } from "./name-pattern.js";
import { type Meeting, meet } from "./parts.js";
import { follow } from "./passage.js";

/** A source that a selection of a virtual dataset touches. */
export interface Unit {
  readonly mapping: Mapping;
  readonly file: string;
  readonly dataset: string;
  /** What was selected and the mapping share, as far as that is known without the source. */
  readonly meeting: Meeting;
}

/** The sources that a selection touches, in the order of the mappings: later ones cover earlier ones. Nothing is opened. */
export function* unitsOf(
  settings: Settings,
  file: OpenFile,
  dataset: DatasetHeader,
  selected: ResolvedSelection,
  passage: VirtualPassage,
): Task<readonly Unit[]> {
  const { mappings, index } = yield* settings.structures.of(file, dataset);
  const shape = dataset.dataspace.dimensions;
  const wanted = boundsOf(selected, shape.length);
  const units: Unit[] = [];
  const add = (mapping: Mapping, virtual: ResolvedSelection, block: number): void => {
    follow(passage);
    const meeting = meet(selected, virtual, shape);
    if (meeting !== null) {
      units.push({ mapping, file: nameOf(mapping.file, block), dataset: nameOf(mapping.dataset, block), meeting });
    }
  };
  for (const number of index.meeting(wanted)) {
    const mapping = mappings[number] as Mapping;
    const { virtual, axis, kind } = mapping;
    if (kind === "fixed") {
      add(mapping, resolveAnywhere(virtual, shape), 0);
    } else if (kind === "following") {
      add(mapping, resolveUntil(virtual, axis, shape[axis] as number), 0);
    } else {
      const { start, stride, block } = virtual as HyperslabSelection;
      const [first, step, side] = [start[axis] as number, stride[axis] as number, block[axis] ?? 1];
      const low = Math.max(0, Math.ceil(((wanted[axis] as number) - first - side + 1) / step));
      const high = Math.floor(((wanted[shape.length + axis] as number) - first) / step);
      for (let number = low; number <= high; number++) {
        add(mapping, numberedBlock(virtual as HyperslabSelection, axis, number), number);
      }
    }
  }
  return units;
}

/**
 * The elements of a mapping in its source and in the virtual dataset, now that the source is there.
 *
 * @throws FormatError for a mapping that does not fit its source, or has another number of elements on either side
 */
export function resolveUnit(
  { mapping, meeting }: Unit,
  sourceShape: readonly number[],
  selected: ResolvedSelection,
  shape: readonly number[],
): { readonly meeting: Meeting | null; readonly source: ResolvedSelection } {
  const { stored, source, kind, sourceAxis, axis } = mapping;
  if (source.kind !== "all" && rankOf(source) !== sourceShape.length) {
    throw badMapping(stored, `it selects in ${rankOf(source)} dimensions of a source with ${sourceShape.length}`);
  }
  if (kind === "following") {
    const virtual = mapping.virtual as HyperslabSelection;
    const inSource = resolveUntil(source, sourceAxis, sourceShape[sourceAxis] as number);
    const slices = inSource.kind === "axes" ? (inSource.countShape[sourceAxis] as number) : 0;
    const inVirtual = resolveSlices(virtual, axis, slices);
    requireSame(mapping, inVirtual, inSource);
    return { meeting: slices === 0 ? null : meet(selected, inVirtual, shape), source: inSource };
  }
  const { virtual } = meeting;
  const inSource = resolveAnywhere(source, sourceShape);
  if (source.kind === "all" && resolvedCount(virtual) !== elementCount(sourceShape)) {
    return { meeting, source: asDeclared(mapping, virtual, sourceShape) };
  }
  requireSame(mapping, virtual, inSource);
  return { meeting, source: inSource };
}

/** All of a source that has another extent than it was declared with: it begins where it did, and is cut off or goes on. */
function asDeclared(mapping: Mapping, virtual: ResolvedSelection, sourceShape: readonly number[]): ResolvedSelection {
  const long = virtual.kind === "axes" ? virtual.countShape.filter((count) => count !== 1) : [];
  const counts =
    virtual.kind === "axes" && virtual.countShape.length === sourceShape.length ? virtual.countShape : long;
  if (counts.length !== sourceShape.length) {
    throw badMapping(
      mapping.stored,
      `all of its source are ${elementCount(sourceShape)} elements, not as many as it maps`,
    );
  }
  return {
    kind: "axes",
    axes: counts.map((count) => ({ kind: "range", start: 0, step: 1, count, drop: false })),
    shape: counts,
    countShape: counts,
  };
}

function requireSame({ stored }: Mapping, virtual: ResolvedSelection, source: ResolvedSelection): void {
  const [mapped, given] = [resolvedCount(virtual), resolvedCount(source)];
  if (mapped !== given) {
    throw badMapping(stored, `it maps ${given} elements to ${mapped}`);
  }
}

function rankOf(selection: Mapping["source"]): number {
  return selection.kind === "hyperslab" ? selection.start.length : "rank" in selection ? selection.rank : 0;
}

/** First and last index of a selection on each axis. */
function boundsOf(selected: ResolvedSelection, rank: number): Float64Array {
  const bounds = new Float64Array(2 * rank).fill(Infinity, 0, rank).fill(-1, rank);
  const note = (axis: number, low: number, high: number): void => {
    bounds[axis] = Math.min(bounds[axis] as number, low);
    bounds[rank + axis] = Math.max(bounds[rank + axis] as number, high);
  };
  if (selected.kind === "axes") {
    for (const [axis, picked] of selected.axes.entries()) {
      note(axis, axisIndex(picked, 0), axisIndex(picked, axisCount(picked) - 1));
    }
  } else if (selected.kind === "points") {
    for (let i = 0; i < selected.coordinates.length; i++) {
      const index = selected.coordinates[i] as number;
      note(i % rank, index, index);
    }
  } else {
    const levels = new Set([selected.spans]);
    for (let axis = 0; axis < rank; axis++) {
      const below = new Set<typeof selected.spans>();
      for (const level of levels) {
        note(axis, level.starts[0] as number, level.ends.at(-1) as number);
        for (const next of level.below) {
          below.add(next);
        }
      }
      levels.clear();
      for (const next of below) {
        levels.add(next);
      }
    }
  }
  return bounds;
}
