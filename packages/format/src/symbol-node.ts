import type { NodeCodec } from "./codec.js";
import type { FormatContext } from "./context.js";
import type { Reader } from "./reader.js";
import { type SymbolTableEntry, symbolTableEntry, symbolTableEntrySize } from "./symbol-table-entry.js";
import type { Writer } from "./writer.js";

/** A leaf of an old-style group: up to 2K entries sorted by the bytes of their names (III.B). */
export interface SymbolNode {
  readonly entries: readonly SymbolTableEntry[];
}

const HEADER_SIZE = 8;

/** Most entries that fit a symbol table node: twice the group leaf node K (III.B). */
export function symbolNodeCapacity(context: FormatContext): number {
  return 2 * context.groupLeafK;
}

function symbolNodeSize(context: FormatContext): number {
  return HEADER_SIZE + symbolNodeCapacity(context) * symbolTableEntrySize(context);
}

/** Codec of a symbol table node (III.B), which always takes the room of 2K entries. */
export const symbolNode: NodeCodec<SymbolNode> = {
  name: "symbol-node",
  section: "III.B",
  keepsNoBytes: true,

  decode(reader: Reader, context: FormatContext): SymbolNode {
    const start = reader.position;
    // libhdf5 reads the whole node whatever its count says, so a node cut short is a broken file.
    reader.need(symbolNodeSize(context));
    reader.signature("SNOD");
    const version = reader.u8();
    if (version !== 1) {
      throw reader.corrupt(`version ${version}`);
    }
    reader.skip(1);
    const count = reader.u16();
    if (count > symbolNodeCapacity(context)) {
      throw reader.corrupt(`${count} entries where ${symbolNodeCapacity(context)} fit`);
    }
    const entries: SymbolTableEntry[] = [];
    for (let i = 0; i < count; i++) {
      entries.push(symbolTableEntry.decode(reader, context));
    }
    reader.skip(start + symbolNodeSize(context) - reader.position);
    return { entries };
  },

  encode(value: SymbolNode, writer: Writer, context: FormatContext): void {
    const start = writer.position;
    const capacity = symbolNodeCapacity(context);
    if (value.entries.length > capacity) {
      throw writer.invalid(`${value.entries.length} entries where ${capacity} fit`);
    }
    writer.signature("SNOD");
    writer.u8(1);
    writer.zeros(1);
    writer.u16(value.entries.length);
    for (const entry of value.entries) {
      symbolTableEntry.encode(entry, writer, context);
    }
    writer.zeros(start + symbolNodeSize(context) - writer.position);
  },

  sizeOf(_value: SymbolNode, context: FormatContext): number {
    return symbolNodeSize(context);
  },

  prefixSize: symbolNodeSize,

  totalSize(_prefix: Reader, context: FormatContext): number {
    return symbolNodeSize(context);
  },
};
