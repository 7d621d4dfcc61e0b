import { type FseTable, fseTable } from "./fse-table.js";

/** What a table of codes may be, and what it is when the block does not say. RFC 8878, section 3.1.1.3.2.1. */
export interface CodeKind {
  readonly accuracyLog: number;
  readonly symbols: number;
  readonly predefined: FseTable;
}

/** Shortest length of each literal length code. RFC 8878, section 3.1.1.3.2.1.1. */
export const LITERAL_LENGTH_BASES: readonly number[] = [
  ...Array.from({ length: 16 }, (_, code) => code),
  16,
  18,
  20,
  22,
  24,
  28,
  32,
  40,
  48,
  64,
  128,
  256,
  512,
  1024,
  2048,
  4096,
  8192,
  16384,
  32768,
  65536,
];
/** Bits after each literal length code. RFC 8878, section 3.1.1.3.2.1.1. */
export const LITERAL_LENGTH_BITS: readonly number[] = [
  ...new Array<number>(16).fill(0),
  1,
  1,
  1,
  1,
  2,
  2,
  3,
  3,
  4,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  16,
];
/** Shortest length of each match length code. RFC 8878, section 3.1.1.3.2.1.1. */
export const MATCH_LENGTH_BASES: readonly number[] = [
  ...Array.from({ length: 32 }, (_, code) => code + 3),
  35,
  37,
  39,
  41,
  43,
  47,
  51,
  59,
  67,
  83,
  99,
  131,
  259,
  515,
  1027,
  2051,
  4099,
  8195,
  16387,
  32771,
  65539,
];
/** Bits after each match length code. RFC 8878, section 3.1.1.3.2.1.1. */
export const MATCH_LENGTH_BITS: readonly number[] = [
  ...new Array<number>(32).fill(0),
  1,
  1,
  1,
  1,
  2,
  2,
  3,
  3,
  4,
  4,
  5,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  16,
];

const ones = (length: number): number[] => new Array<number>(length).fill(1);
const rare = (length: number): number[] => new Array<number>(length).fill(-1);

/** Codes of literal lengths, with their default distribution. RFC 8878, section 3.1.1.3.2.2. */
export const LITERAL_LENGTHS: CodeKind = {
  accuracyLog: 9,
  symbols: LITERAL_LENGTH_BASES.length,
  predefined: fseTable(
    [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, ...ones(5), ...rare(4)],
    6,
  ),
};
/** Codes of offsets, with their default distribution. RFC 8878, section 3.1.1.3.2.2. */
export const OFFSETS: CodeKind = {
  accuracyLog: 8,
  symbols: 32,
  predefined: fseTable([...ones(6), 2, 2, 2, ...ones(15), ...rare(5)], 5),
};
/** Codes of match lengths, with their default distribution. RFC 8878, section 3.1.1.3.2.2. */
export const MATCH_LENGTHS: CodeKind = {
  accuracyLog: 9,
  symbols: MATCH_LENGTH_BASES.length,
  predefined: fseTable([1, 4, 3, 2, 2, 2, 2, 2, 2, ...ones(37), ...rare(7)], 6),
};
