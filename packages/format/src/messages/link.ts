import type { Codec } from "../codec.js";
import type { FormatContext } from "../context.js";
import { decodeText, type Reader } from "../reader.js";
import { encodeText, type Writer } from "../writer.js";

/** What every link stores beside its target. File Format Specification, section IV.A.2.g. */
export interface LinkFields {
  readonly version: 1;
  /** Link type number: 0 hard, 1 soft, 64 external, 65 to 255 user-defined. */
  readonly linkType: number;
  readonly name: string;
  readonly charset: "ascii" | "utf-8";
  /** Whether the character set is stored; without it, it is ASCII. */
  readonly charsetStored: boolean;
  /** Creation order, or `null` when not stored. */
  readonly creationOrder: number | null;
  /** Bytes of the field that holds the name's length. */
  readonly nameLengthSize: 1 | 2 | 4 | 8;
  /** Whether the link type is stored; without it, the link is hard. */
  readonly typeStored: boolean;
}

/** A link to an object of this file. File Format Specification, section IV.A.2.g. */
export interface HardLink extends LinkFields {
  readonly kind: "hard";
  /** Address of the object header. */
  readonly address: number;
}

/** A link to a path in this file. File Format Specification, section IV.A.2.g. */
export interface SoftLink extends LinkFields {
  readonly kind: "soft";
  readonly target: string;
}

/** A link to a path in another file. File Format Specification, section IV.A.2.g. */
export interface ExternalLink extends LinkFields {
  readonly kind: "external";
  readonly file: string;
  readonly path: string;
}

/** A link of a type that a program defined, kept as bytes. File Format Specification, section IV.A.2.g. */
export interface UserDefinedLink extends LinkFields {
  readonly kind: "user-defined";
  readonly data: Uint8Array;
}

/** A link of a new-style group. File Format Specification, section IV.A.2.g. */
export type Link = HardLink | SoftLink | ExternalLink | UserDefinedLink;

const FLAG_NAME_LENGTH_WIDTH = 0x03;
const FLAG_CREATION_ORDER = 0x04;
const FLAG_TYPE = 0x08;
const FLAG_CHARSET = 0x10;
const UNKNOWN_FLAGS = 0xe0;

const TYPE_HARD = 0;
const TYPE_SOFT = 1;
const TYPE_EXTERNAL = 64;

const NAME_LENGTH_SIZES = [1, 2, 4, 8] as const;

/** The link message, which is also what a dense group's heap holds. File Format Specification, section IV.A.2.g. */
export const linkMessage: Codec<Link> = {
  name: "link",
  section: "IV.A.2.g",
  decode(reader, context) {
    const fields = readFields(reader);
    return readTarget(reader, context, { ...fields, name: decodeText(readName(reader, fields.nameLengthSize)) });
  },
  encode(link, writer, context) {
    const name = encodeText(link.name);
    if (name.length === 0) {
      throw writer.invalid("the name is empty");
    }
    if ((!link.typeStored && link.linkType !== TYPE_HARD) || (!link.charsetStored && link.charset !== "ascii")) {
      throw writer.invalid(`${JSON.stringify(link.name)} does not store its type or character set`);
    }
    writer.u8(1);
    writer.u8(
      NAME_LENGTH_SIZES.indexOf(link.nameLengthSize) |
        (link.creationOrder === null ? 0 : FLAG_CREATION_ORDER) |
        (link.typeStored ? FLAG_TYPE : 0) |
        (link.charsetStored ? FLAG_CHARSET : 0),
    );
    if (link.typeStored) {
      writer.u8(link.linkType);
    }
    if (link.creationOrder !== null) {
      writer.u64(link.creationOrder);
    }
    if (link.charsetStored) {
      writer.u8(link.charset === "ascii" ? 0 : 1);
    }
    writer.uint(name.length, link.nameLengthSize);
    writer.bytes(name);
    writeTarget(link, writer, context);
  },
  sizeOf(link, context) {
    return (
      2 +
      (link.typeStored ? 1 : 0) +
      (link.creationOrder === null ? 0 : 8) +
      (link.charsetStored ? 1 : 0) +
      link.nameLengthSize +
      encodeText(link.name).length +
      targetSize(link, context)
    );
  },
};

/** The bytes of an encoded link's name, as a view: to sort and compare links without decoding all of them. Section IV.A.2.g. */
export function linkName(reader: Reader): Uint8Array {
  return readName(reader, readFields(reader).nameLengthSize);
}

/** The creation order of an encoded link, `null` when it is not stored. File Format Specification, section IV.A.2.g. */
export function linkCreationOrder(reader: Reader): number | null {
  return readFields(reader).creationOrder;
}

/** What precedes the name. */
function readFields(reader: Reader): Omit<LinkFields, "name"> {
  const version = reader.u8();
  if (version !== 1) {
    throw reader.corrupt(`version ${version} is not known`);
  }
  const flags = reader.u8();
  if (flags & UNKNOWN_FLAGS) {
    throw reader.corrupt(`flags 0x${flags.toString(16)} have bits that no version defines`);
  }
  const typeStored = (flags & FLAG_TYPE) !== 0;
  const linkType = typeStored ? readLinkType(reader) : TYPE_HARD;
  const creationOrder = flags & FLAG_CREATION_ORDER ? reader.u64() : null;
  const charsetStored = (flags & FLAG_CHARSET) !== 0;
  const charset = charsetStored ? readCharset(reader) : "ascii";
  const nameLengthSize = NAME_LENGTH_SIZES[flags & FLAG_NAME_LENGTH_WIDTH] as 1 | 2 | 4 | 8;
  return { version, linkType, charset, charsetStored, creationOrder, nameLengthSize, typeStored };
}

function readName(reader: Reader, nameLengthSize: number): Uint8Array {
  const nameLength = reader.uint(nameLengthSize);
  if (nameLength === 0) {
    throw reader.corrupt("the name is empty");
  }
  return reader.bytes(nameLength);
}

function readLinkType(reader: Reader): number {
  const linkType = reader.u8();
  if (linkType > TYPE_SOFT && linkType < TYPE_EXTERNAL) {
    throw reader.corrupt(`link type ${linkType} is reserved`);
  }
  return linkType;
}

function readCharset(reader: Reader): "ascii" | "utf-8" {
  const charset = reader.u8();
  if (charset > 1) {
    throw reader.corrupt(`character set ${charset} is not known`);
  }
  return charset === 0 ? "ascii" : "utf-8";
}

function readTarget(reader: Reader, context: FormatContext, fields: LinkFields): Link {
  if (fields.linkType === TYPE_HARD) {
    return { ...fields, kind: "hard", address: reader.definedOffset(context, "address of the object header") };
  }
  const length = reader.u16();
  if (fields.linkType === TYPE_SOFT) {
    if (length === 0) {
      throw reader.corrupt("the path of a soft link is empty");
    }
    return { ...fields, kind: "soft", target: reader.text(length) };
  }
  if (fields.linkType !== TYPE_EXTERNAL) {
    return { ...fields, kind: "user-defined", data: reader.bytes(length) };
  }
  const data = reader.inner(length, "external link");
  const versionAndFlags = data.u8();
  if (versionAndFlags !== 0) {
    throw data.corrupt(`version and flags 0x${versionAndFlags.toString(16)} are not known`);
  }
  return { ...fields, kind: "external", file: data.terminatedText(), path: data.terminatedText() };
}

function writeTarget(link: Link, writer: Writer, context: FormatContext): void {
  if (link.kind === "hard") {
    writer.offset(link.address, context);
    return;
  }
  writer.u16(targetSize(link, context) - 2);
  switch (link.kind) {
    case "soft":
      writer.bytes(encodeText(link.target));
      return;
    case "external":
      writer.zeros(1);
      writer.bytes(encodeText(link.file));
      writer.zeros(1);
      writer.bytes(encodeText(link.path));
      writer.zeros(1);
      return;
    case "user-defined":
      writer.bytes(link.data);
  }
}

function targetSize(link: Link, { offsetSize }: FormatContext): number {
  switch (link.kind) {
    case "hard":
      return offsetSize;
    case "soft":
      return 2 + encodeText(link.target).length;
    case "external":
      return 2 + 3 + encodeText(link.file).length + encodeText(link.path).length;
    case "user-defined":
      return 2 + link.data.length;
  }
}
