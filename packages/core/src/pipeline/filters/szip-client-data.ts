import { type Datatype, HdfiveError } from "@hdfive/format";
import { encodeSzipParameters } from "@hdfive/format/filters";
import { elementCount } from "../../array/index.js";
import type { FilterTarget } from "../filter-codec.js";

/** Bit of the first value: differences of neighbours are coded. */
const NEAREST_NEIGHBOUR = 32;
const BLOCKS_PER_SCANLINE = 128;
const PIXELS_PER_SCANLINE = 4096;
/** Bits of the first value that only a datatype settles. */
const ORDER_BITS = 8 | 16;
const PLACEHOLDER = { byteOrder: "LE", bitsPerPixel: 8, pixelsPerScanline: 1 } as const;

/**
 * The client data of the szip filter for a dataset, from the options and the pixels per block: as libhdf5's `set_local`.
 *
 * A pixel has as many bits as are meant in the datatype, and a scanline is the fastest axis of a chunk where that has a
 * length that the coder takes.
 */
export function szipClientData(values: readonly number[], target: FilterTarget): readonly number[] {
  const [options = NEAREST_NEIGHBOUR, pixelsPerBlock = 8] = values;
  const { datatype, chunkShape } = target;
  const number = numberOf(datatype);
  if (datatype.class === "variable-length") {
    // libhdf5 asks no filter about such data; each chunk is then stored without szip.
    const [mask = 0] = encodeSzipParameters({ ...PLACEHOLDER, nearestNeighbour: isNearest(options), pixelsPerBlock });
    return [mask & ~ORDER_BITS, pixelsPerBlock];
  }
  const sizeBits = datatype.size * 8;
  if (number === null || (sizeBits > 32 && sizeBits !== 64)) {
    throw new HdfiveError(
      "UNSUPPORTED",
      `The szip filter takes numbers of 1 to 4 or 8 bytes, not ${datatype.class} data of ${datatype.size} bytes`,
    );
  }
  const count = elementCount(chunkShape);
  const fastest = chunkShape.at(-1) ?? 1;
  const longest = pixelsPerBlock * BLOCKS_PER_SCANLINE;
  if (fastest < pixelsPerBlock && count < pixelsPerBlock) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `szip: pixels per block (${pixelsPerBlock}) greater than total number of elements in the chunk (${count})`,
    );
  }
  return encodeSzipParameters({
    nearestNeighbour: isNearest(options),
    byteOrder: number.byteOrder,
    bitsPerPixel: pixelBits(number, sizeBits),
    pixelsPerBlock,
    pixelsPerScanline:
      fastest < pixelsPerBlock
        ? Math.min(longest, count)
        : fastest <= PIXELS_PER_SCANLINE
          ? Math.min(longest, fastest)
          : longest,
  });
}

function isNearest(options: number): boolean {
  return (options & NEAREST_NEIGHBOUR) !== 0;
}

interface StoredNumber {
  readonly byteOrder: "LE" | "BE";
  readonly bitPrecision: number;
  readonly bitOffset: number;
}

/** The numbers that elements are or are made of; `null` where there are none or they are in no one order. */
function numberOf(datatype: Datatype): StoredNumber | null {
  switch (datatype.class) {
    case "fixed-point":
    case "bitfield":
      return datatype;
    case "floating-point":
      return datatype.byteOrder === "VAX" ? null : { ...datatype, byteOrder: datatype.byteOrder };
    case "time":
      return { ...datatype, bitOffset: 0 };
    case "enumeration":
    case "array":
      return numberOf(datatype.base);
    default:
      return null;
  }
}

/** Above 24 bits the coder knows pixels of 32 and 64 bits alone; bits below the number make all of its bytes count. */
function pixelBits({ bitPrecision, bitOffset }: StoredNumber, sizeBits: number): number {
  const bits = bitPrecision < sizeBits && bitOffset !== 0 ? sizeBits : bitPrecision;
  return bits <= 24 ? bits : bits <= 32 ? 32 : 64;
}
