import type { Dataspace, Datatype } from "@hdfive/format";
import { holdsAddresses, withOffsetSize } from "../array/index.js";
import { findAttribute, listAttributes } from "../engine/object-header/attributes.js";
import { putAttribute } from "../engine/object-header/attributes-edit.js";
import type { Tx } from "../engine/transaction/tx.js";
import { transfer } from "../pipeline/transfer.js";
import type { Task } from "../task.js";
import { freeHeapData } from "./attribute-value.js";
import { releaseCommitted, useCommitted } from "./committed-type.js";
import type { FileContext } from "./file-context.js";

/** An attribute as a file stores it. */
export interface StoredAttribute {
  readonly name: string;
  readonly datatype: Datatype;
  readonly committedAddress: number | null;
  readonly dataspace: Dataspace;
  /** Its elements as stored. */
  readonly data: Uint8Array;
}

/** An attribute on its way to another object. */
export interface AttributeCopy extends StoredAttribute {
  readonly source: FileContext;
  /** Address of the object that gets it. */
  readonly copy: number;
  /** Address of the committed datatype in the target; this use of it is counted already. */
  readonly committedAddress: number | null;
}

/** The attributes of an object, in the order in which they were made where that is kept. */
export function storedAttributes(tx: Tx, address: number): StoredAttribute[] {
  const records = listAttributes(tx, address);
  return records
    .sort((a, b) => (a.creationOrder ?? 0) - (b.creationOrder ?? 0))
    .map(({ name, datatype, committedAddress, dataspace, data }) => {
      return { name, datatype, committedAddress, dataspace, data: data.slice() };
    });
}

/**
 * Stores a copy of an attribute, or stores it again.
 *
 * @param mapAddress what stands for an object of the source; `null` to store zeros, which refer to nothing, for the time being
 */
export function* copyAttribute(
  target: FileContext,
  attribute: AttributeCopy,
  mapAddress: ((address: number) => number) | null,
): Task<void> {
  const { source, copy, name, committedAddress, dataspace, datatype: from, data } = attribute;
  const datatype = withOffsetSize(from, target.state.context.offsetSize);
  const count = data.length / from.size;
  const isPlain = !holdsAddresses(from);
  const stored = isPlain
    ? data
    : mapAddress === null
      ? new Uint8Array(count * datatype.size)
      : yield* transfer({ source, target, from, to: datatype, mapAddress }, data, count);
  yield* target.change((tx) => {
    const before = findAttribute(tx, copy, name);
    if (before !== null) {
      freeHeapData(tx, before);
      // The use of a committed datatype is counted once, however often the value is stored.
      useCommitted(tx, committedAddress);
      releaseCommitted(tx, before.committedAddress);
    }
    putAttribute(tx, copy, { name, datatype, committedAddress, dataspace, data: stored, keepsOrder: true });
  });
}
