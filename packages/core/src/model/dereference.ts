import { HdfiveError } from "@hdfive/format";
import { AttributeReference, type ObjectReference, RegionReference } from "../array/index.js";
import { findAttribute } from "../engine/object-header/attributes.js";
import type { Task } from "../task.js";
import { type AttributeValue, attributeValue } from "./attribute-value.js";
import { Dataset } from "./dataset.js";
import type { FileContext } from "./file-context.js";
import { type HdfObject, openAt } from "./group.js";
import { NamedDatatype } from "./named-datatype.js";

/** A reference of any kind. */
export type AnyReference = ObjectReference | RegionReference | AttributeReference;

/** What a reference to an attribute points to. */
export interface ReferencedAttribute {
  /** The object that has the attribute. */
  readonly object: HdfObject;
  readonly name: string;
  readonly value: AttributeValue;
}

/** What a reference points to: an object, the dataset of a region, an attribute with its object. */
export function* dereference(context: FileContext, reference: AnyReference): Task<HdfObject | ReferencedAttribute> {
  const { address, fileName, isNull } = reference;
  if (isNull) {
    throw new HdfiveError("NOT_FOUND", "Invalid HDF5 object reference: it points to nothing");
  }
  const file = fileName === null ? context : yield* context.openOther(fileName, "reference");
  const object = yield* openAt(file, address, address === file.rootAddress ? "/" : `#${address}`);
  if (reference instanceof RegionReference) {
    return requireDataset(object);
  }
  return reference instanceof AttributeReference ? yield* attributeOf(object, reference.attribute) : object;
}

/** The dataset that a reference to a region points into. */
export function* regionDataset(context: FileContext, reference: RegionReference): Task<Dataset> {
  return requireDataset((yield* dereference(context, reference)) as HdfObject);
}

function requireDataset(object: HdfObject): Dataset {
  if (object instanceof Dataset) {
    return object;
  }
  const kind = object instanceof NamedDatatype ? "datatype" : "group";
  throw new HdfiveError("WRONG_KIND", `The region reference points to a ${kind}, not to a dataset`, {
    address: object.address,
  });
}

function* attributeOf(object: HdfObject, name: string): Task<ReferencedAttribute> {
  const value = yield* object.context.transact((tx) => {
    const record = findAttribute(tx, object.address, name);
    if (record === null) {
      throw new HdfiveError("NOT_FOUND", `Unable to open attribute (can't locate attribute: '${name}')`);
    }
    return attributeValue(tx, record);
  });
  return { object, name, value };
}
