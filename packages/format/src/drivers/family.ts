import type { Codec } from "../codec.js";

/** What the family driver stores: a file cut into members of one size. File Format Specification, section II.B. */
export interface FamilyDriverInfo {
  /** Bytes of every member but the last. */
  readonly memberSize: number;
}

/** Identification of the family driver. File Format Specification, section II.B. */
export const FAMILY_DRIVER = "NCSAfami";

/** The driver information of the family driver. File Format Specification, section II.B. */
export const familyDriverInfo: Codec<FamilyDriverInfo> = {
  name: "family-driver-info",
  section: "II.B",
  decode(reader) {
    const memberSize = reader.u64();
    if (memberSize === 0) {
      throw reader.corrupt("members of no bytes");
    }
    return { memberSize };
  },
  encode({ memberSize }, writer) {
    writer.u64(memberSize);
  },
  sizeOf: () => 8,
};
