const POLYNOMIAL = 0x04c11db7;

const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) {
    crc = crc < 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  }
  return crc;
});

/** The checksum of the bytes of a block: CRC-32, the highest bit first. */
export function crcOf(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) {
    crc = (crc << 8) ^ (TABLE[(crc >>> 24) ^ (bytes[i] as number)] as number);
  }
  return ~crc >>> 0;
}

/** The checksum of a stream with one more block. */
export function updateCrc(streamCrc: number, blockCrc: number): number {
  return (((streamCrc << 1) | (streamCrc >>> 31)) ^ blockCrc) >>> 0;
}
