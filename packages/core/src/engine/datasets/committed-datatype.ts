import { type Datatype, datatype as datatypeCodec, MESSAGE_FLAGS, MESSAGE_IDS } from "@hdfive/format";
import { createHeader, type HeaderSettings } from "../object-header/new-header.js";
import { encodeMessage } from "../object-header/object-header.js";
import type { Tx } from "../transaction/tx.js";

/**
 * Makes the object header of a committed datatype; its one message may not be moved to the heap of shared messages.
 * File Format Specification, section IV.A.2.d.
 */
export function createDatatypeHeader(tx: Tx, datatype: Datatype, settings: HeaderSettings = {}): number {
  const { constant, dontShare } = MESSAGE_FLAGS;
  const data = encodeMessage(tx, datatypeCodec, datatype);
  return createHeader(tx, [{ type: MESSAGE_IDS.datatype, flags: constant | dontShare, data }], settings);
}
