import type { CompoundMember, Datatype } from "@hdfive/format";

/**
 * True when two datatypes store the same values in the same bytes; the version of the message does not count.
 *
 * An array member of a version 1 compound equals a member of array datatype, and the order of an enumeration's members does not matter.
 */
export function datatypesEqual(a: Datatype, b: Datatype): boolean {
  if (a === b) {
    return true;
  }
  if (a.size !== b.size) {
    return false;
  }
  switch (a.class) {
    case "compound":
      return b.class === "compound" && membersEqual(a.members, b.members);
    case "array":
      return b.class === "array" && a.dimensions.join() === b.dimensions.join() && datatypesEqual(a.base, b.base);
    case "enumeration":
      return b.class === "enumeration" && datatypesEqual(a.base, b.base) && sameNames(a, b);
    case "variable-length":
      if (b.class !== "variable-length" || a.kind !== b.kind) {
        return false;
      }
      return a.kind === "sequence"
        ? datatypesEqual(a.base, b.base)
        : a.charset === b.charset && a.padding === b.padding;
    case "complex":
      return b.class === "complex" && datatypesEqual(a.base, b.base);
    default:
      return sameFields(a, b);
  }
}

/** Compares the flat fields of atomic datatypes, the version left out. */
function sameFields(a: Datatype, b: Datatype): boolean {
  const of = (datatype: Datatype): string => {
    const { version: _version, ...fields } = datatype;
    return JSON.stringify(Object.entries(fields).sort(([x], [y]) => (x < y ? -1 : 1)));
  };
  return a.class === b.class && of(a) === of(b);
}

function sameNames(
  a: Extract<Datatype, { class: "enumeration" }>,
  b: Extract<Datatype, { class: "enumeration" }>,
): boolean {
  const values = new Map(b.members.map((member) => [member.name, member.value.join()]));
  return (
    a.members.length === b.members.length && a.members.every(({ name, value }) => values.get(name) === value.join())
  );
}

function membersEqual(a: readonly CompoundMember[], b: readonly CompoundMember[]): boolean {
  return (
    a.length === b.length &&
    a.every((member, i) => {
      const other = b[i] as CompoundMember;
      return (
        member.name === other.name &&
        member.byteOffset === other.byteOffset &&
        datatypesEqual(memberType(member), memberType(other))
      );
    })
  );
}

/** Type of a whole member: the array datatype that the dimensions of a version 1 member stand for, or the type itself (IV.A.2.d). */
export function memberType(member: CompoundMember): Datatype {
  const { dimensions, datatype } = member;
  if (dimensions.length === 0) {
    return datatype;
  }
  const count = dimensions.reduce((product, extent) => product * extent, 1);
  return { version: 2, size: count * datatype.size, class: "array", dimensions, base: datatype };
}
