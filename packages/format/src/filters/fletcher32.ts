/** Words summed before the sums are folded: the second sum stays below 2^31 however large the words are. */
const BLOCK_WORDS = 240;

/**
 * The Fletcher-32 checksum as HDF5 stores it after a chunk, little-endian (filter 3): over big-endian 16-bit words, an odd last
 * byte counting as the high one. File Format Specification, section IV.A.2.l.
 *
 * Sums are folded, not taken modulo 65535: a sum that is a multiple of it gives 0xffff, and 0 stands only for zeros.
 */
export function fletcher32(bytes: Uint8Array): number {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const end = length & ~1;
  // Swapping the bytes of a 16-bit word multiplies it by 256 modulo 65535, which passes through both sums. So words are read
  // as they lie and the sums are swapped once at the end.
  let low = 0;
  let high = 0;
  for (let at = 0; at < end; ) {
    const stop = Math.min(end, at + 2 * BLOCK_WORDS);
    for (; at < stop; at += 2) {
      low = (low + view.getUint16(at, true)) | 0;
      high = (high + low) | 0;
    }
    low = fold(low);
    high = fold(high);
  }
  if (end < length) {
    low = fold(low + (bytes[end] as number));
    high = fold(high + low);
  }
  return ((swap(fold(high)) << 16) | swap(fold(low))) >>> 0;
}

function fold(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}

function swap(word: number): number {
  return ((word & 0xff) << 8) | (word >>> 8);
}
