import { HDF5_SIGNATURE, HdfiveError, isSignature } from "@hdfive/format";
import type { BlockCache } from "../../storage/block-cache.js";
import type { ByteRange } from "../../storage/ranges.js";
import { type Effect, perform, type Task } from "../../task.js";

const FIRST_DOUBLING = 512;

/** Where the superblock starts: at 0, 512, 1024, 2048, … File Format Specification, section II.A. */
export function* findSuperblock(blocks: BlockCache): Task<number> {
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

/** A copy of up to `length` bytes at an absolute offset: fewer where the storage ends before. */
export function* resident(blocks: BlockCache, offset: number, length: number): Task<Uint8Array> {
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
