import { FormatError, HdfiveError } from "@hdfive/format";
import { elementCount } from "../array/index.js";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";
import { type ExternalFile, externalCapacity, externalPieces } from "../engine/datasets/external-files.js";
import { readStorage } from "../storage/access.js";
import { perform, runAsync, runSync, type Task } from "../task.js";
import type { OpenFile } from "./open-file.js";
import type { FetchSpan } from "./read-contiguous.js";

/**
 * How the bytes of a dataset are had that stand in other files. Past the end of one of them they are zeros, as libhdf5
 * reads them; a file that is not there is an error.
 */
export function externalSource(file: OpenFile, dataset: DatasetHeader, files: readonly ExternalFile[]): FetchSpan {
  const needed = elementCount(dataset.dataspace.dimensions) * dataset.datatype.size;
  const capacity = externalCapacity(files);
  if (capacity < needed) {
    throw new FormatError("external data files", `they hold ${capacity} of the ${needed} bytes of type and shape`, {
      address: dataset.address,
    });
  }
  return (offset, into) => {
    const task = (): Task<void> => fetchExternal(file, files, offset, into);
    return { async: (signal) => runAsync(task(), signal), sync: () => runSync(task()) };
  };
}

function* fetchExternal(
  file: OpenFile,
  files: readonly ExternalFile[],
  offset: number,
  into: Uint8Array<ArrayBuffer>,
): Task<void> {
  const { others, storage } = file.state;
  for (const piece of externalPieces(files, offset, into.length)) {
    const other = yield* perform(others.open(storage, piece.name, "external-data"));
    if (other === null) {
      throw new HdfiveError(
        "NOT_FOUND",
        `Unable to read data (unable to open external raw data file): "${piece.name}" is not beside ` +
          `${storage.name ?? "the file"}; open with { resolve } to say where it is`,
        { path: piece.name },
      );
    }
    const target = into.subarray(piece.at, piece.at + piece.length);
    const read = yield* perform(readStorage(other, piece.offset, target));
    target.fill(0, read);
  }
}
