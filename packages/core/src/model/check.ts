import { type ErrorCode, FormatError, HdfiveError, UnsupportedError } from "@hdfive/format";
import { heapReferences, pointsToHeap } from "../array/index.js";
import { checkFile } from "../engine/check/check-file.js";
import type { ElementSearch, HeapObject } from "../engine/check/element-search.js";
import type { CheckReport } from "../engine/check/problem.js";
import { newBlocks, newState } from "../engine/file/new-state.js";
import { readHeapObject } from "../engine/heaps/global-heap.js";
import type { Probed } from "../engine/transaction/drive.js";
import type { FileState } from "../engine/transaction/file-state.js";
import type { OpenFile } from "../pipeline/open-file.js";
import { decodeStored, fetchStored } from "../pipeline/stored-chunk.js";
import type { Storage } from "../storage/storage.js";
import { type Effect, perform, runAsync, runSync, type Task } from "../task.js";
import { File } from "./file.js";
import type { FileContext } from "./file-context.js";
import { openStorage, openStorageSync } from "./open.js";

/** How a file is checked. */
export interface CheckOptions {
  /** Stops the check. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Checks the structure of a whole file: every checksum, every pointer and count that can be reached from its superblock, and
 * what each of its bytes is for. What changed is flushed first: what the storage holds is checked.
 *
 * A file that is wrong makes no error but problems in the report, each with its place. A storage may be given in place of an
 * open file, for one that cannot even be opened.
 *
 * @throws HdfiveError `IO`, `ABORTED`, `CLOSED`, `SYNC_UNAVAILABLE`: what is not the file's fault.
 */
export async function check(file: File | Storage, options: CheckOptions = {}): Promise<CheckReport> {
  return runAsync(checkTask(file), options.signal);
}

/** As `check`, without waiting. */
export function checkSync(file: File | Storage): CheckReport {
  return runSync(checkTask(file));
}

function* checkTask(file: File | Storage): Task<CheckReport> {
  if (file instanceof File) {
    return yield* checkContext(file.context);
  }
  const opened = yield* attempt(() => perform(opening(file)));
  return opened.done ? yield* checkContext(opened.value.context) : unreadable(file, opened.error);
}

function opening(storage: Storage): Effect<File> {
  const options = { ignoreConsistencyFlags: true };
  return {
    async: (signal) => openStorage(storage, "r", { ...options, signal }),
    sync: () => openStorageSync(storage, "r", options),
  };
}

function* checkContext(context: FileContext): Task<CheckReport> {
  context.requireOpen();
  yield* context.flush();
  const state = freshState(context.state);
  return yield* checkFile(state, elementSearch({ state, codecs: context.codecs }));
}

/** A state of the same file in which nothing has been decoded yet. */
function freshState(known: FileState): FileState {
  const { storage, superblock, context, limits, others, unfilter } = known;
  const options = { writable: false, limits, others, unfilter };
  const state = newState(storage, newBlocks(storage, options), superblock, context.baseAddress, options);
  state.context = context;
  state.sharedMessages = known.sharedMessages;
  state.fileSpace = known.fileSpace;
  state.driver = known.driver;
  return state;
}

/** The report on a file that cannot be opened. */
function unreadable(storage: Storage, error: HdfiveError): CheckReport {
  const structure = error instanceof FormatError || error instanceof UnsupportedError ? error.structure : "file";
  const severity = error.code === "UNSUPPORTED" || error.code === "LIMIT" ? "unchecked" : "error";
  const { address = null, message } = error;
  return {
    problems: [{ severity, structure, address, path: null, message }],
    space: { used: {}, free: 0, unaccounted: storage.size, fileSize: storage.size },
    objectCount: 0,
    heapObjects: { used: 0, unused: 0 },
  };
}

function elementSearch(file: Pick<OpenFile, "state" | "codecs">): ElementSearch {
  return {
    pointsToHeap,
    heapObjects(tx, datatype, bytes, count) {
      const found: HeapObject[] = [];
      const { offsetSize, addressSpace } = tx.context;
      const loaded = {
        offsetSize,
        addressSpace,
        get: (collectionAddress: number, index: number) => readHeapObject(tx, { collectionAddress, index }),
      };
      const emit = (collectionAddress: number, index: number): void => {
        found.push([collectionAddress, index]);
      };
      heapReferences(datatype, bytes, 0, count, tx.context, emit, loaded);
      return found;
    },
    readChunk: (dataset, record, chunkBytes) =>
      attempt(function* () {
        const stored = yield* fetchStored(file, record.address, record.storedSize, []);
        return yield* decodeStored(file, dataset, stored, record, chunkBytes);
      }),
    readStretch: (address, byteLength) => attempt(() => fetchStored(file, address, byteLength, [])),
  };
}

/** What is not the file's fault ends the check. */
const OUTSIDE: readonly ErrorCode[] = ["ABORTED", "CLOSED", "IO", "SYNC_UNAVAILABLE"];

/** What a task answers, or the error that the file is to blame for. */
function* attempt<T>(task: () => Task<T>): Task<Probed<T>> {
  try {
    return { done: true, value: yield* task() };
  } catch (error) {
    if (error instanceof HdfiveError && !OUTSIDE.includes(error.code)) {
      return { done: false, error };
    }
    throw error;
  }
}
