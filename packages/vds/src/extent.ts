import type { DatasetHeader, OpenFile, Task, VirtualPassage } from "@hdfive/core/plugin";
import type { HyperslabSelection } from "@hdfive/format";
import { extentOf, slicesWithin } from "./extent-math.js";
import { withSource } from "./find-source.js";
import { badMapping, type Mapping } from "./mapping.js";
import { nameOf } from "./name-pattern.js";
import { enter, follow } from "./passage.js";
import type { Structures } from "./structure.js";

/** Where the end of an unlimited virtual dataset is: before the first gap, or behind the last data there is. */
export type VirtualView = "first-missing" | "last-available";

/** How virtual datasets are read. */
export interface Settings {
  readonly structures: Structures;
  readonly view: VirtualView;
  /** Numbered sources in a row that may be missing before the search for more of them ends. */
  readonly printfGap: number;
  readonly prefixes: readonly string[];
}

/** The shape of a virtual dataset now: that of unlimited mappings follows the sources. */
export function* currentExtent(
  settings: Settings,
  file: OpenFile,
  dataset: DatasetHeader,
  before?: VirtualPassage,
): Task<readonly number[]> {
  const { endless, least } = yield* settings.structures.of(file, dataset);
  const stored = dataset.dataspace.dimensions;
  if (endless.length === 0) {
    return stored;
  }
  const passage = enter(file, dataset, before);
  const found = new Map<number, number>();
  for (const mapping of endless) {
    const extent =
      mapping.kind === "following"
        ? yield* followingExtent(settings, file, mapping, passage)
        : yield* numberedExtent(settings, file, mapping, passage);
    const other = found.get(mapping.axis) ?? extent;
    found.set(mapping.axis, settings.view === "first-missing" ? Math.min(extent, other) : Math.max(extent, other));
  }
  return stored.map((extent, axis) =>
    Math.max(found.get(axis) ?? extent, found.has(axis) ? (least[axis] as number) : 0),
  );
}

function* followingExtent(settings: Settings, file: OpenFile, mapping: Mapping, passage: VirtualPassage): Task<number> {
  const { sourceAxis, stored } = mapping;
  const source = mapping.source as HyperslabSelection;
  const virtual = mapping.virtual as HyperslabSelection;
  follow(passage);
  const extent = yield* withSource(
    file,
    nameOf(mapping.file, 0),
    nameOf(mapping.dataset, 0),
    settings.prefixes,
    (found) => sourceExtent(settings, found.file, found.dataset, passage),
  );
  if (extent === null) {
    return 0;
  }
  if (extent.length !== source.start.length) {
    throw badMapping(stored, `it selects in ${source.start.length} dimensions of a source with ${extent.length}`);
  }
  const slices = slicesWithin(source, sourceAxis, extent[sourceAxis] as number);
  return extentOf(virtual, mapping.axis, slices, settings.view === "first-missing");
}

/** The shape of a source, which may be virtual itself. */
export function* sourceExtent(
  settings: Settings,
  file: OpenFile,
  dataset: DatasetHeader,
  passage: VirtualPassage,
): Task<readonly number[]> {
  return dataset.layout.class === "virtual"
    ? yield* currentExtent(settings, file, dataset, passage)
    : dataset.dataspace.dimensions;
}

function* numberedExtent(settings: Settings, file: OpenFile, mapping: Mapping, passage: VirtualPassage): Task<number> {
  const { view, prefixes } = settings;
  const gap = view === "first-missing" ? 0 : settings.printfGap;
  // The number after that of the last source found.
  let next = 0;
  for (let block = 0; block <= next + gap; block++) {
    follow(passage);
    const names = [nameOf(mapping.file, block), nameOf(mapping.dataset, block)] as const;
    const isThere = yield* withSource(file, ...names, prefixes, present);
    if (isThere === true) {
      next = block + 1;
    }
  }
  const { start, stride, block: sides } = mapping.virtual as HyperslabSelection;
  const first = (block: number): number => (start[mapping.axis] as number) + block * (stride[mapping.axis] as number);
  if (view === "first-missing") {
    return first(next);
  }
  return next === 0 ? 0 : first(next - 1) + (sides[mapping.axis] as number);
}

// biome-ignore lint/correctness/useYield: nothing is left to be done with a source that was found.
function* present(): Task<boolean> {
  return true;
}
