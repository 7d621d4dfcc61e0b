import { decodeText } from "@hdfive/format";

/**
 * Texts of many short pieces of bytes, in order.
 *
 * In ASCII a byte is a character: the pieces become text in one call, and cutting it up costs no copy. A call of
 * TextDecoder for each piece takes three times as long (measured with pieces of 20 bytes).
 *
 * @param starts first byte of each piece
 * @param ends the byte after each piece
 */
export function decodePieces(
  bytes: Uint8Array,
  starts: Uint32Array,
  ends: Uint32Array,
  count: number,
  into: string[],
  at: number,
): void {
  const text = isAscii(bytes) ? decodeText(bytes) : null;
  for (let i = 0; i < count; i++) {
    const start = starts[i] as number;
    const end = ends[i] as number;
    into[at + i] = text === null ? decodeText(bytes.subarray(start, end)) : text.slice(start, end);
  }
}

/** True when no byte has its highest bit set. */
export function isAscii(bytes: Uint8Array): boolean {
  const { length } = bytes;
  let bits = 0;
  let at = 0;
  for (; at < length && ((bytes.byteOffset + at) & 3) !== 0; at++) {
    bits |= bytes[at] as number;
  }
  // Less than a word may end before the first aligned position: no array can start there.
  const words =
    length - at < 4 ? new Uint32Array(0) : new Uint32Array(bytes.buffer, bytes.byteOffset + at, (length - at) >> 2);
  let wide = 0;
  for (let i = 0; i < words.length; i++) {
    wide |= words[i] as number;
  }
  for (at += 4 * words.length; at < length; at++) {
    bits |= bytes[at] as number;
  }
  return bits < 0x80 && (wide & 0x80808080) === 0;
}
