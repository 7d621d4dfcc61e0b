import { FormatError } from "@hdfive/format";
import { copyMatch } from "../lz4/lz4-block.js";
import { BackwardBits } from "./bit-stream.js";
import { type FseTable, nextState, readFseTable, rleTable } from "./fse-table.js";
import {
  type CodeKind,
  LITERAL_LENGTH_BASES,
  LITERAL_LENGTH_BITS,
  LITERAL_LENGTHS,
  MATCH_LENGTH_BASES,
  MATCH_LENGTH_BITS,
  MATCH_LENGTHS,
  OFFSETS,
} from "./sequence-codes.js";

const STRUCTURE = "Zstandard sequences";

/** What one block of a frame leaves for the next: its tables and the last three offsets. */
export interface SequenceState {
  literalLengths: FseTable | null;
  offsets: FseTable | null;
  matchLengths: FseTable | null;
  repeated: [number, number, number];
}

/** The state before the first block of a frame. RFC 8878, section 3.1.1.5. */
export function newSequenceState(): SequenceState {
  return { literalLengths: null, offsets: null, matchLengths: null, repeated: [1, 4, 8] };
}

/**
 * Decodes the sequences section of a block and carries it out: literals and matches into `target` from `to` on; returns where
 * they end. RFC 8878, sections 3.1.1.3.2 and 3.1.1.4.
 *
 * @param frameStart where the frame began in `target`: nothing before it can be repeated
 */
export function runSequences(
  view: DataView,
  start: number,
  end: number,
  state: SequenceState,
  literals: Uint8Array,
  target: Uint8Array,
  to: number,
  frameStart: number,
): number {
  const { count, at } = readCount(view, start, end);
  if (count === 0) {
    if (at !== end) {
      throw new FormatError(STRUCTURE, "there are none, and bytes after them");
    }
    return copyLiterals(literals, 0, literals.length, target, to);
  }
  const bits = readTables(view, at, end, state);
  const { literalLengths, offsets, matchLengths, repeated } = state;
  if (literalLengths === null || offsets === null || matchLengths === null) {
    throw new FormatError(STRUCTURE, "they use the table of a block before, and there is none");
  }
  let literalState = bits.read(literalLengths.accuracyLog);
  let offsetState = bits.read(offsets.accuracyLog);
  let matchState = bits.read(matchLengths.accuracyLog);
  let [recent, second, third] = repeated;
  let from = 0;
  let out = to;
  for (let i = 0; i < count; i++) {
    const offsetCode = offsets.symbols[offsetState] as number;
    const matchCode = matchLengths.symbols[matchState] as number;
    const literalCode = literalLengths.symbols[literalState] as number;
    // Offsets have up to 31 bits, more than one word can be shifted to.
    const offsetBits = offsetCode > 24 ? bits.read(offsetCode - 16) * 65536 + bits.read(16) : bits.read(offsetCode);
    const matchLength = (MATCH_LENGTH_BASES[matchCode] as number) + bits.read(MATCH_LENGTH_BITS[matchCode] as number);
    const literalCount =
      (LITERAL_LENGTH_BASES[literalCode] as number) + bits.read(LITERAL_LENGTH_BITS[literalCode] as number);
    let offset = 2 ** offsetCode + offsetBits - 3;
    if (offset > 0) {
      third = second;
      second = recent;
      recent = offset;
    } else {
      // Values 1 to 3 name an offset that was used before; without literals, the one after it.
      const which = offset + 2 + (literalCount === 0 ? 1 : 0);
      offset = which === 0 ? recent : which === 1 ? second : which === 2 ? third : recent - 1;
      if (which > 1) {
        third = second;
      }
      if (which > 0) {
        second = recent;
      }
      recent = offset;
    }
    if (bits.left < 0) {
      throw new FormatError(STRUCTURE, "their stream ends before the last of them");
    }
    if (from + literalCount > literals.length) {
      throw new FormatError(STRUCTURE, "they take more literals than there are");
    }
    out = copyLiterals(literals, from, from + literalCount, target, out);
    from += literalCount;
    if (offset <= 0 || offset > out - frameStart) {
      throw new FormatError(STRUCTURE, `a match begins ${offset} bytes back where there are ${out - frameStart}`);
    }
    if (out + matchLength > target.length) {
      throw tooLong(target.length);
    }
    copyMatch(target, out, offset, matchLength);
    out += matchLength;
    if (i + 1 < count) {
      literalState = nextState(literalLengths, literalState, bits);
      matchState = nextState(matchLengths, matchState, bits);
      offsetState = nextState(offsets, offsetState, bits);
    }
  }
  if (bits.left !== 0) {
    throw new FormatError(STRUCTURE, "their stream holds more than them");
  }
  state.repeated = [recent, second, third];
  return copyLiterals(literals, from, literals.length, target, out);
}

/** RFC 8878, section 3.1.1.3.2.1, "Number_of_Sequences". */
function readCount(view: DataView, start: number, end: number): { readonly count: number; readonly at: number } {
  const first = start < end ? view.getUint8(start) : -1;
  const size = first < 128 ? 1 : first < 255 ? 2 : 3;
  if (start + size > end) {
    throw new FormatError(STRUCTURE, "there are no bytes for their number");
  }
  const at = start + size;
  switch (size) {
    case 1:
      return { count: first, at };
    case 2:
      return { count: ((first - 128) << 8) + view.getUint8(start + 1), at };
    default:
      return { count: view.getUint16(start + 1, true) + 0x7f00, at };
  }
}

/** Reads the tables of a block into the state, and gives the stream after them. RFC 8878, section 3.1.1.3.2.1. */
function readTables(view: DataView, start: number, end: number, state: SequenceState): BackwardBits {
  if (start >= end) {
    throw new FormatError(STRUCTURE, "there are no bytes for their tables");
  }
  const modes = view.getUint8(start);
  if ((modes & 3) !== 0) {
    throw new FormatError(STRUCTURE, "reserved bits are set");
  }
  let at = start + 1;
  const table = (mode: number, kind: CodeKind, previous: FseTable | null): FseTable | null => {
    switch (mode) {
      case 0:
        return kind.predefined;
      case 1: {
        const symbol = at < end ? view.getUint8(at) : kind.symbols;
        if (symbol >= kind.symbols) {
          throw new FormatError(STRUCTURE, `there is no code ${symbol}`);
        }
        at++;
        return rleTable(symbol);
      }
      case 2: {
        const read = readFseTable(view, at, end, kind);
        at = read.end;
        return read.table;
      }
      default:
        return previous;
    }
  };
  state.literalLengths = table(modes >>> 6, LITERAL_LENGTHS, state.literalLengths);
  state.offsets = table((modes >>> 4) & 3, OFFSETS, state.offsets);
  state.matchLengths = table((modes >>> 2) & 3, MATCH_LENGTHS, state.matchLengths);
  return new BackwardBits(view, at, end);
}

function copyLiterals(literals: Uint8Array, from: number, end: number, target: Uint8Array, to: number): number {
  const after = to + end - from;
  if (after > target.length) {
    throw tooLong(target.length);
  }
  if (end - from > 16) {
    target.set(literals.subarray(from, end), to);
  } else {
    for (let at = to, next = from; next < end; ) {
      target[at++] = literals[next++] as number;
    }
  }
  return after;
}

function tooLong(most: number): FormatError {
  return new FormatError("Zstandard frame", `it decodes to more than the ${most} bytes there may be`);
}
