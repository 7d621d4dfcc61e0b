/** How the members of a file are found where its name does not say it. */
export type DriverSettings =
  | {
      /** Names of the members of a family, with `%d` or `%05d` for their number. */
      readonly family: string;
      /** Bytes of a member, where the file does not say it; by default those of the first. */
      readonly memberSize?: number | undefined;
    }
  | {
      /** What the names of the members begin with, for the split and multi drivers. */
      readonly multi: string;
    };

/** One file of several that make up one. */
export interface DriverMember {
  readonly name: string;
  /** First of its addresses, as the file stores them. */
  readonly start: bigint;
  /** The same address as it is given here, where addresses past 2^53 are brought together. */
  readonly address: number;
  readonly size: number;
}

/** The driver that a file says it was written with. File Format Specification, section II.B. */
export interface FileDriver {
  /** Identification of the driver: "NCSAfami", "NCSAmult", ... */
  readonly id: string;
  /** Bytes of each member of a family, else `null`. */
  readonly memberSize: number | null;
  /** The files that make up this one, in the order of their addresses; none for drivers of a single file. */
  readonly members: readonly DriverMember[];
}
