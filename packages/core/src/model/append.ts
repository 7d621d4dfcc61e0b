import { HdfiveError } from "@hdfive/format";
import { type Slice, shapesEqual, shapeText, slice, userArray } from "../array/index.js";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";

/** What appending values to a dataset comes to: its new shape, and the rows that the values fill. */
export interface Appended {
  readonly shape: readonly number[];
  readonly rows: Slice;
}

/** Finds out whether values are one row of a dataset or several, and where they go. */
export function appended({ datatype, dataspace }: DatasetHeader, values: unknown): Appended {
  const [length, ...row] = dataspace.dimensions;
  if (length === undefined) {
    throw new HdfiveError("WRONG_KIND", "A scalar dataset has no axis to append along");
  }
  const { shape } = userArray(values, datatype);
  const isRow = shapesEqual(shape, row);
  const added = isRow ? 1 : shape[0];
  if (added === undefined || !(isRow || shapesEqual(shape.slice(1), row))) {
    const whole = shapeText(dataspace.dimensions);
    throw new HdfiveError(
      "SHAPE_MISMATCH",
      `Can't append ${shapeText(shape)} to ${whole}: a row has the shape ${shapeText(row)}`,
    );
  }
  return { shape: [length + added, ...row], rows: slice(length, length + added) };
}
