import { type Attribute, type Dataspace, dataspaceMessage, FormatError, MESSAGE_IDS } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { type ResolvedDatatype, resolvePart, resolveSharedDatatype } from "./shared.js";

/** An attribute of an object: its type, shape and stored bytes. */
export interface AttributeRecord extends ResolvedDatatype {
  readonly name: string;
  readonly dataspace: Dataspace;
  /** The value as stored: elements of the datatype in row-major order. Not to be kept past the operation. */
  readonly data: Uint8Array;
  /** Creation order where the object tracks it, else `null`. */
  readonly creationOrder: number | null;
}

/** Puts an attribute together from its message and from what the message leaves to others. Section IV.A.2.m. */
export function attributeRecord(
  tx: Tx,
  { name, datatype, dataspace: space, data }: Attribute,
  creationOrder: number | null,
  objectAddress: number,
): AttributeRecord {
  const dataspace = resolvePart(tx, dataspaceMessage, MESSAGE_IDS.dataspace, space);
  const resolved =
    "shared" in datatype ? resolveSharedDatatype(tx, datatype.shared) : { datatype, committedAddress: null };
  const isEmpty = dataspace.type === "null" || dataspace.dimensions.includes(0);
  const count = isEmpty ? 0 : dataspace.dimensions.reduce((product, length) => product * length, 1);
  const byteLength = count * resolved.datatype.size;
  if (byteLength > data.length) {
    throw new FormatError(
      "attribute",
      `'${name}' has ${data.length} bytes where its type and shape need ${byteLength}`,
      { address: objectAddress },
    );
  }
  return { name, dataspace, data: data.subarray(0, byteLength), creationOrder, ...resolved };
}
