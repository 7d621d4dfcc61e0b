import type { FormatContext } from "../context.js";
import type { EnumerationMember, EnumerationType } from "../datatype.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import type { DatatypeClass, DatatypeHead, NestedDatatypes } from "./datatype-class.js";
import { decodeMemberName, encodeMemberName, memberNameSize } from "./member-name.js";

/** Class 8, enumerations (IV.A.2.d): base type, then all names, then all values. */
export const enumerationClass: DatatypeClass<EnumerationType> = {
  id: 8,

  decode(
    head: DatatypeHead,
    reader: Reader,
    context: FormatContext,
    nested: NestedDatatypes,
    depth: number,
  ): EnumerationType {
    const { version, size, bits } = head;
    const base = nested.decode(reader, context, depth + 1);
    if (base.size !== size) {
      throw reader.corrupt(`enumeration of ${size} bytes on a base type of ${base.size}`);
    }
    const count = bits & 0xffff;
    const names: string[] = [];
    for (let i = 0; i < count; i++) {
      const name = decodeMemberName(version, reader);
      if (name === "") {
        throw reader.corrupt(`member ${i} of an enumeration has no name`);
      }
      names.push(name);
    }
    const members: EnumerationMember[] = [];
    for (const name of names) {
      members.push({ name, value: reader.bytes(size) });
    }
    return { class: "enumeration", version, size, base, members };
  },

  bits(type: EnumerationType): number {
    return type.members.length;
  },

  encode(type: EnumerationType, writer: Writer, nested: NestedDatatypes, depth: number): void {
    const { version, size, base, members } = type;
    if (members.length > 0xffff || base.size !== size) {
      throw writer.invalid(`enumeration of ${members.length} members in ${size} bytes on ${base.size} bytes`);
    }
    nested.encode(base, writer, depth + 1);
    for (const { name } of members) {
      if (name === "") {
        throw writer.invalid("a member of an enumeration has no name");
      }
      encodeMemberName(version, name, writer);
    }
    for (const { name, value } of members) {
      if (value.length !== size) {
        throw writer.invalid(`value of ${JSON.stringify(name)} has ${value.length} bytes where ${size} are needed`);
      }
      writer.bytes(value);
    }
  },

  sizeOf(type: EnumerationType, nested: NestedDatatypes): number {
    let size = nested.sizeOf(type.base);
    for (const { name } of type.members) {
      size += memberNameSize(type.version, name) + type.size;
    }
    return size;
  },
};
