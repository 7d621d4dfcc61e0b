import type { Codec } from "../codec.js";
import type { FormatContext } from "../context.js";
import type { Reader } from "../reader.js";
import type { StoredSelection } from "../selection/dataspace-selection.js";
import { selectionRank } from "../selection/dataspace-selection.js";
import { storedSelection } from "../selection/stored-selection.js";
import { encodeText, type Writer } from "../writer.js";
import { type ObjectToken, type ReferenceHead, readToken, writeToken } from "./reference-element.js";

/** What the global heap holds of a reference of HDF5 1.12 (X.B). */
export interface ReferenceBody {
  readonly token: ObjectToken;
  /** Name of the other file; `null` for this one. */
  readonly file: string | null;
  /** Of a region. */
  readonly region: { readonly rank: number; readonly stored: StoredSelection } | null;
  /** Name of the attribute, of an attribute. */
  readonly attribute: string | null;
}

/** Codec of what follows type and flags of a reference; these say what there is. File Format Specification, section X.B. */
export function referenceBody({ target, isExternal }: ReferenceHead): Codec<ReferenceBody> {
  return {
    name: `${target}-reference`,
    section: "X.B",

    decode(reader: Reader, context: FormatContext): ReferenceBody {
      const token = readToken(reader, context, isExternal);
      const file = isExternal ? reader.text(reader.u16()) : null;
      const region = target === "region" ? decodeRegion(reader, context) : null;
      const attribute = target === "attribute" ? reader.text(reader.u16()) : null;
      return { token, file, region, attribute };
    },

    encode({ token, file, region, attribute }: ReferenceBody, writer: Writer, context: FormatContext): void {
      if ((file !== null) !== isExternal || (region !== null) !== (target === "region")) {
        throw writer.invalid(`a reference to ${target} without what it points to`);
      }
      writeToken(token, writer);
      writeName(file, writer);
      if (region !== null) {
        writer.u32(storedSelection.sizeOf(region.stored, context));
        writer.u32(region.rank);
        storedSelection.encode(region.stored, writer, context);
      }
      writeName(attribute, writer);
    },

    sizeOf({ token, file, region, attribute }: ReferenceBody, context: FormatContext): number {
      const selected = region === null ? 0 : 8 + storedSelection.sizeOf(region.stored, context);
      return 1 + token.size + nameSize(file) + selected + nameSize(attribute);
    },
  };
}

function decodeRegion(reader: Reader, context: FormatContext): { rank: number; stored: StoredSelection } {
  const byteLength = reader.u32();
  const rank = reader.u32();
  const stored = storedSelection.decode(reader.inner(byteLength, storedSelection.name), context);
  const found = selectionRank(stored.selection);
  if (found !== null && found !== rank) {
    throw reader.corrupt(`selection of ${found} dimensions where the reference says ${rank}`);
  }
  return { rank, stored };
}

/** A name with its length before it and no NUL after it. */
function writeName(name: string | null, writer: Writer): void {
  if (name !== null) {
    const bytes = encodeText(name);
    writer.u16(bytes.length);
    writer.bytes(bytes);
  }
}

function nameSize(name: string | null): number {
  return name === null ? 0 : 2 + encodeText(name).length;
}
