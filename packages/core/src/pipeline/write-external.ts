import { HdfiveError } from "@hdfive/format";
import { contiguousRuns, type ResolvedSelection } from "../array/index.js";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";
import { type ExternalFile, externalPieces } from "../engine/datasets/external-files.js";
import { type Storage, syncUnavailable } from "../storage/storage.js";
import { type Effect, perform, type Task } from "../task.js";
import type { OpenFile } from "./open-file.js";

/** Writes a selection of data that stands in other files: nothing, unless all that it has a part in can be written. */
export function* writeExternal(
  file: OpenFile,
  { dataspace, datatype, address }: DatasetHeader,
  files: readonly ExternalFile[],
  resolved: ResolvedSelection,
  bytes: Uint8Array<ArrayBuffer>,
): Task<void> {
  const { others, storage } = file.state;
  const { size } = datatype;
  const targets = new Map<string, Storage>();
  for (const { name } of files) {
    const other = targets.get(name) ?? (yield* perform(others.open(storage, name, "external-data")));
    if (other?.write === undefined || other.writable === false) {
      throw new HdfiveError(
        "UNSUPPORTED",
        `Cannot write: the data stands in "${name}", which ${other === null ? "is not there" : "is only read"}; ` +
          "open with { resolve } that gives a storage to write to",
        { address, path: name },
      );
    }
    targets.set(name, other);
  }
  for (const run of contiguousRuns(resolved, dataspace.dimensions)) {
    for (const piece of externalPieces(files, run.offset * size, run.count * size)) {
      const from = run.at * size + piece.at;
      const target = targets.get(piece.name) as Storage;
      yield* perform(writePiece(target, piece.offset, bytes.slice(from, from + piece.length)));
    }
  }
}

function writePiece(storage: Storage, offset: number, bytes: Uint8Array<ArrayBuffer>): Effect<void> {
  return {
    async: () => storage.write?.(offset, bytes),
    sync: () => {
      if (storage.writeSync === undefined) {
        throw syncUnavailable(storage, "write");
      }
      storage.writeSync(offset, bytes);
    },
  };
}
