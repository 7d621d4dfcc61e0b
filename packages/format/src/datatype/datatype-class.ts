import type { FormatContext } from "../context.js";
import type { Datatype, DatatypeVersion } from "../datatype.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";

/** The eight bytes that open every datatype (IV.A.2.d), without the class. */
export interface DatatypeHead {
  readonly version: DatatypeVersion;
  /** The class bit field, 24 bits. */
  readonly bits: number;
  readonly size: number;
}

/** The codec of whole datatypes, for the classes that contain others; `depth` counts how deep they are nested. */
export interface NestedDatatypes {
  decode(reader: Reader, context: FormatContext, depth: number): Datatype;
  encode(type: Datatype, writer: Writer, depth: number): void;
  sizeOf(type: Datatype): number;
}

/** How one class of datatypes uses its bit field and its properties (IV.A.2.d). */
export interface DatatypeClass<T extends Datatype> {
  /** The class number in the message. */
  readonly id: number;
  /** Reads the properties, which follow the head. */
  decode(head: DatatypeHead, reader: Reader, context: FormatContext, nested: NestedDatatypes, depth: number): T;
  /** The class bit field of a type. */
  bits(type: T): number;
  /** Writes the properties. */
  encode(type: T, writer: Writer, nested: NestedDatatypes, depth: number): void;
  /** Bytes of the properties. */
  sizeOf(type: T, nested: NestedDatatypes): number;
}
