import {
  cacheImageMessage,
  driverInfoBlock,
  globalHeap,
  MESSAGE_IDS,
  Reader,
  superblock as superblockCodec,
} from "@hdfive/format";
import type { Task } from "../../task.js";
import { decodeMessage, findMessage, loadHeader } from "../object-header/object-header.js";
import type { FileState } from "../transaction/file-state.js";
import { checkFileSpace } from "./check-free-space.js";
import { checkHeader, checkObject } from "./check-object.js";
import { CheckRun } from "./check-run.js";
import { checkSharedMessages } from "./check-shared-messages.js";
import type { ElementSearch } from "./element-search.js";
import type { CheckReport } from "./problem.js";

/** From this version of the superblock on, its flags say whether a writer has closed the file. */
const HAS_FLAG_CHECK = 3;

/**
 * Checks everything that can be reached from the superblock of a file: every structure, the counts and pointers between
 * them, and what each byte of the file is for.
 *
 * The state must be one that nobody writes through: what is on the disk is checked.
 */
export function* checkFile(state: FileState, search: ElementSearch): Task<CheckReport> {
  const run = new CheckRun(state, search);
  yield* checkSuperblock(run);
  const { rootAddress } = state.superblock;
  if (rootAddress === null) {
    run.report("error", superblockCodec.name, 0, null, "the file has no root group");
  } else {
    run.linked(rootAddress, "/");
  }
  for (let object = run.pending.pop(); object !== undefined; object = run.pending.pop()) {
    yield* checkObject(run, object.address, object.path);
  }
  yield* checkLinkCounts(run);
  checkCachedTables(run);
  yield* checkSharedMessages(run);
  const heapObjects = yield* checkGlobalHeaps(run);
  yield* checkFileSpace(run);
  const { baseAddress } = state.context;
  const fileSize = Math.max(state.storage.size, baseAddress);
  const space = run.ledger.settle(baseAddress, fileSize, ({ address, length, first, second }) => {
    const other = `${first.kind} at ${first.address}${first.path === null ? "" : ` of ${first.path}`}`;
    run.report(
      "error",
      second.kind,
      second.address,
      second.path,
      `${length} bytes from ${address} on are those of the ${other}`,
    );
  });
  return { problems: run.problems, space, objectCount: run.objects.size, heapObjects };
}

function* checkSuperblock(run: CheckRun): Task<void> {
  const { state } = run;
  const { superblock, context } = state;
  const size = superblockCodec.sizeOf(superblock, context);
  run.claimOnce(superblockCodec.name, 0, size, null);
  const decoded = yield* run.look(null, (tx) => {
    return superblockCodec.decode(
      new Reader(tx.bytes(0, size, superblockCodec.name), superblockCodec.name, 0),
      context,
    );
  });
  if (decoded !== undefined && state.storage.size < superblock.endOfFile) {
    const problem = `it says that the file ends at ${superblock.endOfFile}, and there are ${state.storage.size} bytes`;
    run.report("error", superblockCodec.name, 0, null, problem);
  }
  if (superblock.version >= HAS_FLAG_CHECK && superblock.flags !== 0) {
    const problem = "the file is marked as open for writing: somebody writes it now, or crashed while doing so";
    run.report("warning", superblockCodec.name, 0, null, problem);
  }
  const { driverInfoAddress, extensionAddress, rootEntry, rootAddress } = superblock;
  if (driverInfoAddress !== null) {
    const info = yield* run.look(null, (tx) => tx.node(driverInfoBlock, driverInfoAddress));
    if (info !== undefined) {
      run.claimOnce(driverInfoBlock.name, driverInfoAddress, driverInfoBlock.sizeOf(info, context), null);
    }
  }
  if (rootEntry?.cache.type === "group" && rootAddress !== null) {
    run.cachedTables.push({ path: "/", headerAddress: rootAddress, ...rootEntry.cache });
  }
  if (extensionAddress === null) {
    return;
  }
  const header = yield* checkHeader(run, extensionAddress, null);
  const imageMessage = header === null ? undefined : findMessage(header, MESSAGE_IDS.cacheImage);
  const image =
    imageMessage === undefined
      ? undefined
      : yield* run.look(null, (tx) => decodeMessage(tx, cacheImageMessage, imageMessage));
  if (image !== undefined && image.address !== null) {
    run.claimOnce("metadata-cache-image", image.address, image.byteLength, null);
  }
}

/** Objects count the hard links to them: one too few, and they go while something leads to them. Section IV.A.1.a. */
function* checkLinkCounts(run: CheckRun): Task<void> {
  for (const { address, path, links } of run.objects.values()) {
    // An object that cannot be read was reported when it was looked at.
    const header = yield* run.look(path, (tx) => loadHeader(tx, address));
    if (header === undefined) {
      continue;
    }
    const { referenceCount } = header;
    if (links > referenceCount) {
      const problem = `it counts ${referenceCount} hard links, and has ${links}`;
      run.report("error", "object-header", address, path, problem);
    } else if (links < referenceCount && !run.isIncomplete) {
      const problem = `it counts ${referenceCount} hard links, and ${links} were found`;
      run.report("warning", "object-header", address, path, problem);
    }
  }
}

/** Symbol table entries repeat where the links of a group are. File Format Specification, section III.C. */
function checkCachedTables(run: CheckRun): void {
  for (const { path, headerAddress, btreeAddress, heapAddress } of run.cachedTables) {
    const table = run.tables.get(headerAddress);
    if (table !== undefined && (table.btreeAddress !== btreeAddress || table.heapAddress !== heapAddress)) {
      const problem = `its link says that its links are at ${btreeAddress} and ${heapAddress}, where it has them at ${table.btreeAddress} and ${table.heapAddress}`;
      run.report("error", "symbol-table-entry", headerAddress, path, problem);
    }
  }
}

/** Checks the collections that anything points into, and counts what in them nothing points to. Section III.E. */
function* checkGlobalHeaps(run: CheckRun): Task<CheckReport["heapObjects"]> {
  let used = 0;
  let unused = 0;
  for (const [address, indices] of run.heapObjects) {
    const heap = yield* run.look(null, (tx) => tx.node(globalHeap, address));
    if (heap === undefined || !run.claimOnce(globalHeap.name, address, heap.byteLength, null)) {
      continue;
    }
    const there = new Set(heap.objects.map(({ index }) => index));
    for (const index of indices) {
      if (!there.has(index)) {
        run.report(
          "error",
          globalHeap.name,
          address,
          null,
          `something points to its object ${index}, which is not there`,
        );
      }
    }
    used += indices.size;
    unused += [...there].filter((index) => !indices.has(index)).length;
  }
  return { used, unused };
}
