import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "./checksum.js";
import type { NodeCodec } from "./codec.js";
import type { FormatContext } from "./context.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** An index of shared messages: which ones, and where they are found. File Format Specification, section III.I. */
export interface SharedMessageIndex {
  /** How messages are found by their hash: a list, or a version 2 B-tree when there are many. */
  readonly kind: "list" | "btree";
  /** Types of messages that are shared: bit i set for message type i. */
  readonly messageTypes: number;
  /** Shorter messages are not shared. */
  readonly minimumSize: number;
  /** More messages make the list a B-tree. */
  readonly listCutoff: number;
  /** Fewer messages make the B-tree a list. */
  readonly btreeCutoff: number;
  readonly messageCount: number;
  /** The list or B-tree; `null` while no message is shared. */
  readonly indexAddress: number | null;
  /** Fractal heap that holds the messages; `null` while no message is shared. */
  readonly heapAddress: number | null;
}

/** The master table of shared messages. File Format Specification, section III.I. */
export interface SharedMessageTable {
  readonly indexes: readonly SharedMessageIndex[];
}

const SIGNATURE = "SMTB";
const KINDS = ["list", "btree"] as const;

function tableSize(indexCount: number, { offsetSize }: FormatContext): number {
  return SIGNATURE.length + indexCount * (14 + 2 * offsetSize) + CHECKSUM_SIZE;
}

function readIndex(reader: Reader, context: FormatContext): SharedMessageIndex {
  const version = reader.u8();
  const stored = reader.u8();
  const kind = KINDS[stored];
  if (version !== 0 || kind === undefined) {
    throw reader.corrupt(`index of version ${version} and kind ${stored} is not known`);
  }
  return {
    kind,
    messageTypes: reader.u16(),
    minimumSize: reader.u32(),
    listCutoff: reader.u16(),
    btreeCutoff: reader.u16(),
    messageCount: reader.u16(),
    indexAddress: reader.offset(context),
    heapAddress: reader.offset(context),
  };
}

function writeIndex(index: SharedMessageIndex, writer: Writer, context: FormatContext): void {
  writer.u8(0);
  writer.u8(KINDS.indexOf(index.kind));
  writer.u16(index.messageTypes);
  writer.u32(index.minimumSize);
  writer.u16(index.listCutoff);
  writer.u16(index.btreeCutoff);
  writer.u16(index.messageCount);
  writer.offset(index.indexAddress, context);
  writer.offset(index.heapAddress, context);
}

/** Codec of a master table with as many indexes as its message says. File Format Specification, section III.I. */
export function sharedMessageTable(indexCount: number): NodeCodec<SharedMessageTable> {
  return {
    name: "shared-message-table",
    section: "III.I",
    keepsNoBytes: true,
    prefixSize: (context) => tableSize(indexCount, context),
    totalSize: (_prefix, context) => tableSize(indexCount, context),
    sizeOf: ({ indexes }, context) => tableSize(indexes.length, context),
    decode(reader, context) {
      const begin = reader.position;
      reader.signature(SIGNATURE);
      const indexes: SharedMessageIndex[] = [];
      for (let i = 0; i < indexCount; i++) {
        indexes.push(readIndex(reader, context));
      }
      readChecksum(reader, begin);
      return { indexes };
    },
    encode({ indexes }, writer, context) {
      const begin = writer.position;
      writer.signature(SIGNATURE);
      for (const index of indexes) {
        writeIndex(index, writer, context);
      }
      writeChecksum(writer, begin);
    },
  };
}
