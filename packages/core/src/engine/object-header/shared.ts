import {
  type Codec,
  type Datatype,
  datatype as datatypeCodec,
  FormatError,
  type HeaderMessage,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  Reader,
  type SharedMessage,
  sharedMessage,
  UnsupportedError,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { loadHeader, requireMessage } from "./object-header.js";

/** A datatype and, when it is a committed one, the object that holds it. */
export interface ResolvedDatatype {
  readonly datatype: Datatype;
  /** Address of the committed datatype's object header; `null` when the type stands where it is used. */
  readonly committedAddress: number | null;
}

/** Follows a shared message to the committed datatype it points to. File Format Specification, section IV.A.1 "shared". */
export function resolveCommitted(tx: Tx, shared: SharedMessage): ResolvedDatatype {
  if (shared.kind === "heap") {
    throw new UnsupportedError(
      "shared message heap",
      "a datatype that stands in the file's table of shared messages is not read",
    );
  }
  const message = requireMessage(loadHeader(tx, shared.address), MESSAGE_IDS.datatype);
  if ((message.flags & MESSAGE_FLAGS.shared) !== 0) {
    throw new FormatError("committed datatype", "it points to another one", { address: shared.address });
  }
  return { datatype: decode(tx, datatypeCodec, message), committedAddress: shared.address };
}

/** The datatype in a datatype message, which may point to a committed one. */
export function resolveDatatype(tx: Tx, message: HeaderMessage): ResolvedDatatype {
  if ((message.flags & MESSAGE_FLAGS.shared) === 0) {
    return { datatype: decode(tx, datatypeCodec, message), committedAddress: null };
  }
  return resolveCommitted(tx, decode(tx, sharedMessage, message));
}

function decode<T>(tx: Tx, codec: Codec<T>, message: HeaderMessage): T {
  return codec.decode(new Reader(message.data, codec.name), tx.context);
}
