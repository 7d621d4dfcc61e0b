import { FormatError, UnsupportedError } from "@hdfive/format";
import type { BloscChunk } from "../blosc/blosc-chunk.js";

const STRUCTURE = "Blosc2 NDim metalayer";
const MAX_RANK = 16;
const FIXED_ARRAY = 0x90;
const INT32 = 0xd2;
const INT64 = 0xd3;

/** How an array of several dimensions is cut. Blosc2 NDim Metalayer Format. */
export interface B2ndArray {
  readonly shape: readonly number[];
  readonly blockShape: readonly number[];
}

/** Decodes the "b2nd" metalayer of an array that is one chunk. Blosc2 NDim Metalayer Format. */
export function decodeB2nd(bytes: Uint8Array): B2ndArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rank = bytes[2] ?? 0;
  // Per dimension 9, 5 and 5 bytes, each list after a byte of its own.
  if (bytes.length < 6 + 19 * rank || rank > MAX_RANK) {
    throw new FormatError(STRUCTURE, `${bytes.length} bytes do not hold ${rank} dimensions`);
  }
  let at = 3;
  const list = (type: number): number[] => {
    if (view.getUint8(at++) !== FIXED_ARRAY + rank) {
      throw new FormatError(STRUCTURE, `there is no list of ${rank} at byte ${at - 1}`);
    }
    return Array.from({ length: rank }, () => {
      if (view.getUint8(at++) !== type) {
        throw new FormatError(STRUCTURE, `there is no extent at byte ${at - 1}`);
      }
      const high = type === INT64 ? view.getUint32(at) : 0;
      at += type === INT64 ? 8 : 4;
      return high * 2 ** 32 + view.getUint32(at - 4);
    });
  };
  const shape = list(INT64);
  const chunkShape = list(INT32);
  const blockShape = list(INT32);
  for (const [axis, extent] of shape.entries()) {
    const block = blockShape[axis] as number;
    if (chunkShape[axis] !== extent) {
      throw new UnsupportedError(STRUCTURE, `an array of ${shape.join(" x ")} in chunks of ${chunkShape.join(" x ")}`);
    }
    if (block === 0 || block > extent) {
      throw new FormatError(STRUCTURE, `blocks of ${blockShape.join(" x ")} in a chunk of ${chunkShape.join(" x ")}`);
    }
  }
  return { shape, blockShape };
}

/** Puts the blocks of a chunk into their places in `result`; what pads those at the margins is left out. */
export function assembleBlocks(
  { header, blockCount, readBlock }: BloscChunk,
  { shape, blockShape }: B2ndArray,
  elementSize: number,
  result: Uint8Array,
): void {
  const rank = shape.length;
  const grid = shape.map((extent, axis) => Math.ceil(extent / (blockShape[axis] as number)));
  const blockBytes = blockShape.reduce((product, extent) => product * extent, elementSize);
  const expected = grid.reduce((product, count) => product * count, 1);
  if (blockCount !== expected || header.blockSize !== blockBytes || header.size !== blockBytes * expected) {
    throw new FormatError(
      STRUCTURE,
      `${blockCount} blocks of ${header.blockSize} bytes where ${expected} of ${blockBytes} make the array`,
    );
  }
  const block = new Uint8Array(blockBytes);
  const position = new Array<number>(rank).fill(0);
  for (let index = 0; index < blockCount; index++) {
    readBlock(index, block);
    const start = position.map((at, axis) => at * (blockShape[axis] as number));
    const extents = start.map((at, axis) => Math.min(blockShape[axis] as number, (shape[axis] as number) - at));
    copyRows(block, blockShape, extents, result, shape, start, elementSize);
    for (let axis = rank - 1; axis >= 0; axis--) {
      position[axis] = (position[axis] as number) + 1;
      if ((position[axis] as number) < (grid[axis] as number)) {
        break;
      }
      position[axis] = 0;
    }
  }
}

/** Copies the rows of a block, `extents` of it, to `start` in the array. */
function copyRows(
  block: Uint8Array,
  blockShape: readonly number[],
  extents: readonly number[],
  result: Uint8Array,
  shape: readonly number[],
  start: readonly number[],
  elementSize: number,
): void {
  const rank = shape.length;
  const rowBytes = (extents[rank - 1] ?? 1) * elementSize;
  const rows = extents.slice(0, -1).reduce((product, extent) => product * extent, 1);
  const at = new Array<number>(rank).fill(0);
  for (let row = 0; row < rows; row++) {
    let from = 0;
    let to = 0;
    for (let axis = 0; axis < rank; axis++) {
      from = from * (blockShape[axis] as number) + (at[axis] as number);
      to = to * (shape[axis] as number) + (start[axis] as number) + (at[axis] as number);
    }
    result.set(block.subarray(from * elementSize, from * elementSize + rowBytes), to * elementSize);
    for (let axis = rank - 2; axis >= 0; axis--) {
      at[axis] = (at[axis] as number) + 1;
      if ((at[axis] as number) < (extents[axis] as number)) {
        break;
      }
      at[axis] = 0;
    }
  }
}
