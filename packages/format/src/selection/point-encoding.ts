import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import type { PointSelection, StoredSelection } from "./dataspace-selection.js";
import { readNumberSize, readNumbers, readRank } from "./selection-numbers.js";

/** Bytes after the length field of version 1 that come before the coordinates: rank and number of points. */
const COUNTED_HEAD = 8;

/** Reads what follows type and version of a selection of points (X.A, selection type 1). */
export function decodePoints(reader: Reader, version: number): StoredSelection {
  if (version !== 1 && version !== 2) {
    throw reader.corrupt(`selection of points in version ${version}`);
  }
  let numberSize: 2 | 4 | 8 = 4;
  if (version === 1) {
    // Reserved bytes, and a length that libhdf5 does not look at either.
    reader.skip(8);
  } else {
    numberSize = readNumberSize(reader);
  }
  const rank = readRank(reader);
  const count = reader.uint(numberSize);
  const coordinates = readNumbers(reader, count * rank, numberSize);
  return { version, numberSize, selection: { kind: "points", rank, coordinates } };
}

/** Writes what follows type and version of a selection of points (X.A, selection type 1). */
export function encodePoints(
  { version, numberSize }: StoredSelection,
  { rank, coordinates }: PointSelection,
  writer: Writer,
): void {
  if (version === 3 || (version === 1 && numberSize !== 4)) {
    throw writer.invalid(`selection of points in version ${version} with numbers of ${numberSize} bytes`);
  }
  if (version === 1) {
    writer.zeros(4);
    writer.u32(COUNTED_HEAD + coordinates.length * numberSize);
  } else {
    writer.u8(numberSize);
  }
  writer.u32(rank);
  writer.uint(coordinates.length / rank, numberSize);
  for (const index of coordinates) {
    writer.uint(index, numberSize);
  }
}

/** Bytes that `encodePoints` writes. */
export function pointsSize({ version, numberSize }: StoredSelection, { coordinates }: PointSelection): number {
  return (version === 1 ? 8 + COUNTED_HEAD : 5 + numberSize) + coordinates.length * numberSize;
}
