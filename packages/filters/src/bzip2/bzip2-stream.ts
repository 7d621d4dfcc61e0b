import { FormatError } from "@hdfive/format";
import { BitReader } from "./bit-reader.js";
import { readBzip2Block } from "./bzip2-block.js";
import { crcOf, updateCrc } from "./crc.js";

const STRUCTURE = "bzip2 stream";
/** "BZh", before the digit with the size of a block. */
const MAGIC = 0x425a68;
/** Before each block, and after the last one: digits of pi and of its square root. */
const BLOCK_MAGIC = [0x314159, 0x265359] as const;
const END_MAGIC = [0x177245, 0x385090] as const;
const BLOCK_UNIT = 100_000;
/** After as many equal bytes stands how many more of them there are. */
const RUN_LENGTH = 4;
const MIN_OUTPUT = 65536;

/**
 * Decodes a stream of bzip2.
 *
 * Memory grows with what comes out: a block of a few bytes can stand for 46 MB.
 *
 * @throws FormatError when the stream is damaged, or holds more than `maxSize` bytes
 */
export function decodeBzip2(bytes: Uint8Array, maxSize: number): Uint8Array {
  const bits = new BitReader(bytes);
  const magic = bits.read(24);
  const level = bits.read(8) - 0x30;
  if (magic !== MAGIC || level < 1 || level > 9) {
    throw new FormatError(STRUCTURE, "it does not begin with its magic number");
  }
  // Runs of four bytes take five in a block, so it can be longer than what comes out.
  const maxBlock = Math.min(level * BLOCK_UNIT, Math.ceil(maxSize * 1.25) + 1);
  let result = new Uint8Array(Math.min(maxSize, Math.max(MIN_OUTPUT, 8 * bytes.length)));
  let to = 0;
  let streamCrc = 0;
  const put = (byte: number, count: number): void => {
    const end = to + count;
    if (end > maxSize) {
      throw new FormatError(STRUCTURE, `it decodes to more than the ${maxSize} bytes there may be`);
    }
    if (end > result.length) {
      const larger = new Uint8Array(Math.min(maxSize, Math.max(end, 2 * result.length)));
      larger.set(result);
      result = larger;
    }
    if (count === 1) {
      result[to] = byte;
    } else {
      result.fill(byte, to, end);
    }
    to = end;
  };
  for (;;) {
    const high = bits.read(24);
    const low = bits.read(24);
    if (high === END_MAGIC[0] && low === END_MAGIC[1]) {
      break;
    }
    if (high !== BLOCK_MAGIC[0] || low !== BLOCK_MAGIC[1]) {
      throw new FormatError(STRUCTURE, "there is neither a block nor an end");
    }
    const start = to;
    const block = readBzip2Block(bits, maxBlock);
    let previous = -1;
    let run = 0;
    block.forEach((byte) => {
      if (run === RUN_LENGTH) {
        put(previous, byte);
        run = 0;
        previous = -1;
        return;
      }
      run = byte === previous ? run + 1 : 1;
      previous = byte;
      put(byte, 1);
    });
    if (crcOf(result.subarray(start, to)) !== block.crc) {
      throw new FormatError(STRUCTURE, "the checksum of a block does not match");
    }
    streamCrc = updateCrc(streamCrc, block.crc);
  }
  if (bits.readWord() !== streamCrc) {
    throw new FormatError(STRUCTURE, "its checksum does not match");
  }
  return to === result.length ? result : result.slice(0, to);
}
