import type { Datatype, DatatypeVersion } from "@hdfive/format";
import { memberType } from "./datatypes-equal.js";

/** The datatype with compounds, arrays and enumerations in it raised to a version, as libhdf5 does when an outer type needs it. */
export function raiseVersion(datatype: Datatype, version: DatatypeVersion): Datatype {
  if (datatype.version >= version) {
    return datatype;
  }
  switch (datatype.class) {
    case "compound":
      return {
        ...datatype,
        version,
        // From version 2 on a member has no dimensions of its own: they are those of an array datatype.
        members: datatype.members.map((member) => ({
          ...member,
          dimensions: [],
          datatype: raiseVersion(memberType(member), version),
        })),
      };
    case "array":
      return { ...datatype, version, base: raiseVersion(datatype.base, version) };
    case "enumeration":
      return { ...datatype, version };
    case "variable-length": {
      const base = raiseVersion(datatype.base, version);
      return { ...datatype, version: base.version, base };
    }
    default:
      return datatype;
  }
}

/**
 * The same datatype for a file whose addresses have `offsetSize` bytes.
 *
 * Variable-length elements are 8 bytes and an address, object references an address, region references 4 bytes and an
 * address, those of HDF5 1.12 10 bytes and an address (III.E, IV.A.2.d, X.B); what holds them grows or shrinks with them, and compound members move up close.
 */
export function withOffsetSize(datatype: Datatype, offsetSize: number): Datatype {
  switch (datatype.class) {
    case "variable-length":
      return { ...datatype, size: 8 + offsetSize, base: withOffsetSize(datatype.base, offsetSize) };
    case "reference":
      return datatype.kind === "object"
        ? { ...datatype, size: offsetSize }
        : datatype.kind === "region"
          ? { ...datatype, size: 4 + offsetSize }
          : { ...datatype, size: 10 + offsetSize };
    case "array": {
      const base = withOffsetSize(datatype.base, offsetSize);
      return { ...datatype, base, size: (datatype.size / datatype.base.size) * base.size };
    }
    case "compound": {
      let grown = 0;
      const members = datatype.members.map((member) => {
        const inner = withOffsetSize(member.datatype, offsetSize);
        const count = member.dimensions.reduce((product, extent) => product * extent, 1);
        const moved = { ...member, byteOffset: member.byteOffset + grown, datatype: inner };
        grown += (inner.size - member.datatype.size) * count;
        return moved;
      });
      return grown === 0 ? datatype : { ...datatype, size: datatype.size + grown, members };
    }
    default:
      return datatype;
  }
}
