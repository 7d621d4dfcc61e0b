import type { Codec } from "../codec.js";
import type { FormatContext } from "../context.js";
import type { CharacterSet, Datatype } from "../datatype.js";
import { decodeText, type Reader } from "../reader.js";
import { type SharedMessage, sharedMessage } from "../shared-message.js";
import { encodeText, type Writer } from "../writer.js";
import { type Dataspace, dataspaceMessage } from "./dataspace.js";
import { datatype } from "./datatype.js";

/** A part of an attribute that stands elsewhere: a committed datatype, or a message in the file's heap (IV.A.2.m). */
export interface SharedPart {
  readonly shared: SharedMessage;
}

/** A named value of an object (IV.A.2.m). */
export interface Attribute {
  readonly version: 1 | 2 | 3;
  readonly name: string;
  /** Characters of the name; only version 3 stores it, the others are "ascii". */
  readonly nameCharset: CharacterSet;
  readonly datatype: Datatype | SharedPart;
  readonly dataspace: Dataspace | SharedPart;
  /** All elements as stored; with a shared datatype or dataspace everything that is left, padding included. */
  readonly data: Uint8Array;
}

const DATATYPE_SHARED = 1;
const DATASPACE_SHARED = 2;
const CHARSETS: readonly CharacterSet[] = ["ascii", "utf-8"];

function encodePart<T extends object>(
  part: T | SharedPart,
  codec: Codec<T>,
  writer: Writer,
  context: FormatContext,
): void {
  if ("shared" in part) {
    sharedMessage.encode(part.shared, writer, context);
  } else {
    codec.encode(part, writer, context);
  }
}

function partSize<T extends object>(part: T | SharedPart, codec: Codec<T>, context: FormatContext): number {
  return "shared" in part ? sharedMessage.sizeOf(part.shared, context) : codec.sizeOf(part, context);
}

function decodePart<T>(shared: boolean, codec: Codec<T>, reader: Reader, context: FormatContext): T | SharedPart {
  return shared ? { shared: sharedMessage.decode(reader, context) } : codec.decode(reader, context);
}

/** Version 1 pads name, datatype and dataspace to a multiple of 8 bytes. */
function padded(version: number, byteLength: number): number {
  return version === 1 ? Math.ceil(byteLength / 8) * 8 : byteLength;
}

/** The next `byteLength` bytes, with their padding skipped. */
function paddedPart(version: number, byteLength: number, structure: string, reader: Reader): Reader {
  const part = reader.inner(byteLength, structure);
  reader.skip(padded(version, byteLength) - byteLength);
  return part;
}

/** Bytes of all elements; `null` when datatype or dataspace are not here to tell. */
function dataSize(type: Datatype | SharedPart, space: Dataspace | SharedPart): number | null {
  if ("shared" in type || "shared" in space) {
    return null;
  }
  // An empty dimension decides first: the product of the others may be infinite, and infinity times 0 is no number.
  if (space.type === "null" || space.dimensions.includes(0)) {
    return 0;
  }
  return space.dimensions.reduce((count, dimension) => count * dimension, type.size);
}

function decodeName(reader: Reader): string {
  const bytes = reader.bytes(reader.length);
  const end = bytes.indexOf(0);
  // A name without characters, or with a NUL before its end, is one that libhdf5 cannot find.
  if (end < 1 || end !== bytes.length - 1) {
    throw reader.corrupt(`name of ${bytes.length} bytes ends at byte ${end}`);
  }
  return decodeText(bytes.subarray(0, end));
}

function verifyFlags(version: number, flags: number, reader: Reader): void {
  if (version > 1 && (flags & ~(DATATYPE_SHARED | DATASPACE_SHARED)) !== 0) {
    throw reader.corrupt(`flags 0x${flags.toString(16)}`);
  }
}

/** Codec of the attribute message (IV.A.2.m), versions 1 to 3. */
export const attributeMessage: Codec<Attribute> = {
  name: "attribute",
  section: "IV.A.2.m",

  decode(reader: Reader, context: FormatContext): Attribute {
    const version = reader.u8();
    if (version !== 1 && version !== 2 && version !== 3) {
      throw reader.corrupt(`version ${version}`);
    }
    const stored = reader.u8();
    verifyFlags(version, stored, reader);
    const flags = version === 1 ? 0 : stored;
    const nameSize = reader.u16();
    const datatypeSize = reader.u16();
    const dataspaceSize = reader.u16();
    const charset = version === 3 ? reader.u8() : 0;
    const nameCharset = CHARSETS[charset];
    if (nameCharset === undefined) {
      throw reader.corrupt(`name in character set ${charset}`);
    }
    const name = decodeName(paddedPart(version, nameSize, "attribute's name", reader));
    const typeReader = paddedPart(version, datatypeSize, "attribute's datatype", reader);
    const type = decodePart((flags & DATATYPE_SHARED) !== 0, datatype, typeReader, context);
    const spaceReader = paddedPart(version, dataspaceSize, "attribute's dataspace", reader);
    const dataspace = decodePart((flags & DATASPACE_SHARED) !== 0, dataspaceMessage, spaceReader, context);
    const data = reader.bytes(dataSize(type, dataspace) ?? reader.remaining);
    return { version, name, nameCharset, datatype: type, dataspace, data };
  },

  encode(attribute: Attribute, writer: Writer, context: FormatContext): void {
    const { version, name, nameCharset, datatype: type, dataspace, data } = attribute;
    const flags = ("shared" in type ? DATATYPE_SHARED : 0) | ("shared" in dataspace ? DATASPACE_SHARED : 0);
    const bytes = encodeText(name);
    if (bytes.length === 0 || bytes.includes(0)) {
      throw writer.invalid(`name ${JSON.stringify(name)} is empty or holds a NUL`);
    }
    if ((version === 1 && flags !== 0) || (version < 3 && nameCharset !== "ascii")) {
      throw writer.invalid(`version ${version} cannot store shared parts or a ${nameCharset} name`);
    }
    if (data.length !== (dataSize(type, dataspace) ?? data.length)) {
      throw writer.invalid(`${data.length} bytes of data where ${dataSize(type, dataspace)} are needed`);
    }
    writer.u8(version);
    writer.u8(flags);
    writer.u16(bytes.length + 1);
    writer.u16(partSize(type, datatype, context));
    writer.u16(partSize(dataspace, dataspaceMessage, context));
    if (version === 3) {
      writer.u8(CHARSETS.indexOf(nameCharset));
    }
    const start = writer.position;
    const alignment = version === 1 ? 8 : 1;
    writer.bytes(bytes);
    writer.zeros(1);
    writer.align(alignment, start);
    encodePart(type, datatype, writer, context);
    writer.align(alignment, start);
    encodePart(dataspace, dataspaceMessage, writer, context);
    writer.align(alignment, start);
    writer.bytes(data);
  },

  sizeOf({ version, name, datatype: type, dataspace, data }: Attribute, context: FormatContext): number {
    const nameSize = padded(version, encodeText(name).length + 1);
    const typeSize = padded(version, partSize(type, datatype, context));
    const spaceSize = padded(version, partSize(dataspace, dataspaceMessage, context));
    return (version === 3 ? 9 : 8) + nameSize + typeSize + spaceSize + data.length;
  },
};
