import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import type { BlockSelection, HyperslabSelection, StoredSelection } from "./dataspace-selection.js";
import { readNumberSize, readNumbers, readRank } from "./selection-numbers.js";

const REGULAR = 0x01;
/** Numbers of an axis of a regular hyperslab: start, stride, count, block. */
const PER_AXIS = 4;

/** Reads what follows type and version of a hyperslab selection (X.A, selection type 2). */
export function decodeHyperslab(reader: Reader, version: number): StoredSelection {
  if (version !== 1 && version !== 2 && version !== 3) {
    throw reader.corrupt(`hyperslab selection in version ${version}`);
  }
  const { numberSize, isRegular } = decodeHead(reader, version);
  const rank = readRank(reader);
  const selection = isRegular ? decodeRegular(reader, rank, numberSize) : decodeBlocks(reader, rank, numberSize);
  return { version, numberSize, selection };
}

/** The lengths in versions 1 and 2 are passed over: what follows says how long it is, and libhdf5 does not look either. */
function decodeHead(reader: Reader, version: 1 | 2 | 3): { numberSize: 2 | 4 | 8; isRegular: boolean } {
  if (version === 1) {
    reader.skip(8);
    return { numberSize: 4, isRegular: false };
  }
  const flags = reader.u8();
  if (flags & ~REGULAR) {
    throw reader.corrupt(`flags 0x${flags.toString(16)} of a hyperslab selection`);
  }
  const isRegular = (flags & REGULAR) !== 0;
  if (version === 3) {
    return { numberSize: readNumberSize(reader), isRegular };
  }
  reader.skip(4);
  return { numberSize: 8, isRegular };
}

function decodeRegular(reader: Reader, rank: number, numberSize: number): HyperslabSelection {
  const start: number[] = [];
  const stride: number[] = [];
  const count: (number | null)[] = [];
  const block: (number | null)[] = [];
  for (let axis = 0; axis < rank; axis++) {
    start.push(reader.uint(numberSize));
    const step = reader.uint(numberSize);
    const blocks = reader.optional(numberSize);
    const side = reader.optional(numberSize);
    // Blocks may touch but not overlap; one block needs no stride. libhdf5 refuses these as well.
    if (blocks !== 1 && (step === 0 || (blocks !== 0 && (side === null || step < side)))) {
      throw reader.corrupt(`blocks of ${side ?? "unlimited"} elements at every ${step} on axis ${axis}`);
    }
    stride.push(step);
    count.push(blocks);
    block.push(side);
  }
  return { kind: "hyperslab", start, stride, count, block };
}

function decodeBlocks(reader: Reader, rank: number, numberSize: number): BlockSelection {
  const count = reader.uint(numberSize);
  const corners = readNumbers(reader, count * 2 * rank, numberSize);
  for (let first = 0; first < corners.length; first += 2 * rank) {
    for (let axis = 0; axis < rank; axis++) {
      const start = corners[first + axis] as number;
      const end = corners[first + rank + axis] as number;
      if (start > end) {
        throw reader.corrupt(`a block from ${start} to ${end} on axis ${axis}`);
      }
    }
  }
  return { kind: "blocks", rank, corners };
}

/** Writes what follows type and version of a hyperslab selection (X.A, selection type 2). */
export function encodeHyperslab(
  stored: StoredSelection,
  selection: HyperslabSelection | BlockSelection,
  writer: Writer,
): void {
  const { version, numberSize } = stored;
  const isRegular = selection.kind === "hyperslab";
  if ((version === 1 && (isRegular || numberSize !== 4)) || (version === 2 && numberSize !== 8)) {
    throw writer.invalid(`${selection.kind} in version ${version} with numbers of ${numberSize} bytes`);
  }
  const rank = isRegular ? selection.start.length : selection.rank;
  const body = bodySize(stored, selection);
  if (version === 1) {
    writer.zeros(4);
    writer.u32(4 + body);
  } else {
    writer.u8(isRegular ? REGULAR : 0);
    if (version === 2) {
      writer.u32(4 + body);
    } else {
      writer.u8(numberSize);
    }
  }
  writer.u32(rank);
  if (isRegular) {
    for (const [axis, first] of selection.start.entries()) {
      writer.uint(first, numberSize);
      writer.uint(selection.stride[axis] ?? 1, numberSize);
      writer.optional(selection.count[axis] ?? null, numberSize);
      writer.optional(selection.block[axis] ?? null, numberSize);
    }
    return;
  }
  writer.uint(selection.corners.length / (2 * rank), numberSize);
  for (const index of selection.corners) {
    writer.uint(index, numberSize);
  }
}

/** Bytes that `encodeHyperslab` writes. */
export function hyperslabSize(stored: StoredSelection, selection: HyperslabSelection | BlockSelection): number {
  const head = { 1: 8, 2: 5, 3: 2 }[stored.version];
  return head + 4 + bodySize(stored, selection);
}

/** Bytes after the rank. */
function bodySize({ numberSize }: StoredSelection, selection: HyperslabSelection | BlockSelection): number {
  const numbers = selection.kind === "hyperslab" ? PER_AXIS * selection.start.length : 1 + selection.corners.length;
  return numbers * numberSize;
}
