import { type Dataspace, type Datatype, encodeText, HdfiveError, type ReferenceType } from "@hdfive/format";
import {
  CompoundArray,
  compound,
  ObjectReference,
  reference,
  string,
  type UserArray,
  vlen,
  withOffsetSize,
} from "../array/index.js";
import { loadDataset } from "../engine/datasets/dataset-header.js";
import { findAttribute } from "../engine/object-header/attributes.js";
import type { Tx } from "../engine/transaction/tx.js";
import { attributeArray } from "./attribute-value.js";
import { dropAttribute, storeAttribute } from "./attribute-write.js";
import { dataspaceOf } from "./dataspace.js";
import { isScale } from "./scale-attributes.js";

/** An entry of REFERENCE_LIST: a dataset, and the axis of it that a scale belongs to. */
interface Use {
  readonly dataset: ObjectReference;
  readonly dimension: number;
}

const CLASS_NAME = "DIMENSION_SCALE";

/**
 * Makes a dataset a dimension scale, or gives one another name. HDF5 Dimension Scale Specification, section 3.1.
 *
 * @throws HdfiveError `WRONG_KIND` for a dataset that has scales itself
 */
export function makeScale(tx: Tx, address: number, name: string): void {
  tx.requireWritable();
  if (findAttribute(tx, address, "DIMENSION_LIST") !== null) {
    throw new HdfiveError("WRONG_KIND", "A dataset that has dimension scales cannot be one: detach them first");
  }
  putText(tx, address, "CLASS", CLASS_NAME);
  putText(tx, address, "NAME", name);
}

/**
 * Attaches a scale to an axis of a dataset, after those that are there; one that is there already stays where it is. A
 * dataset that is no scale becomes one. HDF5 Dimension Scale Specification, sections 3.1 and 3.2.
 *
 * @throws HdfiveError `WRONG_KIND` when the dataset is a scale, or the scale has scales
 */
export function attachScale(tx: Tx, address: number, axis: number, scale: number): void {
  tx.requireWritable();
  loadDataset(tx, scale);
  if (address === scale || isScale(tx, address)) {
    throw new HdfiveError("WRONG_KIND", "Dimension scales are attached to datasets that are none themselves");
  }
  if (findAttribute(tx, scale, "DIMENSION_LIST") !== null) {
    throw new HdfiveError("WRONG_KIND", "A dataset that has dimension scales cannot be attached as one");
  }
  if (!isScale(tx, scale)) {
    putText(tx, scale, "CLASS", CLASS_NAME);
  }
  const lists = dimensionLists(tx, address);
  const list = lists[axis] as ObjectReference[];
  if (!list.some((entry) => entry.address === scale)) {
    list.push(new ObjectReference(scale));
    putLists(tx, address, lists);
  }
  const uses = usesOf(tx, scale);
  if (!uses.some((use) => use.dataset.address === address && use.dimension === axis)) {
    putUses(tx, scale, [...uses, { dataset: new ObjectReference(address), dimension: axis }]);
  }
}

/** Takes a scale from an axis; `NOT_FOUND` when it is not attached there. Attributes that become empty go. */
export function detachScale(tx: Tx, address: number, axis: number, scale: number): void {
  tx.requireWritable();
  const lists = dimensionLists(tx, address);
  const list = lists[axis] as ObjectReference[];
  const left = list.filter((entry) => entry.address !== scale);
  if (left.length === list.length) {
    throw new HdfiveError("NOT_FOUND", `Unable to detach scale: it is not attached to axis ${axis}`);
  }
  lists[axis] = left;
  putLists(tx, address, lists);
  const uses = usesOf(tx, scale);
  putUses(
    tx,
    scale,
    uses.filter((use) => use.dataset.address !== address || use.dimension !== axis),
  );
}

/** Sets the label of an axis; the others keep theirs. HDF5 Dimension Scale Specification, section 3.2. */
export function setLabel(tx: Tx, address: number, axis: number, label: string): void {
  const record = findAttribute(tx, address, "DIMENSION_LABELS");
  const stored = record === null ? null : attributeArray(tx, record);
  const labels = rankOf(tx, address).map((_, i) => {
    const text: unknown = stored !== null && Array.isArray(stored.data) ? stored.data[i] : undefined;
    return i === axis ? label : typeof text === "string" ? text : "";
  });
  const isAscii = labels.every((text) => !/[^\0-\x7f]/.test(text));
  // libhdf5 says ASCII whatever the label holds; what cannot be said to be that is said to be what it is.
  const fresh = string({ charset: isAscii ? "ascii" : "utf-8" });
  put(tx, address, "DIMENSION_LABELS", fresh, dataspaceOf([labels.length], null), labels);
}

/** The scales of every axis (attribute DIMENSION_LIST); empty lists where there are none. */
function dimensionLists(tx: Tx, address: number): ObjectReference[][] {
  const record = findAttribute(tx, address, "DIMENSION_LIST");
  const stored = record === null ? null : attributeArray(tx, record);
  return rankOf(tx, address).map((_, axis) => {
    const list: unknown = stored !== null && Array.isArray(stored.data) ? stored.data[axis] : undefined;
    return Array.isArray(list) ? list.filter((entry) => entry instanceof ObjectReference && !entry.isNull) : [];
  });
}

function putLists(tx: Tx, address: number, lists: readonly (readonly ObjectReference[])[]): void {
  if (lists.every(({ length }) => length === 0)) {
    dropAttribute(tx, address, "DIMENSION_LIST");
    return;
  }
  const record = findAttribute(tx, address, "DIMENSION_LIST");
  const datatype = record?.datatype ?? vlen(objectReference(tx));
  put(tx, address, "DIMENSION_LIST", datatype, dataspaceOf([lists.length], null), lists);
}

/** The axes that a scale belongs to (attribute REFERENCE_LIST). */
function usesOf(tx: Tx, scale: number): Use[] {
  const record = findAttribute(tx, scale, "REFERENCE_LIST");
  const stored = record === null ? null : attributeArray(tx, record);
  if (stored === null || !(stored.data instanceof CompoundArray)) {
    return [];
  }
  const { data } = stored;
  return Array.from({ length: data.length }, (_, i) => data.row(i)).flatMap(({ dataset, dimension }) =>
    dataset instanceof ObjectReference && typeof dimension === "number" ? [{ dataset, dimension }] : [],
  );
}

function putUses(tx: Tx, scale: number, uses: readonly Use[]): void {
  const record = findAttribute(tx, scale, "REFERENCE_LIST");
  if (uses.length > 0) {
    const datatype = record?.datatype ?? useType(tx);
    put(tx, scale, "REFERENCE_LIST", datatype, dataspaceOf([uses.length], null), uses);
  } else if (record !== null) {
    dropAttribute(tx, scale, "REFERENCE_LIST");
  }
}

/** The compound of REFERENCE_LIST as libhdf5 lays it out: a structure of C, padded at its end. */
function useType(tx: Tx): Datatype {
  const entry = objectReference(tx);
  const packed = compound([
    ["dataset", entry],
    ["dimension", "uint32"],
  ]);
  return { ...packed, size: Math.ceil(packed.size / entry.size) * entry.size };
}

function objectReference(tx: Tx): ReferenceType {
  return withOffsetSize(reference(), tx.context.offsetSize) as ReferenceType;
}

function rankOf(tx: Tx, address: number): readonly number[] {
  return loadDataset(tx, address).dataspace.dimensions;
}

/** Text of exactly its own length, as the high-level library stores it. */
function putText(tx: Tx, address: number, name: string, text: string): void {
  const isAscii = !/[^\0-\x7f]/.test(text);
  const length = encodeText(text).length + 1;
  const datatype = string({ length, charset: isAscii ? "ascii" : "utf-8", padding: "null-terminate" });
  put(tx, address, name, datatype, dataspaceOf([], null), [text]);
}

function put(tx: Tx, address: number, name: string, like: Datatype, dataspace: Dataspace, values: UserArray): void {
  const datatype = withOffsetSize(like, tx.context.offsetSize);
  // The library writes the lists of a dataset in place, and makes the other attributes anew.
  const keepsOrder = name.startsWith("DIMENSION_");
  storeAttribute(tx, address, { name, datatype, committedAddress: null, dataspace, values, keepsOrder });
}
