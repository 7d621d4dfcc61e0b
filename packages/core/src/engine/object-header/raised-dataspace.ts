import { type Dataspace, structureVersions } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";

/** A dataspace in the version that libhdf5 writes under the file's lower bound. File Format Specification, section IV.A.2.b. */
export function raisedDataspace(tx: Tx, dataspace: Dataspace): Dataspace {
  const lowest = structureVersions(tx.state.libver).dataspace;
  return dataspace.version < lowest ? { ...dataspace, version: lowest } : dataspace;
}
