import { FormatError, UnsupportedError } from "@hdfive/format";
import { unshuffle } from "@hdfive/format/filters";
import { untransposeBits } from "../bitshuffle/bit-transpose.js";
import { BLOSC_FILTERS, type BloscHeader } from "./blosc-header.js";

/** The first version in which bitshuffle leaves the elements after the last group of eight as they are. */
const BITSHUFFLE_ANY_COUNT = 3;
const WORD_SIZES: readonly number[] = [1, 2, 4, 8];
const RESERVED_FILTER = 5;

/** Two buffers of a block's size, for what is between two filters. */
export type FilterScratch = readonly [Uint8Array, Uint8Array];

/**
 * Undoes the filters of a block, the last one first. Blosc chunk format, "filters".
 *
 * @param block what the compressor gave, in the first of the scratch buffers
 * @param reference the first block of the chunk, which the delta filter refers to; `null` when this is the first
 */
export function undoFilters(
  structure: string,
  { version, elementSize, filters }: BloscHeader,
  block: Uint8Array,
  scratch: FilterScratch,
  reference: Uint8Array | null,
): Uint8Array {
  let current = block;
  let spare = 1;
  const next = (): Uint8Array => (scratch[spare] as Uint8Array).subarray(0, block.length);
  for (const { id, meta } of [...filters].reverse()) {
    switch (id) {
      case BLOSC_FILTERS.none:
      case BLOSC_FILTERS.truncatePrecision:
        break;
      case BLOSC_FILTERS.shuffle: {
        const size = meta === 0 ? elementSize : meta;
        if (size > 1) {
          current = unshuffle(current, size, next());
          spare = 1 - spare;
        }
        break;
      }
      case BLOSC_FILTERS.bitshuffle: {
        const count = Math.floor(block.length / elementSize);
        const whole = count - (count % 8);
        if (version >= BITSHUFFLE_ANY_COUNT || whole === count) {
          const target = next();
          untransposeBits(current, target, whole, elementSize);
          target.set(current.subarray(whole * elementSize), whole * elementSize);
          current = target;
          spare = 1 - spare;
        }
        break;
      }
      case BLOSC_FILTERS.delta:
        undoDelta(current, elementSize, reference);
        break;
      case RESERVED_FILTER:
        throw new FormatError(structure, `there is no filter ${id}`);
      default:
        throw new UnsupportedError(structure, `filter ${id} of its blocks is no built-in one`);
    }
  }
  return current;
}

/** Elements differ (by exclusive or) from the one before in the first block, from the one of the first block in others. */
function undoDelta(block: Uint8Array, elementSize: number, reference: Uint8Array | null): void {
  const word = WORD_SIZES.includes(elementSize) ? elementSize : elementSize % 8 === 0 ? 8 : 1;
  const end = block.length - (block.length % word);
  if (reference === null) {
    for (let i = word; i < end; i++) {
      block[i] = (block[i] as number) ^ (block[i - word] as number);
    }
  } else {
    for (let i = 0; i < end; i++) {
      block[i] = (block[i] as number) ^ (reference[i] as number);
    }
  }
}
