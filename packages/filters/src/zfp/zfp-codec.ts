import type { FilterCodec, FilterOptions } from "@hdfive/core";
import { FormatError } from "@hdfive/format";
import { integers32, integers64 } from "./block-integers.js";
import { coefficientOrder } from "./coefficient-order.js";
import { ZfpBits } from "./zfp-bits.js";
import { floatBlocks, integerBlocks, type ZfpBlocks } from "./zfp-block.js";
import { decodeZfpHeader, type ZfpHeader } from "./zfp-header.js";

const STRUCTURE = "ZFP stream";
const BLOCK = 4;

/**
 * ZFP, filter 32013: blocks of four elements in each of one to four dimensions, in all modes. Only read. The client data is a word
 * with versions and zfp's header. Registered Filter Plugins, 32013.
 */
export const zfpCodec: FilterCodec = { id: 32013, name: "zfp", decode };

function decode(bytes: Uint8Array, { clientData, maxSize }: FilterOptions): Uint8Array {
  const header = decodeZfpHeader(clientData);
  const { type, extents } = header;
  const elementSize = type === "int32" || type === "float" ? 4 : 8;
  const count = extents.reduce((product, extent) => product * extent, 1);
  const blockCount = extents.reduce((product, extent) => product * Math.ceil(extent / BLOCK), 1);
  // A block takes a bit at the least.
  if (count * elementSize > maxSize || blockCount > 8 * bytes.length) {
    throw new FormatError(
      STRUCTURE,
      `its header says ${extents.join(" x ")} elements, where ${bytes.length} bytes are stored and ${maxSize} may come out`,
    );
  }
  const result = new Uint8Array(count * elementSize);
  const blocks = blocksOf(header, new DataView(result.buffer));
  const bits = new ZfpBits(bytes);
  const start = extents.map(() => 0);
  for (let block = 0; block < blockCount; block++) {
    blocks.next(bits);
    putBlock(blocks, extents, start);
    for (const [axis, extent] of extents.entries()) {
      start[axis] = (start[axis] as number) + BLOCK;
      if ((start[axis] as number) < extent) {
        break;
      }
      start[axis] = 0;
    }
  }
  return result;
}

function blocksOf(header: ZfpHeader, view: DataView): ZfpBlocks {
  const order = coefficientOrder(header.extents.length);
  switch (header.type) {
    case "int32":
      return integerBlocks(header, integers32(order), view);
    case "int64":
      return integerBlocks(header, integers64(order), view);
    case "float":
      return floatBlocks({ ...header, type: "float" }, integers32(order), view);
    case "double":
      return floatBlocks({ ...header, type: "double" }, integers64(order), view);
  }
}

/** Puts the elements of a block that are within the array; blocks at its margins reach past it. */
function putBlock({ put }: ZfpBlocks, extents: readonly number[], start: readonly number[]): void {
  const [nx = 1, ny = 1, nz = 1, nw = 1] = extents;
  const [x = 0, y = 0, z = 0, w = 0] = start;
  const [ex, ey] = [Math.min(BLOCK, nx - x), Math.min(BLOCK, ny - y)];
  const [ez, ew] = [Math.min(BLOCK, nz - z), Math.min(BLOCK, nw - w)];
  for (let l = 0; l < ew; l++) {
    for (let k = 0; k < ez; k++) {
      for (let j = 0; j < ey; j++) {
        const row = x + nx * (y + j + ny * (z + k + nz * (w + l)));
        const place = BLOCK * (j + BLOCK * (k + BLOCK * l));
        for (let i = 0; i < ex; i++) {
          put(place + i, row + i);
        }
      }
    }
  }
}
