import type { ProgressOptions } from "../pipeline/progress.js";

/** How an object is copied; the names are those of h5py's `copy`, in camel case. */
export interface CopyOptions extends ProgressOptions {
  /** Name of the copy in the group that is the destination; the name of the source by default. */
  readonly name?: string | undefined;
  /** Copies a group with its members, but not with what is in them. */
  readonly shallow?: boolean | undefined;
  /** Copies what soft links lead to, in place of the links; a link that leads nowhere is copied as it is. */
  readonly expandSoft?: boolean | undefined;
  /** Copies what external links lead to, in place of the links. */
  readonly expandExternal?: boolean | undefined;
  /**
   * Copies also what references lead to, into the root group under a name of its own where it is not part of the copy, so
   * that they lead somewhere in the other file. Without it references in another file are null.
   */
  readonly expandReferences?: boolean | undefined;
  /** Leaves the attributes out. */
  readonly withoutAttributes?: boolean | undefined;
}
