import { HdfiveError, type Libver } from "@hdfive/format";
import { countLinks, requireGroup } from "../engine/groups/links.js";
import type { ProgressOptions } from "../pipeline/progress.js";
import { fetchBytes, resizeStorage, writeBytes } from "../storage/access.js";
import type { Storage } from "../storage/storage.js";
import { perform, shielded, type Task } from "../task.js";
import { dropAttribute } from "./attribute-write.js";
import { copiedHeader } from "./copied-header.js";
import { storedAttributes } from "./copy-attributes.js";
import type { DatasetStorageSettings } from "./copy-dataset.js";
import { createIn } from "./create-file.js";
import { DatasetProperties } from "./dataset-properties.js";
import { File } from "./file.js";
import type { FileContext } from "./file-context.js";
import { removeAt } from "./group-edit.js";
import { allLinks } from "./member-cursor.js";
import { ObjectCopier } from "./object-copier.js";

/** How a file is rewritten. */
export interface RepackOptions extends ProgressOptions {
  /** The lower bound on the versions of what is written, for a target that is a storage; `"earliest"` by default. */
  readonly libver?: Libver | undefined;
  /**
   * Says for every dataset how its copy is stored: other chunks, other filters (all of them are replaced then, and `{
   * filters: [] }` takes them away). Without an answer its chunks are copied as they are stored.
   */
  readonly dataset?: ((dataset: RepackedDataset) => DatasetStorageSettings | undefined) | undefined;
}

/** A dataset that is about to be rewritten: what is known of it without reading it. */
export type RepackedDataset = Pick<
  DatasetProperties,
  | "path"
  | "shape"
  | "maxShape"
  | "dtype"
  | "datatype"
  | "chunks"
  | "filters"
  | "compression"
  | "compressionOptions"
  | "shuffle"
  | "fletcher32"
>;

/**
 * Writes a whole file anew, without the space that edits have left unused: into a storage, which becomes a file with the same
 * user block, or into a file that is open for writing and empty. The source is not changed.
 *
 * Everything is carried over: attributes, links of every kind, objects with several links and circles of them, committed
 * datatypes, references, dimension scales, the order in which things were made.
 * What lies in external raw files is copied into the new file. No more than a few chunks are in memory.
 *
 * @throws HdfiveError `INVALID_ARGUMENT` for a target that is not empty, `ABORTED`, `UNSUPPORTED` for what is not read. A
 *   storage is left empty then, a file as it was.
 */
export function repack(source: File, target: Storage | File, options: RepackOptions = {}): Promise<void> {
  return source.run(() => rewrite(source.context, target, options), options.signal);
}

/** As `repack`, without waiting. */
export function repackSync(source: File, target: Storage | File, options: RepackOptions = {}): void {
  source.runSync(() => rewrite(source.context, target, options));
}

function* rewrite(source: FileContext, target: Storage | File, options: RepackOptions): Task<void> {
  if (target instanceof File) {
    const { context } = target;
    target.requireAlive();
    yield* requireEmpty(context);
    let filled = false;
    try {
      yield* fill(source, context, options);
      filled = true;
    } finally {
      if (!filled) {
        yield* perform(shielded(() => emptyAgain(context)));
      }
    }
    return;
  }
  if (target === source.state.storage) {
    throw new HdfiveError("INVALID_ARGUMENT", "A file is rewritten into another storage than its own");
  }
  const { settings } = yield* source.transact((tx) => copiedHeader(tx, source.rootAddress));
  const userblockSize = source.state.context.baseAddress;
  const context = yield* createIn(target, source.codecs, { libver: options.libver, userblockSize, root: settings });
  let done = false;
  try {
    yield* fill(source, context, options);
    yield* context.close();
    done = true;
  } finally {
    if (!done && target.truncate !== undefined) {
      yield* perform(shielded(() => perform(resizeStorage(context.state.blocks, 0))));
    }
  }
}

function* fill(source: FileContext, target: FileContext, options: RepackOptions): Task<void> {
  const { signal, progress, dataset } = options;
  const adapt: ConstructorParameters<typeof ObjectCopier>[1]["adapt"] =
    dataset === undefined ? undefined : ({ path, header }) => dataset(new KnownDataset(source, header, path));
  const copier = new ObjectCopier(target, { signal, progress, references: "mapped", adapt });
  yield* copyUserBlock(source, target);
  yield* copier.adopt(source, source.rootAddress, target.rootAddress);
  yield* copier.finish();
  yield* target.flush();
}

/** Takes away what a rewriting has left in a file. */
function* emptyAgain(target: FileContext): Task<void> {
  const root = target.rootAddress;
  for (const { name } of yield* allLinks(target, root)) {
    yield* removeAt(target, root, name);
  }
  for (const { name } of yield* target.transact((tx) => storedAttributes(tx, root))) {
    target.forget(yield* target.change((tx) => dropAttribute(tx, root, name)));
  }
}

/** What stands before the file is the user's, and moves along. */
function* copyUserBlock(source: FileContext, target: FileContext): Task<void> {
  const length = Math.min(source.state.context.baseAddress, target.state.context.baseAddress);
  const PIECE = 1024 * 1024;
  for (let at = 0; at < length; at += PIECE) {
    const bytes = new Uint8Array(Math.min(PIECE, length - at));
    yield* perform(fetchBytes(source.state.blocks, at, bytes));
    yield* perform(writeBytes(target.state.blocks, at, bytes));
  }
}

function* requireEmpty(target: FileContext): Task<void> {
  const used = yield* target.transact((tx) => {
    tx.requireWritable();
    const root = target.rootAddress;
    return countLinks(tx, requireGroup(tx, root)) + storedAttributes(tx, root).length;
  });
  if (used > 0) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      "A file is rewritten into an empty one, and there are objects in this one",
      {
        path: target.filename,
      },
    );
  }
}

class KnownDataset extends DatasetProperties {}
