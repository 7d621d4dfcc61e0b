import type { Codec } from "../codec.js";
import type { FormatContext } from "../context.js";
import type { Reader } from "../reader.js";
import type { StoredSelection } from "../selection/dataspace-selection.js";
import { storedSelection } from "../selection/stored-selection.js";
import type { Writer } from "../writer.js";

/** What a dataset region reference of before HDF5 1.12 points to: an object of the global heap holds it (X.C). */
export interface StoredRegion {
  /** Address of the dataset's object header; `null` for a reference to nothing. */
  readonly address: number | null;
  readonly stored: StoredSelection;
}

/** Codec of a dataset region in the global heap. File Format Specification, section X.C. */
export const storedRegion: Codec<StoredRegion> = {
  name: "region-reference",
  section: "X.C",

  decode(reader: Reader, context: FormatContext): StoredRegion {
    return { address: reader.offset(context), stored: storedSelection.decode(reader, context) };
  },

  encode({ address, stored }: StoredRegion, writer: Writer, context: FormatContext): void {
    writer.offset(address, context);
    storedSelection.encode(stored, writer, context);
  },

  sizeOf({ stored }: StoredRegion, context: FormatContext): number {
    return context.offsetSize + storedSelection.sizeOf(stored, context);
  },
};
