import type { Codec } from "../codec.js";
import { type PhaseChange, readPhaseChange } from "../object-header-v2.js";

/** How a new-style group is meant to grow; only what differs from the default is stored. File Format Specification, section IV.A.2.k. */
export interface GroupInfo {
  /** When links change between compact and dense storage. */
  readonly phaseChange: PhaseChange | null;
  /** Expected number of links and length of their names. */
  readonly estimate: { readonly entryCount: number; readonly nameLength: number } | null;
}

const FLAG_PHASE_CHANGE = 0x01;
const FLAG_ESTIMATE = 0x02;

/** The group info message. File Format Specification, section IV.A.2.k. */
export const groupInfoMessage: Codec<GroupInfo> = {
  name: "group-info",
  section: "IV.A.2.k",
  decode(reader) {
    const version = reader.u8();
    if (version !== 0) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    const flags = reader.u8();
    if (flags & ~(FLAG_PHASE_CHANGE | FLAG_ESTIMATE)) {
      throw reader.corrupt(`flags 0x${flags.toString(16)} have bits that no version defines`);
    }
    return {
      phaseChange: flags & FLAG_PHASE_CHANGE ? readPhaseChange(reader) : null,
      estimate: flags & FLAG_ESTIMATE ? { entryCount: reader.u16(), nameLength: reader.u16() } : null,
    };
  },
  encode({ phaseChange, estimate }, writer) {
    writer.u8(0);
    writer.u8((phaseChange === null ? 0 : FLAG_PHASE_CHANGE) | (estimate === null ? 0 : FLAG_ESTIMATE));
    if (phaseChange !== null) {
      writer.u16(phaseChange.maxCompact);
      writer.u16(phaseChange.minDense);
    }
    if (estimate !== null) {
      writer.u16(estimate.entryCount);
      writer.u16(estimate.nameLength);
    }
  },
  sizeOf: ({ phaseChange, estimate }) => 2 + (phaseChange === null ? 0 : 4) + (estimate === null ? 0 : 4),
};
