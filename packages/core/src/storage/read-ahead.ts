import type { ByteRange } from "./ranges.js";
import type { StorageDistance } from "./storage.js";

/** How metadata is fetched from a storage: pure numbers and one pure function, so that a test can print the plan. */
export interface ReadAheadProfile {
  /** Bytes of a cached block; a power of two. */
  readonly blockSize: number;
  /** Two misses this many bytes apart or less are fetched as one. */
  readonly maxGap: number;
  /** A single request is no longer than this. */
  readonly maxRequest: number;
  /** Bytes worth fetching past a miss that begins where the miss before it ended, given that one's length. */
  ahead(previousLength: number): number;
}

const KIB = 1024;

/** Profiles by distance: small blocks where a read costs microseconds, large ones where it costs a round trip. */
export const READ_AHEAD: Readonly<Record<StorageDistance, ReadAheadProfile>> = {
  local: {
    blockSize: 8 * KIB,
    maxGap: 32 * KIB,
    maxRequest: 4096 * KIB,
    ahead: (length) => Math.min(length, 128 * KIB),
  },
  remote: {
    blockSize: 64 * KIB,
    maxGap: 128 * KIB,
    maxRequest: 4096 * KIB,
    ahead: (length) => Math.min(2 * length, 2048 * KIB),
  },
};

/** Widens a range to whole blocks and, when it goes on from the one before, ahead of the reader; never past `size`. */
export function widen(
  range: ByteRange,
  previous: ByteRange | null,
  size: number,
  profile: ReadAheadProfile,
): ByteRange {
  const { blockSize } = profile;
  const start = Math.floor(range.start / blockSize) * blockSize;
  const sequential = previous !== null && start === previous.end;
  const wanted = range.end + (sequential ? profile.ahead(previous.end - previous.start) : 0);
  const end = Math.max(Math.ceil(range.end / blockSize) * blockSize, Math.floor(wanted / blockSize) * blockSize);
  return { start, end: Math.min(end, size) };
}
