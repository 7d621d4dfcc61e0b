import { FormatError } from "@hdfive/format";
import { copyMatch } from "../lz4/lz4-block.js";

/**
 * Decodes a block of Snappy into `target` and returns how many bytes that were. Snappy compressed format description, sections 1
 * and 2.
 *
 * @throws FormatError when the block is damaged, or holds more than `target` takes
 */
export function decodeSnappy(source: Uint8Array, target: Uint8Array): number {
  const end = source.length;
  let from = 0;
  let size = 0;
  for (let shift = 0, more = true; more; shift += 7) {
    if (from >= end || shift > 28) {
      throw damaged("it does not begin with its size");
    }
    const byte = source[from++] as number;
    size += (byte & 0x7f) * 2 ** shift;
    more = byte >= 0x80;
  }
  if (size > target.length) {
    throw damaged(`it says ${size} bytes where there may be ${target.length}`);
  }
  let to = 0;
  while (from < end) {
    const tag = source[from++] as number;
    if ((tag & 3) === 0) {
      let length = (tag >>> 2) + 1;
      if (length > 60) {
        const bytes = length - 60;
        length = littleEndian(source, from, bytes) + 1;
        from += bytes;
      }
      if (from + length > end || to + length > size) {
        throw damaged("literals run past an end");
      }
      target.set(source.subarray(from, from + length), to);
      from += length;
      to += length;
      continue;
    }
    const bytes = [0, 1, 2, 4][tag & 3] as number;
    let offset = littleEndian(source, from, bytes);
    let length = (tag >>> 2) + 1;
    if (bytes === 1) {
      offset += (tag >>> 5) << 8;
      length = ((tag >>> 2) & 7) + 4;
    }
    from += bytes;
    if (offset === 0 || offset > to || to + length > size) {
      throw damaged(`a copy of ${length} bytes, ${offset} back, at byte ${to} of ${size}`);
    }
    copyMatch(target, to, offset, length);
    to += length;
  }
  if (to !== size) {
    throw damaged(`it holds ${to} bytes where it says ${size}`);
  }
  return to;
}

function littleEndian(source: Uint8Array, at: number, bytes: number): number {
  if (at + bytes > source.length) {
    throw damaged("it ends within a tag");
  }
  let value = 0;
  for (let i = bytes - 1; i >= 0; i--) {
    value = value * 256 + (source[at + i] as number);
  }
  return value;
}

function damaged(problem: string): FormatError {
  return new FormatError("Snappy block", problem);
}
