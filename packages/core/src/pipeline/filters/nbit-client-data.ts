import { type CompoundType, type Datatype, HdfiveError } from "@hdfive/format";
import { encodeNbitParameters, type NbitMember, type NbitType } from "@hdfive/format/filters";
import { elementCount } from "../../array/index.js";
import type { FilterTarget } from "../filter-codec.js";

/** Most values that libhdf5 takes. */
const MOST_VALUES = 4096;

/** The client data of the nbit filter for a dataset: as libhdf5's `set_local`. */
export function nbitClientData(_values: readonly number[], { datatype, chunkShape }: FilterTarget): readonly number[] {
  if (datatype.class === "variable-length") {
    // libhdf5 asks no filter about such data; each chunk is then stored without nbit.
    return [];
  }
  const type = isDescribed(datatype) ? nbitType(datatype) : null;
  const values = encodeNbitParameters({
    needNotCompress: type === null || !hasPadding(type),
    elementCount: elementCount(chunkShape),
    type,
  });
  if (values.length > MOST_VALUES) {
    throw new HdfiveError("UNSUPPORTED", "The nbit filter cannot describe so large a datatype");
  }
  return values;
}

/** Datatypes whose bits the filter knows; of others it stores no description when they stand alone. */
function isDescribed(datatype: Datatype): boolean {
  return ["fixed-point", "floating-point", "array", "compound"].includes(datatype.class);
}

function nbitType(datatype: Datatype): NbitType {
  const { size } = datatype;
  switch (datatype.class) {
    case "fixed-point":
    case "floating-point": {
      const { byteOrder, bitPrecision, bitOffset } = datatype;
      if (byteOrder === "VAX") {
        throw new HdfiveError("UNSUPPORTED", "The nbit filter takes no floats of VAX byte order");
      }
      return { class: "atomic", size, byteOrder, bitPrecision, bitOffset };
    }
    case "array":
      if (datatype.base.class === "variable-length") {
        throw new HdfiveError("UNSUPPORTED", "The nbit filter takes no arrays of variable-length data");
      }
      return { class: "array", size, base: nbitType(datatype.base) };
    case "compound":
      return { class: "compound", size, members: nbitMembers(datatype) };
    default:
      return { class: "no-op", size };
  }
}

function nbitMembers({ members }: CompoundType): NbitMember[] {
  return members.map(({ byteOffset, dimensions, datatype }) => {
    const base = nbitType(datatype);
    const type: NbitType =
      dimensions.length === 0 ? base : { class: "array", size: datatype.size * elementCount(dimensions), base };
    return { byteOffset, type };
  });
}

/** Whether there are bits that need not be stored. */
function hasPadding(type: NbitType): boolean {
  switch (type.class) {
    case "atomic":
      return type.bitOffset !== 0 || type.bitPrecision !== type.size * 8;
    case "array":
      return hasPadding(type.base);
    case "compound":
      return type.members.some((member) => hasPadding(member.type));
    case "no-op":
      return false;
  }
}
