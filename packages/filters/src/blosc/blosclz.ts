import { FormatError } from "@hdfive/format";
import { copyMatch } from "../lz4/lz4-block.js";

/** Longest distance of the short form of a match; the long form counts from here. */
const MAX_DISTANCE = 8191;
const MIN_MATCH = 3;
const LONG_DISTANCE = 31 << 8;

/**
 * Decodes a stream of BloscLZ into `target` and returns how many bytes that were.
 *
 * An instruction below 32 is a run of literals, one more than it says; from there on its upper three bits are the length of a
 * match and its lower five the high part of the distance. The upper bits of the first one are the level, and mean nothing here.
 *
 * @throws FormatError when the stream is damaged, or holds more than `target` takes
 */
export function decodeBloscLz(source: Uint8Array, target: Uint8Array): number {
  const end = source.length;
  let from = 0;
  let to = 0;
  if (end === 0) {
    return 0;
  }
  let control = (source[from++] as number) & 31;
  for (;;) {
    if (control < 32) {
      const literals = control + 1;
      if (from + literals > end || to + literals > target.length) {
        throw damaged("literals run past an end");
      }
      for (const after = to + literals; to < after; ) {
        target[to++] = source[from++] as number;
      }
    } else {
      let length = (control >>> 5) - 1;
      if (length === 6) {
        let more = 255;
        while (more === 255) {
          if (from >= end) {
            throw damaged("it ends within a length");
          }
          more = source[from++] as number;
          length += more;
        }
      }
      length += MIN_MATCH;
      const high = (control & 31) << 8;
      if (from >= end) {
        throw damaged("it ends within a distance");
      }
      const low = source[from++] as number;
      let distance = high + low + 1;
      if (low === 255 && high === LONG_DISTANCE) {
        if (from + 2 > end) {
          throw damaged("it ends within a distance");
        }
        distance = ((source[from] as number) << 8) + (source[from + 1] as number) + MAX_DISTANCE + 1;
        from += 2;
      }
      if (distance > to || to + length > target.length) {
        throw damaged(`a match of ${length} bytes, ${distance} back, at byte ${to} of ${target.length}`);
      }
      copyMatch(target, to, distance, length);
      to += length;
    }
    if (from >= end) {
      return to;
    }
    control = source[from++] as number;
  }
}

function damaged(problem: string): FormatError {
  return new FormatError("BloscLZ stream", problem);
}
