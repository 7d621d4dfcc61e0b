/** The coefficients of a block as integers of 32 or 64 bits: bit planes go in, the numbers of a transform come out. */
export interface BlockIntegers {
  /** Bits of an integer. */
  readonly width: 32 | 64;
  /** Makes all of them zero. */
  clear(): void;
  /** Sets a bit of the one at `index` in the order in which they are stored. */
  setBit(index: number, bit: number): void;
  /** From the order of storage to that of the block, and from negabinary to two's complement. */
  reorder(): void;
  /** Undoes the transform of four of them, from `start` on, `step` apart. */
  lift(start: number, step: number): void;
  /** Undoes the reversible transform of four of them. */
  liftReversible(start: number, step: number): void;
  /** The one at a place, as a number: rounded once where 64 bits do not fit. */
  valueAt(place: number): number;
  /** The words of the one at a place: low, and high of 64 bits. */
  lowAt(place: number): number;
  highAt(place: number): number;
}

const NEGABINARY = 0xaaaaaaaa | 0;

/** Integers of 32 bits. */
export function integers32(order: Uint8Array): BlockIntegers {
  const stored = new Int32Array(order.length);
  const block = new Int32Array(order.length);
  return {
    width: 32,
    clear: () => {
      stored.fill(0);
    },
    setBit: (index, bit) => {
      stored[index] = (stored[index] as number) | (1 << bit);
    },
    reorder: () => {
      for (let i = 0; i < order.length; i++) {
        block[order[i] as number] = ((stored[i] as number) ^ NEGABINARY) - NEGABINARY;
      }
    },
    lift: (start, step) => {
      let x = block[start] as number;
      let y = block[start + step] as number;
      let z = block[start + 2 * step] as number;
      let w = block[start + 3 * step] as number;
      y = (y + (w >> 1)) | 0;
      w = (w - (y >> 1)) | 0;
      y = (y + w) | 0;
      w = (2 * w - y) | 0;
      z = (z + x) | 0;
      x = (2 * x - z) | 0;
      y = (y + z) | 0;
      z = (2 * z - y) | 0;
      w = (w + x) | 0;
      x = (2 * x - w) | 0;
      block[start] = x;
      block[start + step] = y;
      block[start + 2 * step] = z;
      block[start + 3 * step] = w;
    },
    liftReversible: (start, step) => {
      const x = block[start] as number;
      const y = block[start + step] as number;
      const z = block[start + 2 * step] as number;
      const w = block[start + 3 * step] as number;
      // Pascal's matrix: the differences of differences, added up again.
      block[start + step] = x + y;
      block[start + 2 * step] = x + 2 * y + z;
      block[start + 3 * step] = x + 3 * y + 3 * z + w;
    },
    valueAt: (place) => block[place] as number,
    lowAt: (place) => block[place] as number,
    highAt: () => 0,
  };
}

/** Integers of 64 bits, as two words each: `bigint` would take ten times as long. */
export function integers64(order: Uint8Array): BlockIntegers {
  const size = order.length;
  const stored = new Int32Array(2 * size);
  const block = new Int32Array(2 * size);
  // x, y, z and w of a transform, and a place for a half of one of them: low and high words.
  const lanes = new Int32Array(10);
  const add = (to: number, from: number): void => {
    const low = ((lanes[to] as number) >>> 0) + ((lanes[from] as number) >>> 0);
    lanes[to + 1] = (lanes[to + 1] as number) + (lanes[from + 1] as number) + (low > 0xffff_ffff ? 1 : 0);
    lanes[to] = low;
  };
  const subtract = (to: number, from: number): void => {
    const low = ((lanes[to] as number) >>> 0) - ((lanes[from] as number) >>> 0);
    lanes[to + 1] = (lanes[to + 1] as number) - (lanes[from + 1] as number) - (low < 0 ? 1 : 0);
    lanes[to] = low;
  };
  const half = (from: number): number => {
    const high = lanes[from + 1] as number;
    lanes[HALF] = ((lanes[from] as number) >>> 1) | (high << 31);
    lanes[HALF + 1] = high >> 1;
    return HALF;
  };
  const load = (start: number, step: number): void => {
    for (let i = 0; i < 4; i++) {
      lanes[2 * i] = block[2 * (start + i * step)] as number;
      lanes[2 * i + 1] = block[2 * (start + i * step) + 1] as number;
    }
  };
  const store = (start: number, step: number): void => {
    for (let i = 0; i < 4; i++) {
      block[2 * (start + i * step)] = lanes[2 * i] as number;
      block[2 * (start + i * step) + 1] = lanes[2 * i + 1] as number;
    }
  };
  return {
    width: 64,
    clear: () => {
      stored.fill(0);
    },
    setBit: (index, bit) => {
      const at = 2 * index + (bit >>> 5);
      stored[at] = (stored[at] as number) | (1 << (bit & 31));
    },
    reorder: () => {
      for (let i = 0; i < size; i++) {
        const low = (((stored[2 * i] as number) ^ NEGABINARY) >>> 0) - (NEGABINARY >>> 0);
        const place = 2 * (order[i] as number);
        block[place] = low;
        block[place + 1] = ((stored[2 * i + 1] as number) ^ NEGABINARY) - NEGABINARY - (low < 0 ? 1 : 0);
      }
    },
    lift: (start, step) => {
      load(start, step);
      add(Y, half(W));
      subtract(W, half(Y));
      add(Y, W);
      add(W, W);
      subtract(W, Y);
      add(Z, X);
      add(X, X);
      subtract(X, Z);
      add(Y, Z);
      add(Z, Z);
      subtract(Z, Y);
      add(W, X);
      add(X, X);
      subtract(X, W);
      store(start, step);
    },
    liftReversible: (start, step) => {
      load(start, step);
      add(W, Z);
      add(Z, Y);
      add(W, Z);
      add(Y, X);
      add(Z, Y);
      add(W, Z);
      store(start, step);
    },
    valueAt: (place) => (block[2 * place + 1] as number) * 2 ** 32 + ((block[2 * place] as number) >>> 0),
    lowAt: (place) => block[2 * place] as number,
    highAt: (place) => block[2 * place + 1] as number,
  };
}

const X = 0;
const Y = 2;
const Z = 4;
const W = 6;
const HALF = 8;
