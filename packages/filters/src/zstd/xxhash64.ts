/** The primes of XXH64 as high and low words. xxHash specification, "XXH64 algorithm description". */
const P1: Word = [0x9e3779b1, 0x85ebca87];
const P2: Word = [0xc2b2ae3d, 0x27d4eb4f];
const P3: Word = [0x165667b1, 0x9e3779f9];
const P4: Word = [0x85ebca77, 0xc2b2ae63];
const P5: Word = [0x27d4eb2f, 0x165667c5];

/** 64 bits as two signed or unsigned words: high, low. `bigint` would take twenty times as long. */
type Word = readonly [high: number, low: number];

/** The low 32 bits of the XXH64 hash with seed 0: the checksum of a Zstandard frame. RFC 8878, section 3.1.1. */
export function xxhash64Low(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = bytes;
  const read = (at: number): Word => [view.getInt32(at + 4, true), view.getInt32(at, true)];
  let at = 0;
  let hash = P5;
  if (length >= 32) {
    const lanes = Int32Array.from([add(P1, P2), P2, [0, 0], subtract([0, 0], P1)].flat());
    for (; at + 32 <= length; at += 32) {
      for (let lane = 0; lane < 8; lane += 2) {
        const from = at + 4 * lane;
        roundLane(lanes, lane, view.getInt32(from + 4, true), view.getInt32(from, true));
      }
    }
    const [a, b, c, d] = [0, 2, 4, 6].map((lane): Word => [lanes[lane] as number, lanes[lane + 1] as number]) as [
      Word,
      Word,
      Word,
      Word,
    ];
    hash = add(add(rotate(a, 1), rotate(b, 7)), add(rotate(c, 12), rotate(d, 18)));
    for (const lane of [a, b, c, d]) {
      hash = add(multiply(xor(hash, round([0, 0], lane)), P1), P4);
    }
  }
  hash = add(hash, [Math.floor(length / 2 ** 32), length | 0]);
  for (; at + 8 <= length; at += 8) {
    hash = add(multiply(rotate(xor(hash, round([0, 0], read(at))), 27), P1), P4);
  }
  if (at + 4 <= length) {
    hash = add(multiply(rotate(xor(hash, multiply([0, view.getInt32(at, true)], P1)), 23), P2), P3);
    at += 4;
  }
  for (; at < length; at++) {
    hash = multiply(rotate(xor(hash, multiply([0, view.getUint8(at)], P5)), 11), P1);
  }
  hash = multiply(xor(hash, [0, hash[0] >>> 1]), P2);
  hash = multiply(xor(hash, [hash[0] >>> 29, (hash[1] >>> 29) | (hash[0] << 3)]), P3);
  return (hash[1] ^ hash[0]) >>> 0;
}

/** As `round`, on a lane in memory: nearly all of the time is spent here, and pairs of words would be objects. */
function roundLane(lanes: Int32Array, lane: number, inputHigh: number, inputLow: number): void {
  const addedLow = Math.imul(inputLow, P2[1]);
  const addedHigh = productHigh(inputHigh, inputLow, P2[0], P2[1]);
  const sum = ((lanes[lane + 1] as number) >>> 0) + (addedLow >>> 0);
  const high = ((lanes[lane] as number) + addedHigh + (sum > 0xffff_ffff ? 1 : 0)) | 0;
  const low = sum | 0;
  const turnedHigh = (high << 31) | (low >>> 1);
  const turnedLow = (low << 31) | (high >>> 1);
  lanes[lane] = productHigh(turnedHigh, turnedLow, P1[0], P1[1]);
  lanes[lane + 1] = Math.imul(turnedLow, P1[1]);
}

function round(lane: Word, input: Word): Word {
  return multiply(rotate(add(lane, multiply(input, P2)), 31), P1);
}

function add(a: Word, b: Word): Word {
  const low = (a[1] >>> 0) + (b[1] >>> 0);
  return [(a[0] + b[0] + (low > 0xffff_ffff ? 1 : 0)) | 0, low | 0];
}

function subtract(a: Word, b: Word): Word {
  return [(a[0] - b[0] - (a[1] >>> 0 < b[1] >>> 0 ? 1 : 0)) | 0, (a[1] - b[1]) | 0];
}

function xor(a: Word, b: Word): Word {
  return [a[0] ^ b[0], a[1] ^ b[1]];
}

function rotate([high, low]: Word, by: number): Word {
  return [(high << by) | (low >>> (32 - by)), (low << by) | (high >>> (32 - by))];
}

function multiply([aHigh, aLow]: Word, [bHigh, bLow]: Word): Word {
  return [productHigh(aHigh, aLow, bHigh, bLow), Math.imul(aLow, bLow)];
}

/** Bits 32 to 63 of a product: the low words in halves, since a product of 32 bits is not exact in a float. */
function productHigh(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  const a0 = aLow & 0xffff;
  const a1 = aLow >>> 16;
  const b0 = bLow & 0xffff;
  const b1 = bLow >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const other = a0 * b1 + (middle & 0xffff);
  const high = a1 * b1 + Math.floor(middle / 65536) + Math.floor(other / 65536);
  return (high + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) | 0;
}
