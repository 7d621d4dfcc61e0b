import {
  DEFAULT_CONTEXT,
  FormatError,
  HdfiveError,
  Reader,
  type Superblock,
  superblock as superblockCodec,
  UNKNOWN_SPACE,
} from "@hdfive/format";
import { OverlayStorage } from "../../storage/overlay-storage.js";
import type { Storage } from "../../storage/storage.js";
import { perform, type Task } from "../../task.js";
import { Allocator } from "../transaction/allocator.js";
import { transact } from "../transaction/drive.js";
import type { FileState } from "../transaction/file-state.js";
import { readCacheImage } from "./cache-image.js";
import { findSuperblock, resident } from "./find-superblock.js";
import { openMembers } from "./members.js";
import { type EngineOptions, newBlocks, newState } from "./new-state.js";
import { keptSpace, listedSpace } from "./space-managers.js";
import { readExtension } from "./superblock-extension.js";

/** The largest superblock: version 1 with 8-byte fields, 100 bytes. */
const MAX_SUPERBLOCK = 128;
/** Status flags: bit 0 open for writing, bit 2 for single-writer access. */
const OPEN_FLAGS = 0x05;
const HAS_FLAG_CHECK = 3;

/**
 * Opens the file in a storage: finds its superblock and its other members, reads what the extension says, and checks that
 * we may go on.
 */
export function* openFileState(storage: Storage, options: EngineOptions): Task<FileState> {
  const blocks = newBlocks(storage, options);
  const found = yield* findSuperblock(blocks);
  const bytes = yield* resident(blocks, found, MAX_SUPERBLOCK);
  const decode = (addressSpace: typeof UNKNOWN_SPACE | undefined): Superblock =>
    superblockCodec.decode(new Reader(bytes, superblockCodec.name, 0), { ...DEFAULT_CONTEXT, addressSpace });
  const probed = decode(UNKNOWN_SPACE);
  const alone = newState(storage, blocks, placed(probed, found, storage, options), found, options);
  const isShort = storage.size < alone.superblock.endOfFile;
  const { driver, ...composed } = yield* openMembers(alone, isShort, options.driver);
  let state = alone;
  if (composed.storage === null) {
    state.superblock = placed(decode(undefined), found, storage, options);
    checkEnd(state);
  } else {
    const { addressSpace } = composed;
    const superblock = placed(decode(addressSpace), found, composed.storage, options);
    state = newState(composed.storage, newBlocks(composed.storage, options), superblock, found, options);
    state.context = { ...state.context, addressSpace };
    if (addressSpace === undefined) {
      checkEnd(state);
    }
  }
  checkFlags(state, options);
  let extension = yield* perform(transact(state, readExtension));
  const { cacheImage } = extension;
  const patches = cacheImage === null ? [] : yield* perform(transact(state, (tx) => readCacheImage(tx, cacheImage)));
  if (patches.length > 0) {
    const overlay = new OverlayStorage(state.storage, patches);
    const { superblock, context } = state;
    state = newState(overlay, newBlocks(overlay, options), superblock, found, options);
    state.context = context;
    extension = yield* perform(transact(state, readExtension));
  }
  state.context = extension.context;
  state.readOnlyReason =
    driver !== null && driver.members.length > 0
      ? "the file has several members, and such files are only read"
      : extension.readOnlyReason;
  state.sharedMessages = extension.sharedMessages;
  state.fileSpace = extension.fileSpace;
  const kept = keptSpace(state);
  if (options.writable && kept !== null) {
    // Lists that cannot be read are found now, and not when what was changed is to be written.
    yield* perform(transact(state, (tx) => listedSpace(tx, kept)));
  }
  if (extension.fileSpace?.version === 1) {
    const { endOfFile, baseAddress } = state.superblock;
    const { strategy, pageSize } = extension.fileSpace;
    state.allocator = new Allocator(endOfFile - baseAddress, strategy === "page" ? pageSize : null, kept !== null);
  }
  state.driver = driver;
  return state;
}

/**
 * A superblock where it was found: what was put before a file later moves its end as well. A writer that is still at work
 * or was stopped has not said yet where the file ends, and its mark goes when we write.
 */
function placed(
  superblock: Superblock,
  found: number,
  storage: Storage,
  { writable, ignoreConsistencyFlags }: EngineOptions,
): Superblock {
  const { baseAddress, flags } = superblock;
  const endOfFile = found + superblock.endOfFile - baseAddress;
  if (!isMarked(superblock) || ignoreConsistencyFlags !== true) {
    return { ...superblock, baseAddress: found, endOfFile };
  }
  const left = writable ? flags & ~OPEN_FLAGS : flags;
  return { ...superblock, flags: left, baseAddress: found, endOfFile: storage.size };
}

function checkEnd({ storage, superblock, context, writable }: FileState): void {
  const { endOfFile, baseAddress } = superblock;
  // Reading needs no end; writing would begin there.
  if (writable && endOfFile - baseAddress < superblockCodec.sizeOf(superblock, context)) {
    throw new FormatError(superblockCodec.name, `the file would end at ${endOfFile}, inside it or before it`, {
      address: 0,
    });
  }
  if (storage.size < endOfFile) {
    throw new HdfiveError(
      "TRUNCATED",
      `truncated file: ${storage.name ?? "it"} has ${storage.size} bytes, its superblock says ${endOfFile}`,
      { path: storage.name },
    );
  }
}

/** A file that is marked as open may be halfway through a change. Versions before 3 have the mark, and nobody minds it. */
function checkFlags({ superblock, storage }: FileState, { ignoreConsistencyFlags }: EngineOptions): void {
  if (isMarked(superblock) && ignoreConsistencyFlags !== true) {
    throw new HdfiveError(
      "IN_USE",
      "The file is marked as open for writing: another program has it open, or crashed while it had. Open it with " +
        "{ ignoreConsistencyFlags: true } to read what is there; if no other program uses it, `h5clear -s` takes the mark away",
      { path: storage.name },
    );
  }
}

function isMarked({ version, flags }: Superblock): boolean {
  return version >= HAS_FLAG_CHECK && (flags & OPEN_FLAGS) !== 0;
}
