import { FormatError, objectHeader } from "@hdfive/format";
import { CompoundArray, ObjectReference } from "../array/index.js";
import { findAttribute } from "../engine/object-header/attributes.js";
import type { Tx } from "../engine/transaction/tx.js";
import { attributeArray } from "./attribute-value.js";

/** What NAME begins with for a dimension of netCDF-4 that has a length and no values; the length follows. */
const NO_VARIABLE = "This is a netCDF dimension but not a netCDF variable.";

/** What a dataset says of itself as a dimension scale: the coordinates along axes of other datasets. */
export interface DimensionScale {
  /** The name it was given (attribute NAME); empty when it has none. */
  readonly name: string;
  /** False for a dimension of netCDF-4 that has a length and no values: what the dataset holds means nothing. */
  readonly hasValues: boolean;
  /** Number of the dimension in a netCDF-4 file (attribute `_Netcdf4Dimid`), else `null`. */
  readonly netcdfDimensionId: number | null;
  /** The datasets that the scale is attached to, and along which of their axes (attribute REFERENCE_LIST). */
  readonly attachedTo: readonly { readonly dataset: ObjectReference; readonly axis: number }[];
}

/** What a dataset is as a dimension scale; `null` when it is none. HDF5 Dimension Scale Specification, section 3.1. */
export function scaleOf(tx: Tx, address: number): DimensionScale | null {
  if (!isScale(tx, address)) {
    return null;
  }
  const name = scaleName(tx, address);
  const id = findAttribute(tx, address, "_Netcdf4Dimid");
  const number = id === null ? undefined : attributeArray(tx, id)?.data;
  const first = number !== undefined && "0" in number ? number[0] : undefined;
  return {
    name,
    hasValues: !name.startsWith(NO_VARIABLE),
    netcdfDimensionId: typeof first === "number" ? first : null,
    attachedTo: attachedTo(tx, address),
  };
}

/** Whether a dataset says that it is a dimension scale (attribute CLASS). */
export function isScale(tx: Tx, address: number): boolean {
  return textOf(tx, address, "CLASS", 0) === "DIMENSION_SCALE";
}

/** The name that a scale was given; empty when it has none. */
export function scaleName(tx: Tx, address: number): string {
  return textOf(tx, address, "NAME", 0);
}

/** The label of an axis (attribute DIMENSION_LABELS); empty when it has none. */
export function axisLabel(tx: Tx, address: number, axis: number): string {
  return textOf(tx, address, "DIMENSION_LABELS", axis);
}

/**
 * The scales attached to an axis, in the order in which they were attached (attribute DIMENSION_LIST, a sequence of
 * references of either kind per axis). Their headers are fetched along.
 */
export function attachedScales(tx: Tx, address: number, axis: number): readonly ObjectReference[] {
  const record = findAttribute(tx, address, "DIMENSION_LIST");
  const lists = record === null ? null : attributeArray(tx, record);
  const list: unknown = lists !== null && Array.isArray(lists.data) ? lists.data[axis] : undefined;
  if (list === undefined) {
    return [];
  }
  if (!Array.isArray(list) || !list.every((item) => item instanceof ObjectReference)) {
    throw new FormatError("attribute", "DIMENSION_LIST does not hold references to objects", { address });
  }
  const scales = list.filter(({ isNull }) => !isNull);
  tx.wantNodes(
    objectHeader,
    scales.filter(({ fileName }) => fileName === null).map((scale) => scale.address),
  );
  return scales;
}

function attachedTo(tx: Tx, address: number): DimensionScale["attachedTo"] {
  const record = findAttribute(tx, address, "REFERENCE_LIST");
  const rows = record === null ? null : attributeArray(tx, record);
  if (rows === null || !(rows.data instanceof CompoundArray)) {
    return [];
  }
  const { data } = rows;
  return Array.from({ length: data.length }, (_, i) => data.row(i)).flatMap(({ dataset, dimension }) =>
    dataset instanceof ObjectReference && !dataset.isNull && typeof dimension === "number"
      ? [{ dataset, axis: dimension }]
      : [],
  );
}

/** An element of an attribute of strings; empty where there is none. */
function textOf(tx: Tx, address: number, name: string, index: number): string {
  const record = findAttribute(tx, address, name);
  const values = record === null ? null : attributeArray(tx, record);
  const text: unknown = values !== null && Array.isArray(values.data) ? values.data[index] : undefined;
  return typeof text === "string" ? text : "";
}
