import { HdfiveError } from "@hdfive/format";
import {
  convertedSize,
  type DataOf,
  type DtypeLike,
  elementCount,
  type FieldNames,
  type MemoryArray,
  type MemoryType,
  memoryType,
  NdArray,
  type ResolvedSelection,
  resolveSelection,
  type Selection,
  shapeText,
} from "../array/index.js";
import { type DatasetHeader, requireLayout } from "../engine/datasets/dataset-header.js";
import type { Limits } from "../engine/transaction/file-state.js";
import type { Task } from "../task.js";
import { compactSource, contiguousSource } from "./contiguous-data.js";
import type { OpenFile } from "./open-file.js";
import { requireVirtualData, withExtent } from "./plugin.js";
import { type ProgressOptions, ProgressTally } from "./progress.js";
import { readChunked } from "./read-chunked.js";
import { readContiguous } from "./read-contiguous.js";
import { checkRegion } from "./region.js";
import { ReadSink } from "./sink.js";
import type { ElementReadOptions, MissingSources } from "./virtual-data.js";

/** What a read gives and where it puts it. */
export interface ReadPlan {
  /** The dtype to convert to, where it is not the dataset's own. */
  readonly as?: DtypeLike | undefined;
  /** The fields of a compound to read; all of them without it. */
  readonly fields?: FieldNames | undefined;
  /** Memory of the caller's to fill; it must hold exactly the elements of the selection. */
  readonly into?: MemoryArray | undefined;
  /** What happens where a source of a virtual dataset is not there. */
  readonly missing?: MissingSources | undefined;
  /** Told how far the read has come. */
  readonly progress?: ProgressOptions["progress"];
}

/** Reads a selection of a dataset into an array. */
export function* readDataset<D extends DtypeLike>(
  file: OpenFile,
  header: DatasetHeader,
  selection: Selection,
  plan: ReadPlan,
): Task<NdArray<D>> {
  if (header.dataspace.type === "null") {
    throw new HdfiveError("WRONG_KIND", "Empty datasets cannot be sliced: the dataset has a type but no data");
  }
  const dataset = yield* withExtent(file, header);
  checkRegion(dataset, selection);
  const shape = dataset.dataspace.dimensions;
  const resolved = resolveSelection(selection, shape);
  const memory = memoryType(dataset.datatype, plan.as, plan.fields);
  const count = elementCount(resolved.shape);
  if (plan.into === undefined) {
    checkReadSize(file.state.limits, memory, count, resolved.shape);
  }
  const into = plan.into ?? memory.allocate(count);
  checkTarget(memory, into, count);
  const tally = plan.progress === undefined ? undefined : new ProgressTally(plan.progress);
  tally?.begin(count * dataset.datatype.size);
  yield* readElements(file, dataset, resolved, memory, into, { missing: plan.missing }, tally);
  tally?.end();
  // Which array a dtype gives is what `memoryType` decides; `DataOf` says the same to the compiler.
  return new NdArray<D>(into as DataOf<D>, [...resolved.shape, ...memory.innerShape], memory.memoryDatatype);
}

/** Reads the elements of a resolved selection into memory. A virtual dataset comes with the shape that it has now. */
export function* readElements(
  file: OpenFile,
  dataset: DatasetHeader,
  resolved: ResolvedSelection,
  memory: MemoryType,
  into: MemoryArray,
  options: ElementReadOptions = {},
  tally?: ProgressTally,
): Task<void> {
  if (elementCount(resolved.shape) === 0) {
    return;
  }
  if (dataset.layout.class === "virtual") {
    yield* requireVirtualData(file, dataset).read(file, dataset, { ...options, resolved, memory, into });
    return;
  }
  const shape = dataset.dataspace.dimensions;
  const countShape = resolved.kind === "axes" ? resolved.countShape : resolved.shape;
  const sink = new ReadSink(file, memory, into, countShape, options.placement, tally);
  const layout = requireLayout(dataset);
  switch (layout.class) {
    case "compact":
      yield* readContiguous(sink, resolved, shape, compactSource(dataset, layout.data));
      return;
    case "contiguous":
      yield* readContiguous(sink, resolved, shape, contiguousSource(file, dataset, layout));
      return;
    case "chunked":
      yield* readChunked(file, sink, dataset, layout, resolved);
  }
}

/** Refuses with `LIMIT` to allocate what a file merely declares: a shape costs no bytes, its elements do. */
export function checkReadSize(
  { readBytes }: Pick<Limits, "readBytes">,
  memory: MemoryType,
  count: number,
  shape: readonly number[],
): void {
  const perElement = Math.max(convertedSize(memory.datatype), convertedSize(memory.memoryDatatype));
  const byteLength = count * Math.max(memory.bytesPerElement, perElement);
  // Written so that NaN, of a shape with both 0 and numbers beyond counting, is refused too.
  if (!(byteLength <= readBytes)) {
    throw new HdfiveError(
      "LIMIT",
      `A read of ${shapeText(shape)} elements takes ${byteLength} bytes, more than the limit of ${readBytes}: ` +
        "read a part of it, or open the file with { limits: { readBytes } }",
    );
  }
}

function checkTarget(memory: MemoryType, into: MemoryArray, count: number): void {
  const wanted = count * elementCount(memory.innerShape);
  if (into.length !== wanted) {
    throw new HdfiveError(
      "SHAPE_MISMATCH",
      `The selection has ${wanted} elements, \`into\` has room for ${into.length}`,
    );
  }
}
