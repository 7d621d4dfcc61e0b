import { externalFilesMessage, layoutMessage, MESSAGE_IDS } from "@hdfive/format";
import type { Task } from "../../task.js";
import { type DatasetHeader, loadDataset } from "../datasets/dataset-header.js";
import { decodeMessage, findMessage, type Header } from "../object-header/object-header.js";
import { checkChunks, searchElements } from "./check-chunks.js";
import type { CheckRun } from "./check-run.js";
import { checkLocalHeap } from "./check-symbol-table.js";

/** Bytes of contiguous data searched at once, about. */
const STRETCH = 1 << 20;

/** Checks a dataset: that its type, shape, fill value and storage fit each other, and its storage. */
export function* checkDataset(run: CheckRun, header: Header, path: string): Task<void> {
  const { address } = header;
  const dataset = yield* run.look(path, (tx) => loadDataset(tx, address));
  if (dataset === undefined) {
    return;
  }
  const tell = (structure: string, problem: string): void => run.report("error", structure, address, path, problem);
  const { layout, fill, datatype, external, dataspace } = dataset;
  if (fill.value !== null && fill.value.length > 0 && fill.value.length !== datatype.size) {
    tell("fill value", `it has ${fill.value.length} bytes where an element has ${datatype.size}`);
  } else if (fill.value !== null && fill.value.length > 0) {
    yield* searchElements(run, dataset, fill.value, 1, path);
  }
  const externalMessage = findMessage(header, MESSAGE_IDS.externalFiles);
  if (externalMessage !== undefined) {
    const files = yield* run.look(path, (tx) => decodeMessage(tx, externalFilesMessage, externalMessage));
    if (files !== undefined) {
      yield* checkLocalHeap(run, files.heapAddress, path);
    }
  }
  const byteLength = isEmpty(dataset)
    ? 0
    : dataspace.dimensions.reduce((product, side) => product * side, datatype.size);
  switch (layout.class) {
    case "compact":
      if (layout.data.length !== byteLength) {
        tell("data layout", `${layout.data.length} bytes of compact data where its shape needs ${byteLength}`);
      } else {
        yield* searchElements(run, dataset, layout.data, byteLength / datatype.size, path);
      }
      return;
    case "contiguous":
      if (layout.address === null || external !== null) {
        return;
      }
      if (layout.size !== null && layout.size < byteLength) {
        tell("data layout", `${layout.size} bytes of contiguous data where its shape needs ${byteLength}`);
      }
      run.claim("contiguous-data", layout.address, layout.size ?? byteLength, path);
      if (layout.address + byteLength <= run.endOfFile) {
        yield* searchStretches(run, dataset, layout.address, byteLength, path);
      }
      return;
    case "chunked":
      yield* checkChunks(run, dataset, layout, path);
      return;
    default:
      yield* checkOther(run, header, path, layout.class);
  }
}

function isEmpty({ dataspace }: DatasetHeader): boolean {
  return dataspace.type === "null" || dataspace.dimensions.includes(0);
}

function* searchStretches(
  run: CheckRun,
  dataset: DatasetHeader,
  address: number,
  byteLength: number,
  path: string,
): Task<void> {
  const { datatype } = dataset;
  if (!run.search.pointsToHeap(datatype)) {
    return;
  }
  const step = Math.max(1, Math.floor(STRETCH / datatype.size)) * datatype.size;
  for (let done = 0; done < byteLength; done += step) {
    const length = Math.min(step, byteLength - done);
    const answer = yield* run.search.readStretch(address + done, length);
    if (!answer.done) {
      run.reportError(answer.error, path);
      return;
    }
    yield* searchElements(run, dataset, answer.value, length / datatype.size, path);
  }
}

/** A virtual dataset keeps what it is made of in a global heap. File Format Specification, section IV.A.2.i. */
function* checkOther(run: CheckRun, header: Header, path: string, name: string): Task<void> {
  const message = findMessage(header, MESSAGE_IDS.layout);
  const layout =
    message === undefined ? undefined : yield* run.look(path, (tx) => decodeMessage(tx, layoutMessage, message));
  if (layout?.class === "virtual") {
    run.pointedTo(layout.mapping.collectionAddress, layout.mapping.index);
  } else if (layout !== undefined) {
    run.report("unchecked", "data layout", header.address, path, `storage of class ${name} is not known`);
  }
}
