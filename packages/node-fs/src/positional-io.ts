import { read, readSync, write, writeSync } from "node:fs";

/** Reads and writes up to this size are done at once: a turn through the thread pool costs five times as much. */
export const SMALL_PIECE: number = 16 * 1024;

/** Most bytes in one background call: two of this size in flight read faster than one large call into fresh memory. */
const PIECE = 1024 * 1024;
const READS_IN_FLIGHT = 2;

/** Most bytes in one call that waits; Node refuses 2 GiB. */
const SYNC_PIECE = 1024 * 1024 * 1024;

/** Fills `into` from `position` on; the answer is smaller than its length only at the end of the file. */
export function readAllSync(descriptor: number, into: Uint8Array, position: number): number {
  let done = 0;
  while (done < into.length) {
    const got = readSync(descriptor, into, done, Math.min(SYNC_PIECE, into.length - done), position + done);
    if (got === 0) {
      break;
    }
    done += got;
  }
  return done;
}

/** Writes all of `bytes` at `position`; `progressed` hears how many are written. */
export function writeAllSync(
  descriptor: number,
  bytes: Uint8Array,
  position: number,
  progressed: (done: number) => void,
): void {
  let done = 0;
  while (done < bytes.length) {
    done += writeSync(descriptor, bytes, done, Math.min(SYNC_PIECE, bytes.length - done), position + done);
    progressed(done);
  }
}

/**
 * As `readAllSync` in the background, in pieces with a few in flight. `guard` runs before each piece and stops the rest by
 * throwing. Settles only when no piece is on its way any more: until then the memory is still being written to.
 */
export async function readAll(
  descriptor: number,
  into: Uint8Array,
  position: number,
  guard: () => void,
): Promise<number> {
  let next = 0;
  let end = into.length;
  const errors: unknown[] = [];
  const reader = async (): Promise<void> => {
    while (next < end && errors.length === 0) {
      const start = next;
      next = Math.min(start + PIECE, into.length);
      try {
        guard();
        const piece = into.subarray(start, next);
        const got = await readPiece(descriptor, piece, position + start);
        if (got < piece.length) {
          end = Math.min(end, start + got);
        }
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: READS_IN_FLIGHT }, reader));
  if (errors.length > 0) {
    throw errors[0];
  }
  return end;
}

/** As `writeAllSync` in the background, piece after piece. */
export async function writeAll(
  descriptor: number,
  bytes: Uint8Array,
  position: number,
  progressed: (done: number) => void,
): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const length = Math.min(PIECE, bytes.length - done);
    const at = done;
    done += await new Promise<number>((fulfil, reject) => {
      write(descriptor, bytes, at, length, position + at, (error, count) => (error ? reject(error) : fulfil(count)));
    });
    progressed(done);
  }
}

/** One piece, continued where the system stops short of it. */
async function readPiece(descriptor: number, piece: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < piece.length) {
    const got = await new Promise<number>((fulfil, reject) => {
      read(descriptor, piece, done, piece.length - done, position + done, (error, count) =>
        error ? reject(error) : fulfil(count),
      );
    });
    if (got === 0) {
      break;
    }
    done += got;
  }
  return done;
}
