import type { Codec } from "../codec.js";
import type { FormatContext } from "../context.js";
import { type GlobalHeapId, globalHeapId } from "../global-heap-id.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";

/** What a reference of HDF5 1.12 points to (X.B). */
export type ReferenceTarget = "object" | "region" | "attribute";

/** What every reference of HDF5 1.12 begins with (X.B). */
export interface ReferenceHead {
  readonly target: ReferenceTarget;
  /** Whether it points into another file. */
  readonly isExternal: boolean;
}

/** A reference of HDF5 1.12 as an element of a dataset or attribute (X.B): in place, or in the global heap. */
export type ReferenceElement =
  | { readonly storage: "null" }
  | {
      /** An object of the same file. */
      readonly storage: "inline";
      readonly head: { readonly target: "object"; readonly isExternal: false };
      /** Address of the object header. */
      readonly address: number;
    }
  | {
      readonly storage: "heap";
      readonly head: ReferenceHead;
      /** Bytes of the reference in the heap. */
      readonly byteLength: number;
      readonly id: GlobalHeapId;
    };

/** First number of these types; those before are of the references before HDF5 1.12. */
const FIRST_TYPE = 2;
const TARGETS: readonly ReferenceTarget[] = ["object", "region", "attribute"];
const EXTERNAL = 0x01;

/** Codec of an element; bytes that its kind leaves over are zeros. File Format Specification, section X.B. */
export const referenceElement: Codec<ReferenceElement> = {
  name: "reference",
  section: "X.B",

  decode(reader: Reader, context: FormatContext): ReferenceElement {
    const type = reader.u8();
    const flags = reader.u8();
    const body = reader.inner(elementSize(context) - 2, reader.structure);
    if (type === 0) {
      return { storage: "null" };
    }
    const target = TARGETS[type - FIRST_TYPE];
    if (target === undefined) {
      throw reader.corrupt(`reference of type ${type}`);
    }
    if (flags & ~EXTERNAL) {
      throw reader.corrupt(`flags 0x${flags.toString(16)}`);
    }
    const isExternal = flags === EXTERNAL;
    if (target === "object" && !isExternal) {
      const address = readToken(body, context, false).address;
      return { storage: "inline", head: { target, isExternal }, address };
    }
    const byteLength = body.u32();
    return { storage: "heap", head: { target, isExternal }, byteLength, id: globalHeapId.decode(body, context) };
  },

  encode(element: ReferenceElement, writer: Writer, context: FormatContext): void {
    const end = writer.position + elementSize(context);
    if (element.storage !== "null") {
      const { target, isExternal } = element.head;
      writer.u8(FIRST_TYPE + TARGETS.indexOf(target));
      writer.u8(isExternal ? EXTERNAL : 0);
      if (element.storage === "inline") {
        writeToken({ address: element.address, size: context.offsetSize }, writer);
      } else {
        writer.u32(element.byteLength);
        globalHeapId.encode(element.id, writer, context);
      }
    }
    writer.zeros(end - writer.position);
  },

  sizeOf(_element: ReferenceElement, context: FormatContext): number {
    return elementSize(context);
  },
};

/** Type and flags, the size of what is in the heap, and where it is: more than an object of the same file takes. */
function elementSize({ offsetSize }: FormatContext): number {
  return 2 + 4 + offsetSize + 4;
}

/** The token of an object: the address of its header, in as many bytes as its file has for addresses (X.B). */
export interface ObjectToken {
  readonly address: number;
  readonly size: number;
}

/** Reads a token; those of other files may have another size than addresses have here. */
export function readToken(reader: Reader, { offsetSize }: FormatContext, isExternal: boolean): ObjectToken {
  const size = reader.u8();
  if (isExternal ? size < 1 || size > 8 : size !== offsetSize) {
    throw reader.corrupt(`object token of ${size} bytes in a file with addresses of ${offsetSize}`);
  }
  return { address: reader.uint(size), size };
}

/** Writes a token. */
export function writeToken({ address, size }: ObjectToken, writer: Writer): void {
  writer.u8(size);
  writer.uint(address, size);
}
