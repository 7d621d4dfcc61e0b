import {
  DEFAULT_CONTEXT,
  HDF5_SIGNATURE,
  HdfiveError,
  isSignature,
  Reader,
  superblock as superblockCodec,
} from "@hdfive/format";
import type { BlockCache } from "../../storage/block-cache.js";
import type { ByteRange } from "../../storage/ranges.js";
import type { Storage } from "../../storage/storage.js";
import { type Effect, perform, type Task } from "../../task.js";
import { transact } from "../transaction/drive.js";
import type { FileState } from "../transaction/file-state.js";
import { type EngineOptions, newBlocks, newState } from "./new-state.js";
import { readExtension } from "./superblock-extension.js";

const FIRST_DOUBLING = 512;
/** The largest superblock: version 1 with 8-byte fields, 100 bytes. */
const MAX_SUPERBLOCK = 128;
/** Status flags: bit 0 open for writing, bit 2 for single-writer access. */
const OPEN_FLAGS = 0x05;
const HAS_FLAG_CHECK = 3;

/** Opens the file in a storage: finds its superblock, reads what the extension says, and checks that we may go on. */
export function* openFileState(storage: Storage, options: EngineOptions): Task<FileState> {
  const blocks = newBlocks(storage, options);
  const found = yield* findSuperblock(blocks);
  const bytes = yield* resident(blocks, found, MAX_SUPERBLOCK);
  const superblock = superblockCodec.decode(new Reader(bytes, superblockCodec.name, 0), DEFAULT_CONTEXT);
  const stored = superblock.endOfFile - superblock.baseAddress;
  if (storage.size < found + stored) {
    throw new HdfiveError(
      "TRUNCATED",
      `truncated file: ${storage.name ?? "it"} has ${storage.size} bytes, its superblock says ${found + stored}`,
      { path: storage.name },
    );
  }
  if (superblock.version >= HAS_FLAG_CHECK && (superblock.flags & OPEN_FLAGS) !== 0) {
    throw new HdfiveError(
      "UNSUPPORTED",
      "The file is marked as open for writing: another program has it open, or crashed while it had. " +
        "If no other program uses it, `h5clear -s` clears the mark",
      { path: storage.name },
    );
  }
  const state = newState(
    storage,
    blocks,
    { ...superblock, baseAddress: found, endOfFile: found + stored },
    found,
    options,
  );
  const extension = yield* perform(transact(state, readExtension));
  state.context = extension.context;
  state.readOnlyReason = extension.readOnlyReason;
  state.sharedMessages = extension.sharedMessages;
  return state;
}

/** Where the superblock starts: at 0, 512, 1024, 2048, … File Format Specification, section II.A. */
function* findSuperblock(blocks: BlockCache): Task<number> {
  const { storage } = blocks;
  for (
    let offset = 0;
    offset + HDF5_SIGNATURE.length <= storage.size;
    offset = offset === 0 ? FIRST_DOUBLING : 2 * offset
  ) {
    if (isSignature(yield* resident(blocks, offset, HDF5_SIGNATURE.length))) {
      return offset;
    }
  }
  const why = storage.size === 0 ? "it is empty" : "file signature not found";
  throw new HdfiveError("NOT_HDF5", `${storage.name ?? "The storage"} is not an HDF5 file (${why})`, {
    path: storage.name,
  });
}

function* resident(blocks: BlockCache, offset: number, length: number): Task<Uint8Array> {
  const pins = new Set<number>();
  yield* perform(loadBlocks(blocks, [{ start: offset, end: offset + length }], pins));
  const bytes = blocks.peek(offset, length)?.slice() ?? new Uint8Array(0);
  blocks.release(pins);
  return bytes;
}

function loadBlocks(blocks: BlockCache, ranges: readonly ByteRange[], pins: Set<number>): Effect<void> {
  return {
    async: (signal) => (blocks.isSync ? blocks.loadSync(ranges, pins) : blocks.load(ranges, pins, signal)),
    sync: () => blocks.loadSync(ranges, pins),
  };
}
