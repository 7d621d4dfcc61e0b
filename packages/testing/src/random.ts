/** Numbers from 0 up to 1 that look random and are the same for the same seed. */
export type Random = () => number;

/** Makes a sequence of numbers from a seed: a linear congruential step on 32 bits, its upper bits mixed down. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    return ((mixed ^ (mixed >>> 13)) >>> 0) / 0x1_0000_0000;
  };
}
