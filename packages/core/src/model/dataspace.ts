import { type Dataspace, HdfiveError, MAX_RANK } from "@hdfive/format";
import { elementCount } from "../array/index.js";

/**
 * The dataspace of a shape as libhdf5 writes it by default: version 1, maximal dimensions always stored.
 *
 * @param maxShape most elements per axis, `null` for no limit; the shape itself when `null` is given for all of it
 */
export function dataspaceOf(shape: readonly number[], maxShape: readonly (number | null)[] | null): Dataspace {
  if (shape.length > MAX_RANK) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `Dimensionality is too large (${shape.length} axes, ${MAX_RANK} are allowed)`,
    );
  }
  for (const extent of shape) {
    if (!Number.isSafeInteger(extent) || extent < 0) {
      throw new HdfiveError("INVALID_ARGUMENT", `A dimension must be a whole number from 0 on, not ${extent}`);
    }
  }
  elementCount(shape);
  if (shape.length === 0) {
    return { version: 1, type: "scalar", dimensions: [], maxDimensions: null };
  }
  return { version: 1, type: "simple", dimensions: [...shape], maxDimensions: [...(maxShape ?? shape)] };
}
