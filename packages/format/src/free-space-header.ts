import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "./checksum.js";
import type { NodeCodec } from "./codec.js";
import type { FormatContext } from "./context.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** Whose free space a manager keeps. File Format Specification, section III.H. */
export type FreeSpaceClient = "fractal-heap" | "file";

/** What a manager of free space says of its sections: its header. File Format Specification, section III.H. */
export interface FreeSpaceHeader {
  readonly client: FreeSpaceClient;
  /** Bytes of all sections. */
  readonly totalSpace: number;
  /** Sections, those that are not stored included. */
  readonly sectionCount: number;
  /** Sections that are stored. */
  readonly serializedCount: number;
  /** Sections that follow from the stored ones. */
  readonly ghostCount: number;
  /** Classes of sections that the client has. */
  readonly classCount: number;
  /** The list of sections is made smaller when it fills no more than this much of its space, in percent. */
  readonly shrinkPercent: number;
  /** How much space the list is given when it grows, in percent of what it needs. */
  readonly expandPercent: number;
  /** Bits of an offset in the space that is managed. */
  readonly addressBits: number;
  /** Bytes of the largest section there can be; for a whole file libhdf5 stores 2^63 - 1. */
  readonly maxSectionSize: number | bigint;
  /** The list of sections; `null` without any. */
  readonly sectionsAddress: number | null;
  /** Bytes of the list. */
  readonly sectionsSize: number;
  /** Bytes that the list has been given. */
  readonly sectionsAllocated: number;
}

const SIGNATURE = "FSHD";
const CLIENTS: readonly FreeSpaceClient[] = ["fractal-heap", "file"];

function headerSize({ offsetSize, lengthSize }: FormatContext): number {
  return SIGNATURE.length + 2 + 4 * lengthSize + 8 + lengthSize + offsetSize + 2 * lengthSize + CHECKSUM_SIZE;
}

/** A length that is only a bound, and so may be past what a file can have. */
function readSize(reader: Reader, { lengthSize }: FormatContext): number | bigint {
  let value = 0n;
  for (const byte of reader.bytes(lengthSize).toReversed()) {
    value = (value << 8n) | BigInt(byte);
  }
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? value : Number(value);
}

function writeSize(writer: Writer, value: number | bigint, { lengthSize }: FormatContext): void {
  const bytes = new Uint8Array(lengthSize);
  let rest = BigInt(value);
  for (let i = 0; i < lengthSize; i++) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (rest > 0n) {
    throw writer.invalid(`${value} does not fit ${lengthSize} bytes`);
  }
  writer.bytes(bytes);
}

/** Codec of the header of a free-space manager. File Format Specification, section III.H. */
export const freeSpaceHeader: NodeCodec<FreeSpaceHeader> = {
  name: "free-space-header",
  section: "III.H",
  keepsNoBytes: true,
  prefixSize: headerSize,
  totalSize: (_prefix, context) => headerSize(context),
  sizeOf: (_header, context) => headerSize(context),
  decode(reader, context) {
    const begin = reader.position;
    reader.signature(SIGNATURE);
    const version = reader.u8();
    if (version !== 0) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    const number = reader.u8();
    const client = CLIENTS[number];
    if (client === undefined) {
      throw reader.corrupt(`client ${number} is not known`);
    }
    const header = {
      client,
      totalSpace: reader.lengthField(context),
      sectionCount: reader.lengthField(context),
      serializedCount: reader.lengthField(context),
      ghostCount: reader.lengthField(context),
      classCount: reader.u16(),
      shrinkPercent: reader.u16(),
      expandPercent: reader.u16(),
      addressBits: reader.u16(),
      maxSectionSize: readSize(reader, context),
      sectionsAddress: reader.offset(context),
      sectionsSize: reader.lengthField(context),
      sectionsAllocated: reader.lengthField(context),
    };
    readChecksum(reader, begin);
    const { sectionsAddress, sectionsSize, sectionsAllocated, addressBits } = header;
    if (addressBits > 64) {
      throw reader.corrupt(`offsets of ${addressBits} bits`);
    }
    if (sectionsAddress !== null && sectionsSize > sectionsAllocated) {
      throw reader.corrupt(`a list of ${sectionsSize} bytes in space for ${sectionsAllocated}`);
    }
    return header;
  },
  encode(header, writer, context) {
    const begin = writer.position;
    writer.signature(SIGNATURE);
    writer.u8(0);
    writer.u8(CLIENTS.indexOf(header.client));
    writer.lengthField(header.totalSpace, context);
    writer.lengthField(header.sectionCount, context);
    writer.lengthField(header.serializedCount, context);
    writer.lengthField(header.ghostCount, context);
    writer.u16(header.classCount);
    writer.u16(header.shrinkPercent);
    writer.u16(header.expandPercent);
    writer.u16(header.addressBits);
    writeSize(writer, header.maxSectionSize, context);
    writer.offset(header.sectionsAddress, context);
    writer.lengthField(header.sectionsSize, context);
    writer.lengthField(header.sectionsAllocated, context);
    writeChecksum(writer, begin);
  },
};
