/** The creation parameters of a fractal heap's doubling table. File Format Specification, section III.G. */
export interface DoublingTable {
  /** Blocks in each row, a power of two. */
  readonly tableWidth: number;
  /** Bytes of a block in the first two rows, a power of two; every row after them doubles it. */
  readonly startingBlockSize: number;
  /** Bytes of the largest direct block, a power of two; rows with larger blocks hold indirect ones. */
  readonly maxDirectBlockSize: number;
  /** Bits of an offset into the heap. */
  readonly maxHeapBits: number;
}

/** Where an offset into an indirect block's stretch of the heap lies. Section III.G. */
export interface TablePlace {
  readonly row: number;
  /** Index of the child among all children of the indirect block. */
  readonly entry: number;
  /** Offset of the child's first byte, counted from the indirect block's. */
  readonly start: number;
  /** Bytes of the heap that the child stands for. */
  readonly size: number;
}

/** Whether a number is a power of two. */
function isPowerOfTwo(value: number): boolean {
  return value >= 1 && 2 ** Math.round(Math.log2(value)) === value;
}

/** The largest power of two that is not greater, as its exponent; exact up to 2^53. */
function floorLog2(value: number): number {
  const rounded = Math.floor(Math.log2(value));
  return 2 ** rounded > value ? rounded - 1 : rounded;
}

/** What is wrong with a table's parameters, or `null`. Section III.G. */
export function tableProblem(table: DoublingTable): string | null {
  const { tableWidth, startingBlockSize, maxDirectBlockSize, maxHeapBits } = table;
  if (!isPowerOfTwo(tableWidth) || !isPowerOfTwo(startingBlockSize) || !isPowerOfTwo(maxDirectBlockSize)) {
    return `width ${tableWidth}, starting block of ${startingBlockSize} and largest direct block of ${maxDirectBlockSize} bytes are not all powers of two`;
  }
  if (startingBlockSize > maxDirectBlockSize) {
    return `starting block of ${startingBlockSize} bytes is larger than the largest direct block of ${maxDirectBlockSize}`;
  }
  const rowBits = Math.log2(startingBlockSize * tableWidth);
  if (maxHeapBits > 64 || rowBits > maxHeapBits || Math.log2(maxDirectBlockSize) > maxHeapBits) {
    return `offsets of ${maxHeapBits} bits do not reach over a row of blocks`;
  }
  return null;
}

/** Bytes of a field that holds an offset into the heap. Section III.G. */
export function heapOffsetSize({ maxHeapBits }: DoublingTable): number {
  return Math.ceil(maxHeapBits / 8);
}

/** Rows that hold direct blocks, in an indirect block that has so many. Section III.G. */
export function directRowCount({ startingBlockSize, maxDirectBlockSize }: DoublingTable): number {
  return Math.log2(maxDirectBlockSize) - Math.log2(startingBlockSize) + 2;
}

/** Most rows of an indirect block: the root then reaches over the whole heap. Section III.G. */
export function maxRowCount({ startingBlockSize, tableWidth, maxHeapBits }: DoublingTable): number {
  return maxHeapBits - Math.log2(startingBlockSize) - Math.log2(tableWidth) + 1;
}

/** Bytes that each block of a row stands for. Section III.G. */
export function rowBlockSize({ startingBlockSize }: DoublingTable, row: number): number {
  return row === 0 ? startingBlockSize : startingBlockSize * 2 ** (row - 1);
}

/** Rows of an indirect block that stands for `size` bytes of the heap. Section III.G. */
export function indirectRowCount({ startingBlockSize, tableWidth }: DoublingTable, size: number): number {
  return Math.log2(size) - Math.log2(startingBlockSize) - Math.log2(tableWidth) + 1;
}

/** The child of an indirect block in which an offset lies, counted from the block's first byte. Section III.G. */
export function placeInTable(table: DoublingTable, offset: number): TablePlace {
  const { startingBlockSize, tableWidth } = table;
  const firstRow = startingBlockSize * tableWidth;
  // A row stands for as many bytes as all rows before it.
  const highBit = offset < firstRow ? 0 : floorLog2(offset);
  const row = offset < firstRow ? 0 : highBit - Math.log2(firstRow) + 1;
  const rowStart = row === 0 ? 0 : 2 ** highBit;
  const size = rowBlockSize(table, row);
  const column = Math.floor((offset - rowStart) / size);
  return { row, entry: row * tableWidth + column, start: rowStart + column * size, size };
}
