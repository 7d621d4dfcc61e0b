import {
  type DatasetHeader,
  elementCount,
  hasHeapData,
  type OpenFile,
  type ResolvedSelection,
  type Task,
  writeElements,
} from "@hdfive/core/plugin";
import { HdfiveError } from "@hdfive/format";
import { convertedBytes } from "./convert.js";
import { type Settings, sourceExtent } from "./extent.js";
import { withSource } from "./find-source.js";
import { type Part, partsOf } from "./parts.js";
import { enter } from "./passage.js";
import { resolveUnit, type Unit, unitsOf } from "./units.js";

/** Writes elements of a virtual dataset to its sources. Nothing is written when one of them has no source. */
export function* writeVirtual(
  settings: Settings,
  file: OpenFile,
  dataset: DatasetHeader,
  selected: ResolvedSelection,
  bytes: Uint8Array<ArrayBuffer>,
): Task<void> {
  const passage = enter(file, dataset, undefined);
  const units = yield* unitsOf(settings, file, dataset, selected, passage);
  const { size } = dataset.datatype;
  const shape = dataset.dataspace.dimensions;
  const covered = new Uint8Array(elementCount(selected.shape));
  const eachPart = (
    unit: Unit,
    use: (file: OpenFile, source: DatasetHeader, part: Part) => Task<void>,
  ): Task<unknown> =>
    withSource(file, unit.file, unit.dataset, settings.prefixes, function* (found): Task<true> {
      const extent = yield* sourceExtent(settings, found.file, found.dataset, passage);
      const source = { ...found.dataset, dataspace: { ...found.dataset.dataspace, dimensions: extent } };
      const { meeting, source: selection } = resolveUnit(unit, extent, selected, shape);
      for (const part of meeting === null ? [] : partsOf(meeting, selection, extent, shape)) {
        yield* use(found.file, source, part);
      }
      return true;
    });
  for (const unit of units) {
    yield* eachPart(unit, function* (sourceFile, source, part) {
      requireWritable(sourceFile, file, source, unit, dataset);
      part.placement.forEachRun(0, part.count, (place, _, count) => covered.fill(1, place, place + count));
    });
  }
  if (covered.includes(0)) {
    throw new HdfiveError(
      "NOT_FOUND",
      "Write requested to unmapped portion of virtual dataset: some of the elements have no source that is there",
    );
  }
  for (const unit of units) {
    yield* eachPart(unit, function* (sourceFile, source, part) {
      const own = new Uint8Array(part.count * size);
      part.placement.forEachRun(0, part.count, (place, from, count) =>
        own.set(bytes.subarray(place * size, (place + count) * size), from * size),
      );
      const converted = convertedBytes(dataset.datatype, source.datatype, own, part.count);
      yield* writeElements(sourceFile, source, part.resolved, { bytes: converted });
    });
  }
}

function requireWritable(
  source: OpenFile,
  file: OpenFile,
  { datatype }: DatasetHeader,
  unit: Unit,
  dataset: DatasetHeader,
): void {
  if (!source.state.writable) {
    throw new HdfiveError(
      "READ_ONLY",
      `The source "${unit.dataset}" in "${unit.file}" of the virtual dataset is open for reading: write to that file itself`,
      { path: unit.file },
    );
  }
  if (source !== file && (hasHeapData(datatype) || hasHeapData(dataset.datatype))) {
    throw new HdfiveError("UNSUPPORTED", "Elements of variable length are not written to sources in other files");
  }
}
