import { FormatError } from "@hdfive/format";

/** A block stands for less than this many bytes per byte stored: the longest match adds 255 with each. */
export const LZ4_MAX_RATIO = 255;

const MIN_MATCH = 4;
/** Copies up to this length are loops: a call to the built-in copy costs more. */
const SHORT_COPY = 24;

/**
 * Decodes an LZ4 block into `target` and returns how many bytes that were. LZ4 Block Format Description, "Compressed block format".
 *
 * @throws FormatError when the block is damaged, or holds more than `target` takes
 */
export function decodeLz4Block(source: Uint8Array, target: Uint8Array): number {
  const sourceEnd = source.length;
  const targetEnd = target.length;
  let from = 0;
  let to = 0;
  if (sourceEnd === 0) {
    throw damaged("it has no bytes");
  }
  for (;;) {
    if (from >= sourceEnd) {
      throw damaged("it ends where a sequence should begin");
    }
    const token = source[from++] as number;
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) {
        if (from >= sourceEnd) {
          throw damaged("it ends within a length");
        }
        more = source[from++] as number;
        literals += more;
      }
    }
    if (from + literals > sourceEnd) {
      throw damaged("it ends within literals");
    }
    if (to + literals > targetEnd) {
      throw tooLong(targetEnd);
    }
    if (literals <= SHORT_COPY) {
      for (const end = from + literals; from < end; ) {
        target[to++] = source[from++] as number;
      }
    } else {
      target.set(source.subarray(from, from + literals), to);
      from += literals;
      to += literals;
    }
    if (from === sourceEnd) {
      return to;
    }
    if (from + 2 > sourceEnd) {
      throw damaged("it ends within an offset");
    }
    const offset = (source[from] as number) | ((source[from + 1] as number) << 8);
    from += 2;
    let length = (token & 15) + MIN_MATCH;
    if (length === 15 + MIN_MATCH) {
      let more = 255;
      while (more === 255) {
        if (from >= sourceEnd) {
          throw damaged("it ends within a length");
        }
        more = source[from++] as number;
        length += more;
      }
    }
    if (offset === 0 || offset > to) {
      throw damaged(`a match begins ${offset} bytes before the byte at ${to}`);
    }
    if (to + length > targetEnd) {
      throw tooLong(targetEnd);
    }
    copyMatch(target, to, offset, length);
    to += length;
  }
}

/** Repeats what stands `offset` bytes before `to`, `length` bytes of it; source and target may overlap. */
export function copyMatch(target: Uint8Array, to: number, offset: number, length: number): void {
  if (length <= SHORT_COPY) {
    for (let at = to, end = to + length, from = to - offset; at < end; ) {
      target[at++] = target[from++] as number;
    }
    return;
  }
  if (offset === 1) {
    target.fill(target[to - 1] as number, to, to + length);
    return;
  }
  // What overlaps is a period: each copy doubles it.
  let done = Math.min(offset, length);
  target.copyWithin(to, to - offset, to - offset + done);
  while (done < length) {
    const step = Math.min(done, length - done);
    target.copyWithin(to + done, to, to + step);
    done += step;
  }
}

function damaged(problem: string): FormatError {
  return new FormatError("LZ4 block", problem);
}

function tooLong(most: number): FormatError {
  return new FormatError("LZ4 block", `it decodes to more than the ${most} bytes there may be`);
}
