/**
 * Transposes the bits of elements (bitshuffle): first bit 0 of byte 0 of all elements, then bit 1, and so on.
 *
 * `count` elements of `size` bytes each, a multiple of 8; the first element's bits are the lowest of their bytes. Source and
 * target may not overlap.
 */
export function transposeBits(source: Uint8Array, target: Uint8Array, count: number, size: number): void {
  const plane = count >>> 3;
  for (let byte = 0; byte < size; byte++) {
    const planes = 8 * byte * plane;
    for (let group = 0, from = byte; group < plane; group++, from += 8 * size) {
      const low =
        (source[from] as number) |
        ((source[from + size] as number) << 8) |
        ((source[from + 2 * size] as number) << 16) |
        ((source[from + 3 * size] as number) << 24);
      const at = from + 4 * size;
      const high =
        (source[at] as number) |
        ((source[at + size] as number) << 8) |
        ((source[at + 2 * size] as number) << 16) |
        ((source[at + 3 * size] as number) << 24);
      const a = transposeHalves(low);
      const b = transposeHalves(high);
      const first = (a & 0x0f0f0f0f) | ((b & 0x0f0f0f0f) << 4);
      const second = ((a >>> 4) & 0x0f0f0f0f) | (b & 0xf0f0f0f0);
      const to = planes + group;
      target[to] = first;
      target[to + plane] = first >>> 8;
      target[to + 2 * plane] = first >>> 16;
      target[to + 3 * plane] = first >>> 24;
      target[to + 4 * plane] = second;
      target[to + 5 * plane] = second >>> 8;
      target[to + 6 * plane] = second >>> 16;
      target[to + 7 * plane] = second >>> 24;
    }
  }
}

/** Undoes `transposeBits`: bits go back into their elements. */
export function untransposeBits(source: Uint8Array, target: Uint8Array, count: number, size: number): void {
  const plane = count >>> 3;
  for (let byte = 0; byte < size; byte++) {
    const planes = 8 * byte * plane;
    for (let group = 0, to = byte; group < plane; group++, to += 8 * size) {
      const from = planes + group;
      const low =
        (source[from] as number) |
        ((source[from + plane] as number) << 8) |
        ((source[from + 2 * plane] as number) << 16) |
        ((source[from + 3 * plane] as number) << 24);
      const at = from + 4 * plane;
      const high =
        (source[at] as number) |
        ((source[at + plane] as number) << 8) |
        ((source[at + 2 * plane] as number) << 16) |
        ((source[at + 3 * plane] as number) << 24);
      const a = transposeHalves(low);
      const b = transposeHalves(high);
      const first = (a & 0x0f0f0f0f) | ((b & 0x0f0f0f0f) << 4);
      const second = ((a >>> 4) & 0x0f0f0f0f) | (b & 0xf0f0f0f0);
      target[to] = first;
      target[to + size] = first >>> 8;
      target[to + 2 * size] = first >>> 16;
      target[to + 3 * size] = first >>> 24;
      const after = to + 4 * size;
      target[after] = second;
      target[after + size] = second >>> 8;
      target[after + 2 * size] = second >>> 16;
      target[after + 3 * size] = second >>> 24;
    }
  }
}

/**
 * Transposes the two 4x4 bit matrices in the halves of four bytes: bit j of byte i changes places with bit i of byte j.
 * Two of these, one for each half of the rows, and an exchange of their halves transpose 8x8 bits.
 */
function transposeHalves(word: number): number {
  // Exchange bits of 2x2 blocks, then the blocks.
  let t = (word ^ (word >>> 7)) & 0x00aa00aa;
  let x = word ^ t ^ (t << 7);
  t = (x ^ (x >>> 14)) & 0x0000cccc;
  x = x ^ t ^ (t << 14);
  return x;
}
