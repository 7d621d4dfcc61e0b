import { type Datatype, HdfiveError, structureVersions } from "@hdfive/format";
import { type DtypeLike, raiseVersion, toDatatype, withOffsetSize } from "../array/index.js";
import { createDatatypeHeader } from "../engine/datasets/committed-datatype.js";
import { linkObject, unlinkObject } from "../engine/groups/object-links.js";
import type { Tx } from "../engine/transaction/tx.js";
import type { FileContext } from "./file-context.js";

/** A datatype that is an object of its own: what `createDatatype` makes, to be given as a `dtype`. */
export interface CommittedType {
  readonly kind: "datatype";
  /** The datatype, with every detail. */
  readonly datatype: Datatype;
  /** @internal */
  readonly context: FileContext;
  /** @internal Address of the object header. */
  readonly address: number;
  /** @internal Throws when the file is closed or the object deleted. */
  requireAlive(): void;
}

/** A datatype to store, and the object of the file that holds it where it is a committed one. */
export interface StoredType {
  readonly datatype: Datatype;
  /** Address of the object header; `null` when the type stands where it is used. */
  readonly committedAddress: number | null;
}

/**
 * What a dtype comes to in a file, in the version that libhdf5 writes under its lower bound. A committed datatype of another file stands
 * where it is used, as in libhdf5.
 */
export function storedType(context: FileContext, like: DtypeLike | CommittedType): StoredType {
  const { context: format, libver } = context.state;
  if (isCommitted(like)) {
    like.requireAlive();
    if (like.context === context) {
      return { datatype: like.datatype, committedAddress: like.address };
    }
  }
  const datatype = withOffsetSize(isCommitted(like) ? like.datatype : toDatatype(like), format.offsetSize);
  return { datatype: raiseVersion(datatype, structureVersions(libver).datatype), committedAddress: null };
}

function isCommitted(like: DtypeLike | CommittedType): like is CommittedType {
  return typeof like === "object" && "kind" in like && like.kind === "datatype";
}

/** Commits a datatype, and answers the address of its object header. */
export function commitDatatype(tx: Tx, { datatype, committedAddress }: StoredType): number {
  if (committedAddress !== null) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      "Unable to commit datatype (datatype is already committed): give it one more name with createHardLink",
    );
  }
  tx.requireWritable();
  return createDatatypeHeader(tx, datatype);
}

/** Counts one more user of a committed datatype. */
export function useCommitted(tx: Tx, address: number | null): void {
  if (address !== null) {
    linkObject(tx, address);
  }
}

/** Counts one user less, and deletes the datatype with its last one; answers the addresses of what went. */
export function releaseCommitted(tx: Tx, address: number | null): ReadonlySet<number> {
  return address === null ? new Set() : unlinkObject(tx, address);
}
