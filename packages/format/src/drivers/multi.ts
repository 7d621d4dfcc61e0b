import type { Codec } from "../codec.js";
import type { Reader } from "../reader.js";
import { encodeText, type Writer } from "../writer.js";

/** One file of the multi driver. File Format Specification, section II.B. */
export interface MultiDriverMember {
  /** First of its addresses. */
  readonly start: bigint;
  /** End of the space that was given out in it, counted from its start. */
  readonly endOfAddresses: bigint;
  /** Its name, with `%s` for what the names of all members begin with. */
  readonly name: string;
}

/** What the multi driver stores: kinds of data in files of their own. File Format Specification, section II.B. */
export interface MultiDriverInfo {
  /**
   * For superblock, B-trees, raw data, global heaps, local heaps and object headers: the number of the kind (1 to 6) in
   * whose file they are; 0 stands for their own.
   */
  readonly mapping: readonly number[];
  /** The files, in the order in which the mapping first names them. */
  readonly members: readonly MultiDriverMember[];
}

/** Identification of the multi driver, of which the split driver is a case. File Format Specification, section II.B. */
export const MULTI_DRIVER = "NCSAmult";

const KINDS = 6;
const NAME_ALIGNMENT = 8;

/** The driver information of the multi driver. File Format Specification, section II.B. */
export const multiDriverInfo: Codec<MultiDriverInfo> = {
  name: "multi-driver-info",
  section: "II.B",
  decode(reader) {
    const mapping = Array.from({ length: KINDS }, () => reader.u8());
    if (mapping.some((kind) => kind > KINDS)) {
      throw reader.corrupt(`a mapping to ${mapping.join(", ")}, of which ${KINDS} is the most`);
    }
    reader.skip(2);
    const ranges = multiDriverKinds(mapping).map(() => ({ start: readU64(reader), endOfAddresses: readU64(reader) }));
    const members = ranges.map((range) => {
      const from = reader.position;
      const name = reader.terminatedText();
      reader.align(NAME_ALIGNMENT, from);
      return { ...range, name };
    });
    return { mapping, members };
  },
  encode({ mapping, members }, writer) {
    if (mapping.length !== KINDS || members.length !== multiDriverKinds(mapping).length) {
      throw writer.invalid(`${members.length} members for the mapping ${mapping.join(", ")}`);
    }
    for (const kind of mapping) {
      writer.u8(kind);
    }
    writer.zeros(2);
    for (const { start, endOfAddresses } of members) {
      writeU64(writer, start);
      writeU64(writer, endOfAddresses);
    }
    for (const { name } of members) {
      const text = encodeText(name);
      writer.bytes(text);
      writer.zeros(nameSize(text) - text.length);
    }
  },
  sizeOf: ({ members }) => 8 + members.reduce((sum, { name }) => sum + 16 + nameSize(encodeText(name)), 0),
};

/** The kinds that have files, in the order in which a mapping first names them. File Format Specification, section II.B. */
export function multiDriverKinds(mapping: readonly number[]): number[] {
  return [...new Set(mapping.map((kind, i) => (kind === 0 ? i + 1 : kind)))];
}

function nameSize(text: Uint8Array): number {
  return Math.ceil((text.length + 1) / NAME_ALIGNMENT) * NAME_ALIGNMENT;
}

function readU64(reader: Reader): bigint {
  const low = reader.u32();
  return (BigInt(reader.u32()) << 32n) | BigInt(low);
}

function writeU64(writer: Writer, value: bigint): void {
  writer.u32(Number(value & 0xffff_ffffn));
  writer.u32(Number(value >> 32n));
}
