/** How far a copy or a rewriting has come. */
export interface CopyProgress {
  /** Objects that are finished. */
  readonly objects: number;
  /** Bytes of data that are copied, as they are stored. */
  readonly bytes: number;
}

/** What a long operation tells of itself, and how it is stopped. */
export interface ProgressOptions {
  /** Stops the operation; nothing of it is left. */
  readonly signal?: AbortSignal | undefined;
  /** Called between steps. What it throws ends the operation as the signal does. */
  readonly progress?: ((progress: CopyProgress) => void) | undefined;
}

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
