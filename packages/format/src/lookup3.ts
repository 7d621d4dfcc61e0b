/**
 * Bob Jenkins' lookup3 (`hashlittle`): the checksum of all metadata, and the hash of link and attribute names (the name's
 * bytes without NUL). Appendix of the File Format Specification, "Definitions"; HDF5 uses seed 0 everywhere.
 *
 * The result is an unsigned 32-bit number. An empty input gives `0xdeadbeef + seed`, as there is nothing to mix.
 */
export function lookup3(bytes: Uint8Array, seed = 0): number {
  const { length } = bytes;
  // Reading words through a DataView is twice as fast as putting bytes together, and takes any byteOffset.
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let a = (0xdeadbeef + length + seed) | 0;
  let b = a;
  let c = a;
  let at = 0;
  // The last 1 to 12 bytes take the final mix, so a length divisible by 12 leaves a whole block for it.
  for (const last = length - 12; at < last; at += 12) {
    a = (a + view.getInt32(at, true)) | 0;
    b = (b + view.getInt32(at + 4, true)) | 0;
    c = (c + view.getInt32(at + 8, true)) | 0;
    a = (a - c) ^ ((c << 4) | (c >>> 28));
    c = (c + b) | 0;
    b = (b - a) ^ ((a << 6) | (a >>> 26));
    a = (a + c) | 0;
    c = (c - b) ^ ((b << 8) | (b >>> 24));
    b = (b + a) | 0;
    a = (a - c) ^ ((c << 16) | (c >>> 16));
    c = (c + b) | 0;
    b = (b - a) ^ ((a << 19) | (a >>> 13));
    a = (a + c) | 0;
    c = (c - b) ^ ((b << 4) | (b >>> 28));
    b = (b + a) | 0;
  }
  if (at === length) {
    return c >>> 0;
  }
  a = (a + tailWord(bytes, at)) | 0;
  b = (b + tailWord(bytes, at + 4)) | 0;
  c = (c + tailWord(bytes, at + 8)) | 0;
  c = (c ^ b) - ((b << 14) | (b >>> 18));
  a = (a ^ c) - ((c << 11) | (c >>> 21));
  b = (b ^ a) - ((a << 25) | (a >>> 7));
  c = (c ^ b) - ((b << 16) | (b >>> 16));
  a = (a ^ c) - ((c << 4) | (c >>> 28));
  b = (b ^ a) - ((a << 14) | (a >>> 18));
  c = (c ^ b) - ((b << 24) | (b >>> 8));
  return c >>> 0;
}

/** The little-endian word at `at`, with zeros for bytes past the end. */
function tailWord(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}
