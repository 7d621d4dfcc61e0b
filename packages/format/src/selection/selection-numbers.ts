import { MAX_RANK } from "../messages/dataspace.js";
import type { Reader } from "../reader.js";

/** Reads the rank of a selection and checks it (X.A): points and blocks of scalars do not exist. */
export function readRank(reader: Reader): number {
  const rank = reader.u32();
  if (rank < 1 || rank > MAX_RANK) {
    throw reader.corrupt(`selection of ${rank} dimensions where 1 to ${MAX_RANK} are possible`);
  }
  return rank;
}

/** Reads the byte that says how wide numbers are (X.A): 2, 4 or 8. */
export function readNumberSize(reader: Reader): 2 | 4 | 8 {
  const size = reader.u8();
  if (size !== 2 && size !== 4 && size !== 8) {
    throw reader.corrupt(`numbers of ${size} bytes in a selection`);
  }
  return size;
}

/** Reads so many numbers, after a check that there are as many. */
export function readNumbers(reader: Reader, count: number, size: number): Float64Array {
  reader.need(count * size);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    numbers[i] = reader.uint(size);
  }
  return numbers;
}

/** The fewest bytes, of 2, 4 and 8, that hold a number. */
export function numberSizeFor(largest: number): 2 | 4 | 8 {
  return largest > 0xffffffff ? 8 : largest > 0xffff ? 4 : 2;
}
