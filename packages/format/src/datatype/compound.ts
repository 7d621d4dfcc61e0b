import type { FormatContext } from "../context.js";
import type { CompoundMember, CompoundType } from "../datatype.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import type { DatatypeClass, DatatypeHead, NestedDatatypes } from "./datatype-class.js";
import { decodeMemberName, encodeMemberName, memberNameSize } from "./member-name.js";

/** Most dimensions of an array member that version 1 stores without an array datatype. */
const MAX_MEMBER_RANK = 4;
/** Rank, permutation and dimensions of a version 1 member, with their reserved bytes. */
const MEMBER_SHAPE_SIZE = 28;

/** Bytes of a member's offset (IV.A.2.d, class 6): from version 3 on as few as hold the compound's size. */
function offsetWidth(type: { readonly version: number; readonly size: number }): number {
  if (type.version < 3) {
    return 4;
  }
  return type.size < 0x100 ? 1 : type.size < 0x1_0000 ? 2 : type.size < 0x100_0000 ? 3 : 4;
}

function decodeMemberShape(reader: Reader): number[] {
  const rank = reader.u8();
  if (rank > MAX_MEMBER_RANK) {
    throw reader.corrupt(`compound member of ${rank} dimensions`);
  }
  reader.skip(3 + 4 + 4);
  const dimensions: number[] = [];
  for (let i = 0; i < MAX_MEMBER_RANK; i++) {
    const dimension = reader.u32();
    if (i < rank) {
      dimensions.push(dimension);
    }
  }
  return dimensions;
}

function encodeMemberShape(dimensions: readonly number[], writer: Writer): void {
  writer.u8(dimensions.length);
  writer.zeros(3);
  // The permutation that changes nothing, a byte for each dimension.
  for (let i = 0; i < MAX_MEMBER_RANK; i++) {
    writer.u8(i < dimensions.length ? i : 0);
  }
  writer.zeros(4);
  for (let i = 0; i < MAX_MEMBER_RANK; i++) {
    writer.u32(dimensions[i] ?? 0);
  }
}

function memberByteLength(member: CompoundMember): number {
  return member.dimensions.reduce((length, dimension) => length * dimension, member.datatype.size);
}

function verifyMembers(members: readonly CompoundMember[], size: number, reader: Reader): void {
  const inOrder = [...members].sort((a, b) => a.byteOffset - b.byteOffset);
  const names = new Set<string>();
  let end = 0;
  for (const member of inOrder) {
    const byteLength = memberByteLength(member);
    if (byteLength === 0 || member.byteOffset + byteLength > size) {
      throw reader.corrupt(`member ${JSON.stringify(member.name)} does not lie in the compound's ${size} bytes`);
    }
    if (member.byteOffset < end) {
      throw reader.corrupt(`member ${JSON.stringify(member.name)} overlaps another`);
    }
    if (names.has(member.name)) {
      throw reader.corrupt(`two members are called ${JSON.stringify(member.name)}`);
    }
    names.add(member.name);
    end = member.byteOffset + byteLength;
  }
}

/** Class 6, compounds (IV.A.2.d): named members at byte offsets. */
export const compoundClass: DatatypeClass<CompoundType> = {
  id: 6,

  decode(
    head: DatatypeHead,
    reader: Reader,
    context: FormatContext,
    nested: NestedDatatypes,
    depth: number,
  ): CompoundType {
    const { version, size } = head;
    const count = head.bits & 0xffff;
    if (count === 0) {
      throw reader.corrupt("compound without members");
    }
    const width = offsetWidth(head);
    const members: CompoundMember[] = [];
    for (let i = 0; i < count; i++) {
      const name = decodeMemberName(version, reader);
      const byteOffset = reader.uint(width);
      const dimensions = version === 1 ? decodeMemberShape(reader) : [];
      members.push({ name, byteOffset, dimensions, datatype: nested.decode(reader, context, depth + 1) });
    }
    verifyMembers(members, size, reader);
    return { class: "compound", version, size, members };
  },

  bits(type: CompoundType): number {
    return type.members.length;
  },

  encode(type: CompoundType, writer: Writer, nested: NestedDatatypes, depth: number): void {
    const { version, members } = type;
    if (members.length === 0 || members.length > 0xffff) {
      throw writer.invalid(`compound of ${members.length} members`);
    }
    for (const { name, byteOffset, dimensions, datatype } of members) {
      if (dimensions.length > (version === 1 ? MAX_MEMBER_RANK : 0)) {
        throw writer.invalid(
          `member ${JSON.stringify(name)} of ${dimensions.length} dimensions needs an array datatype`,
        );
      }
      encodeMemberName(version, name, writer);
      writer.uint(byteOffset, offsetWidth(type));
      if (version === 1) {
        encodeMemberShape(dimensions, writer);
      }
      nested.encode(datatype, writer, depth + 1);
    }
  },

  sizeOf(type: CompoundType, nested: NestedDatatypes): number {
    const fixed = offsetWidth(type) + (type.version === 1 ? MEMBER_SHAPE_SIZE : 0);
    let size = 0;
    for (const { name, datatype } of type.members) {
      size += memberNameSize(type.version, name) + fixed + nested.sizeOf(datatype);
    }
    return size;
  },
};
