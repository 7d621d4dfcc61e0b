import { HdfiveError } from "@hdfive/format";
import { encodeScaleOffsetParameters } from "@hdfive/format/filters";
import { elementCount } from "../../array/index.js";
import type { FilterTarget } from "../filter-codec.js";

/**
 * The client data of the scale-offset filter for a dataset, from the scale factor: as libhdf5's `set_local`.
 *
 * The fill value is always given to the filter, also the zeros of a dataset without one.
 */
export function scaleOffsetClientData(
  values: readonly number[],
  { datatype, chunkShape, fillValue }: FilterTarget,
): readonly number[] {
  const [scaleFactor = 0] = values;
  const { size } = datatype;
  const isInteger = datatype.class === "fixed-point";
  if (
    !(isInteger || datatype.class === "floating-point") ||
    datatype.byteOrder === "VAX" ||
    !(size === 4 || size === 8 || (isInteger && (size === 1 || size === 2)))
  ) {
    throw new HdfiveError(
      "UNSUPPORTED",
      `The scale-offset filter takes integers of 1, 2, 4 or 8 bytes and floats of 4 or 8, not ${datatype.class} data of ${size}`,
    );
  }
  if (isInteger && scaleFactor > size * 8) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `scaleOffset: ${scaleFactor} bits, where integers of this dtype have ${size * 8}`,
    );
  }
  const fill = fillValue?.slice() ?? new Uint8Array(size);
  return encodeScaleOffsetParameters({
    numbers: isInteger ? "integer" : "float",
    scaleFactor,
    elementCount: elementCount(chunkShape),
    size,
    signed: isInteger && datatype.signed,
    byteOrder: datatype.byteOrder,
    fillValue: datatype.byteOrder === "BE" ? fill.reverse() : fill,
  });
}
