import type { Codec } from "../codec.js";

/** Where an old-style group keeps its links. File Format Specification, section IV.A.2.r. */
export interface SymbolTable {
  /** Version 1 B-tree of the group's symbol nodes. */
  readonly btreeAddress: number;
  /** Local heap of the names. */
  readonly heapAddress: number;
}

/** The symbol table message. File Format Specification, section IV.A.2.r. */
export const symbolTableMessage: Codec<SymbolTable> = {
  name: "symbol-table",
  section: "IV.A.2.r",
  decode(reader, context) {
    const btreeAddress = reader.definedOffset(context, "address of the B-tree");
    return { btreeAddress, heapAddress: reader.definedOffset(context, "address of the local heap") };
  },
  encode({ btreeAddress, heapAddress }, writer, context) {
    writer.offset(btreeAddress, context);
    writer.offset(heapAddress, context);
  },
  sizeOf: (_, { offsetSize }) => 2 * offsetSize,
};
