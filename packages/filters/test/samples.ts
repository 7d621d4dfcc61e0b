import type { NumericArray } from "@hdfive/core";

/** A generator of numbers from 0 to 2^32 that gives the same ones each time (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return (word ^ (word >>> 14)) >>> 0;
  };
}

/** Kinds of data that compress differently: runs, steps, waves, text, noise, and mixtures. */
export const PATTERNS: Readonly<Record<string, (i: number, next: () => number) => number>> = {
  zeros: () => 0,
  constant: () => 77,
  ramp: (i) => i,
  steps: (i) => (i >>> 5) * 3,
  wave: (i) => Math.round(1000 * Math.sin(i / 40)),
  noise: (_, next) => next(),
  "low noise": (_, next) => next() & 3,
  text: (i, next) => "the quick brown fox jumps over ".charCodeAt((i * 7 + (next() & 1)) % 31),
  sparse: (_, next) => (next() % 50 === 0 ? next() & 0xff : 0),
  mixed: (i, next) => ((i >>> 9) & 1 ? next() : i >>> 2),
};

/** Arrays of numbers that h5wasm stores. */
export const ARRAYS: Readonly<Record<string, (length: number) => NumericArray>> = {
  int8: (length) => new Int8Array(length),
  uint8: (length) => new Uint8Array(length),
  int16: (length) => new Int16Array(length),
  int32: (length) => new Int32Array(length),
  float32: (length) => new Float32Array(length),
  float64: (length) => new Float64Array(length),
};

/** An array of a type filled with a pattern. */
export function sample(type: string, pattern: string, length: number, seed = 1): NumericArray {
  const array = ARRAYS[type]?.(length);
  const value = PATTERNS[pattern];
  if (array === undefined || value === undefined) {
    throw new Error(`there is no array of ${type} with ${pattern}`);
  }
  const next = random(seed);
  for (let i = 0; i < length; i++) {
    array[i] = value(i, next);
  }
  return array;
}
