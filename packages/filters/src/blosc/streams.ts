import { FormatError } from "@hdfive/format";
import type { DecodeInto } from "./compressors.js";

const SIZE_SIZE = 4;

/** What the streams of a chunk have in common. */
export interface StreamForm {
  readonly structure: string;
  readonly decode: DecodeInto;
  /** Whether a stream can be one byte again and again, without bytes of its own: since Blosc 2. */
  readonly hasRuns: boolean;
}

/** Decodes the streams of a block, one after the other, each after its size. Blosc chunk format, "Compressed Data Streams". */
export function decodeStreams(
  { structure, decode, hasRuns }: StreamForm,
  bytes: Uint8Array,
  start: number,
  count: number,
  target: Uint8Array,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Math.floor(target.length / count);
  if (length === 0) {
    throw new FormatError(structure, `a block of ${target.length} bytes in ${count} streams`);
  }
  let from = start;
  for (let stream = 0; stream < count; stream++) {
    const part = target.subarray(stream * length, (stream + 1) * length);
    if (from + SIZE_SIZE > bytes.length) {
      throw new FormatError(structure, "it ends where the size of a stream should be");
    }
    const stored = view.getInt32(from, true);
    from += SIZE_SIZE;
    if (stored <= 0 && hasRuns) {
      from += fillRun(structure, bytes, from, stored, part);
      continue;
    }
    if (stored < 0 || from + stored > bytes.length) {
      throw new FormatError(structure, `a stream of ${stored} bytes runs past its end`);
    }
    const source = bytes.subarray(from, from + stored);
    from += stored;
    if (stored === length) {
      part.set(source);
    } else if (decode(source, part) !== length) {
      throw new FormatError(structure, `a stream decodes to other than ${length} bytes`);
    }
  }
  // What does not divide evenly belongs to no stream.
  target.fill(0, count * length);
}

/** A stream without bytes: zeros, or a byte whose value is the size's, below zero. Returns the bytes that it takes itself. */
function fillRun(structure: string, bytes: Uint8Array, at: number, stored: number, target: Uint8Array): number {
  if (stored === 0) {
    target.fill(0);
    return 0;
  }
  if (at >= bytes.length || ((bytes[at] as number) & 1) === 0 || stored < -255) {
    throw new FormatError(structure, `a stream of ${stored} bytes is no run`);
  }
  target.fill(-stored);
  return 1;
}
