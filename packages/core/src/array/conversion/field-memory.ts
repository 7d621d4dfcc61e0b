import { type CompoundMember, type CompoundType, type Datatype, HdfiveError } from "@hdfive/format";
import { convertedPart, decodeField } from "./compound-memory.js";
import type { MemoryType } from "./memory-type.js";

/** Names that an error lists: there may be 65,535. */
const SHOWN = 50;

/**
 * The member of a compound that has a name.
 *
 * @throws HdfiveError `INVALID_ARGUMENT` when the datatype is no compound or has no such member
 */
export function memberNamed(datatype: Datatype, name: string): CompoundMember {
  if (datatype.class !== "compound") {
    throw new HdfiveError("INVALID_ARGUMENT", "Field names only allowed for compound types");
  }
  const member = datatype.members.find((candidate) => candidate.name === name);
  if (member === undefined) {
    const names = datatype.members.slice(0, SHOWN).map((candidate) => candidate.name);
    const rest = datatype.members.length > SHOWN ? `, and ${datatype.members.length - SHOWN} more` : "";
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `Field ${name} does not appear in this type; the fields are ${names.join(", ")}${rest}`,
    );
  }
  return member;
}

/** Memory of one field of a compound by itself: an array of the field's values, the other fields left out. */
export function fieldMemory(file: Datatype, { name, byteOffset }: CompoundMember, memory: MemoryType): MemoryType {
  const field = { name, byteOffset, memory };
  return {
    ...memory,
    datatype: convertedPart(file as CompoundType, [field]),
    native: false,
    asFileBytes: () => null,
    decode(bytes, start, count, into, at, heap) {
      decodeField(field, file.size, bytes, start, count, into, at, heap);
    },
    encode() {
      throw new HdfiveError("INVALID_ARGUMENT", `the field ${name} cannot be written by itself`);
    },
  };
}
