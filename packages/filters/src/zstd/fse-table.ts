import { FormatError } from "@hdfive/format";
import type { BackwardBits } from "./bit-stream.js";

const STRUCTURE = "Zstandard FSE table";

/** A decoding table of finite state entropy: for each state the symbol, and how the next state follows. RFC 8878, section 4.1. */
export interface FseTable {
  readonly accuracyLog: number;
  readonly symbols: Uint8Array;
  readonly bitCounts: Uint8Array;
  readonly baselines: Uint16Array;
}

/** Builds the decoding table of a distribution: counts out of 2^accuracyLog, -1 for "less than one". RFC 8878, section 4.1.1. */
export function fseTable(counts: readonly number[], accuracyLog: number): FseTable {
  const size = 1 << accuracyLog;
  const symbols = new Uint8Array(size);
  const next = new Uint16Array(counts.length);
  let high = size - 1;
  for (const [symbol, count] of counts.entries()) {
    next[symbol] = count === -1 ? 1 : count;
    if (count === -1) {
      symbols[high--] = symbol;
    }
  }
  const step = (size >>> 1) + (size >>> 3) + 3;
  let at = 0;
  for (const [symbol, count] of counts.entries()) {
    for (let i = 0; i < count; i++) {
      symbols[at] = symbol;
      do {
        at = (at + step) & (size - 1);
      } while (at > high);
    }
  }
  const bitCounts = new Uint8Array(size);
  const baselines = new Uint16Array(size);
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state] as number;
    const value = next[symbol] as number;
    next[symbol] = value + 1;
    const bits = accuracyLog - (31 - Math.clz32(value));
    bitCounts[state] = bits;
    baselines[state] = (value << bits) - size;
  }
  return { accuracyLog, symbols, bitCounts, baselines };
}

/** The table that always answers with one symbol. RFC 8878, section 3.1.1.3.2.1, "RLE_Mode". */
export function rleTable(symbol: number): FseTable {
  return {
    accuracyLog: 0,
    symbols: Uint8Array.of(symbol),
    bitCounts: Uint8Array.of(0),
    baselines: Uint16Array.of(0),
  };
}

/** The state after `state`. */
export function nextState(table: FseTable, state: number, bits: BackwardBits): number {
  return (table.baselines[state] as number) + bits.read(table.bitCounts[state] as number);
}

/**
 * Reads the description of a distribution and builds its table; gives the byte offset after it too. RFC 8878, section 4.1.1.
 *
 * `end` is where the section ends that the description is in; the view has slack behind it.
 */
export function readFseTable(
  view: DataView,
  start: number,
  end: number,
  most: { readonly accuracyLog: number; readonly symbols: number },
): { readonly table: FseTable; readonly end: number } {
  if (start >= end) {
    throw new FormatError(STRUCTURE, "there are no bytes for it");
  }
  let bit = 8 * start;
  const peek = (): number => view.getUint32(Math.min(bit >>> 3, end), true) >>> (bit & 7);
  const accuracyLog = (peek() & 15) + 5;
  bit += 4;
  if (accuracyLog > most.accuracyLog) {
    throw new FormatError(STRUCTURE, `an accuracy of ${accuracyLog} bits where there may be ${most.accuracyLog}`);
  }
  const counts: number[] = [];
  let remaining = (1 << accuracyLog) + 1;
  while (remaining > 1) {
    if (counts.length >= most.symbols) {
      throw new FormatError(STRUCTURE, `it has more than ${most.symbols} symbols`);
    }
    if (bit > 8 * end) {
      throw new FormatError(STRUCTURE, "it runs past the end of its section");
    }
    // Values below a bound that depends on what is left have one bit less.
    const bits = 32 - Math.clz32(remaining);
    const threshold = 1 << (bits - 1);
    const short = 2 * threshold - 1 - remaining;
    const low = peek() & (threshold - 1);
    let value: number;
    if (low < short) {
      value = low;
      bit += bits - 1;
    } else {
      value = peek() & (2 * threshold - 1);
      value -= value >= threshold ? short : 0;
      bit += bits;
    }
    const count = value - 1;
    remaining -= Math.abs(count);
    counts.push(count);
    if (count === 0) {
      for (let repeat = 3; repeat === 3 && counts.length <= most.symbols; ) {
        repeat = peek() & 3;
        bit += 2;
        for (let i = 0; i < repeat; i++) {
          counts.push(0);
        }
      }
    }
  }
  const after = (bit + 7) >>> 3;
  if (remaining < 1 || counts.length > most.symbols || after > end) {
    throw new FormatError(STRUCTURE, "its counts do not fill the table");
  }
  return { table: fseTable(counts, accuracyLog), end: after };
}
