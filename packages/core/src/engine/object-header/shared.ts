import {
  type Codec,
  type Datatype,
  datatype as datatypeCodec,
  type HeaderMessage,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  Reader,
  type SharedMessage,
  type SharedPart,
  sharedMessage,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { decodeMessage, sharedData } from "./object-header.js";

/** A datatype and, when it is a committed one, the object that holds it. */
export interface ResolvedDatatype {
  readonly datatype: Datatype;
  /** Address of the committed datatype's object header; `null` when the type stands where it is used. */
  readonly committedAddress: number | null;
}

/** The datatype in a datatype message, which may point to a committed one. Section IV.A.1.a, "Shared Message". */
export function resolveDatatype(tx: Tx, message: HeaderMessage): ResolvedDatatype {
  if ((message.flags & MESSAGE_FLAGS.shared) === 0) {
    return { datatype: decodeMessage(tx, datatypeCodec, message), committedAddress: null };
  }
  return resolveSharedDatatype(tx, sharedMessage.decode(new Reader(message.data, sharedMessage.name), tx.context));
}

/** The datatype that stands elsewhere: in a committed datatype, or in the heap of shared messages. */
export function resolveSharedDatatype(tx: Tx, shared: SharedMessage): ResolvedDatatype {
  return {
    datatype: decodeShared(tx, datatypeCodec, MESSAGE_IDS.datatype, shared),
    committedAddress: shared.kind === "committed" ? shared.address : null,
  };
}

/** A part of an attribute, read where it stands: here or elsewhere. Section IV.A.2.m. */
export function resolvePart<T extends object>(tx: Tx, codec: Codec<T>, messageType: number, part: T | SharedPart): T {
  return "shared" in part ? decodeShared(tx, codec, messageType, part.shared) : part;
}

function decodeShared<T>(tx: Tx, codec: Codec<T>, messageType: number, shared: SharedMessage): T {
  return codec.decode(new Reader(sharedData(tx, messageType, shared), codec.name), tx.context);
}
