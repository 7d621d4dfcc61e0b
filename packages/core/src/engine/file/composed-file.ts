import type { AddressSpace } from "@hdfive/format";
import type { Storage } from "../../storage/storage.js";
import type { FileDriver } from "../transaction/file-driver.js";

/** A file of several members as one storage. */
export interface ComposedFile {
  readonly storage: Storage;
  readonly driver: FileDriver;
  readonly addressSpace: AddressSpace | undefined;
}
