import {
  concurrently,
  type DatasetHeader,
  type ElementRead,
  elementCount,
  filledBytes,
  type OpenFile,
  perform,
  ReadSink,
  readElements,
  type Task,
  type VirtualPassage,
} from "@hdfive/core/plugin";
import { HdfiveError, UnsupportedError } from "@hdfive/format";
import { sourceMemory } from "./convert.js";
import { type Settings, sourceExtent } from "./extent.js";
import { withSource } from "./find-source.js";
import { areApart, partsOf } from "./parts.js";
import { enter } from "./passage.js";
import { placedIn } from "./place-product.js";
import { resolveUnit, type Unit, unitsOf } from "./units.js";

/** Sources that are read at the same time. */
const SOURCES_IN_FLIGHT = 4;
/** Sources that are looked at together, of which none covers another. */
const BATCH = 64;
/** Elements of fill value that are made at once. */
const FILL_ELEMENTS = 2 ** 14;

/** Reads elements of a virtual dataset, whose header has the shape that it has now. */
export function* readVirtual(
  settings: Settings,
  file: OpenFile,
  dataset: DatasetHeader,
  read: ElementRead,
): Task<void> {
  const passage = enter(file, dataset, read.passage);
  const units = yield* unitsOf(settings, file, dataset, read.resolved, passage);
  yield* fillAll(file, dataset, read);
  const missing = new Set<string>();
  const task = (unit: Unit) => (): Task<void> => readUnit(settings, file, dataset, read, unit, passage, missing);
  for (const batch of batches(units)) {
    yield* perform(concurrently(batch.map(task), SOURCES_IN_FLIGHT));
  }
}

/** Sources in their order, parted wherever one may cover another. */
function* batches(units: readonly Unit[]): Generator<readonly Unit[]> {
  let batch: Unit[] = [];
  for (const unit of units) {
    if (batch.length === BATCH || !batch.every((other) => areApart(other.meeting, unit.meeting))) {
      yield batch;
      batch = [];
    }
    batch.push(unit);
  }
  if (batch.length > 0) {
    yield batch;
  }
}

function* fillAll(file: OpenFile, dataset: DatasetHeader, read: ElementRead): Task<void> {
  const { resolved, memory, into, placement } = read;
  const count = elementCount(resolved.shape);
  const sink = new ReadSink(file, memory, into, [count], placement);
  const fill = filledBytes(dataset, Math.min(count, FILL_ELEMENTS));
  for (let done = 0; done < count; done += FILL_ELEMENTS) {
    yield* sink.accept(fill, 0, Math.min(FILL_ELEMENTS, count - done), done);
  }
}

function* readUnit(
  settings: Settings,
  file: OpenFile,
  dataset: DatasetHeader,
  { resolved, memory, into, placement, missing: onMissing = "fill" }: ElementRead,
  unit: Unit,
  passage: VirtualPassage,
  missing: Set<string>,
): Task<void> {
  const shape = dataset.dataspace.dimensions;
  const done = yield* withSource(file, unit.file, unit.dataset, settings.prefixes, function* (found): Task<true> {
    const extent = yield* sourceExtent(settings, found.file, found.dataset, passage);
    const source = { ...found.dataset, dataspace: { ...found.dataset.dataspace, dimensions: extent } };
    if (source.dataspace.type === "null") {
      throw new UnsupportedError("virtual dataset", `its source "${unit.dataset}" has no data`);
    }
    const { meeting, source: selection } = resolveUnit(unit, extent, resolved, shape);
    if (meeting !== null) {
      const converted = sourceMemory(memory, source.datatype);
      for (const part of partsOf(meeting, selection, extent, shape)) {
        const options = { placement: placedIn(placement, part.placement), missing: onMissing, passage };
        yield* readElements(found.file, source, part.resolved, converted, into, options);
      }
    }
    return true;
  });
  const key = JSON.stringify([unit.file, unit.dataset]);
  if (done === null && !missing.has(key)) {
    missing.add(key);
    tellMissing(unit, onMissing);
  }
}

function tellMissing({ file, dataset }: Unit, onMissing: NonNullable<ElementRead["missing"]>): void {
  const answer = typeof onMissing === "function" ? onMissing({ file, dataset }) : onMissing;
  if (answer === "error") {
    throw new HdfiveError("NOT_FOUND", `The source "${dataset}" in "${file}" of the virtual dataset is missing`, {
      path: dataset,
    });
  }
}
