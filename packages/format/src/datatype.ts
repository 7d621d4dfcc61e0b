/** Order of the bytes of a number (IV.A.2.d). */
export type ByteOrder = "LE" | "BE";

/** How a fixed-length string fills its room (IV.A.2.d, class 3). */
export type StringPadding = "null-terminate" | "null-pad" | "space-pad";

/** Characters of a string (IV.A.2.d, class 3). */
export type CharacterSet = "ascii" | "utf-8";

/** Version of a datatype message: 1 as first written, 2 arrays, 3 packed, 4 new references, 5 complex (IV.A.2.d). */
export type DatatypeVersion = 1 | 2 | 3 | 4 | 5;

/** What every datatype has (IV.A.2.d). */
export interface DatatypeCommon {
  readonly version: DatatypeVersion;
  /** Bytes of one element, never 0. */
  readonly size: number;
}

/** An integer (IV.A.2.d, class 0): `bitPrecision` bits from bit `bitOffset` on, the rest is padding. */
export interface FixedPointType extends DatatypeCommon {
  readonly class: "fixed-point";
  readonly byteOrder: ByteOrder;
  readonly signed: boolean;
  /** Value of the bits below the number. */
  readonly lowPad: 0 | 1;
  /** Value of the bits above the number. */
  readonly highPad: 0 | 1;
  readonly bitOffset: number;
  readonly bitPrecision: number;
}

/** A floating-point number (IV.A.2.d, class 1); locations are counted from the element's lowest bit, 0. */
export interface FloatingPointType extends DatatypeCommon {
  readonly class: "floating-point";
  /** VAX: little-endian words of 16 bits, the highest word first. */
  readonly byteOrder: ByteOrder | "VAX";
  readonly lowPad: 0 | 1;
  readonly highPad: 0 | 1;
  readonly internalPad: 0 | 1;
  /** The mantissa's highest bit: as stored, always stored as 1, or not stored and taken as 1. */
  readonly normalization: "none" | "msb-set" | "implied";
  readonly signLocation: number;
  readonly bitOffset: number;
  readonly bitPrecision: number;
  readonly exponentLocation: number;
  readonly exponentSize: number;
  readonly mantissaLocation: number;
  readonly mantissaSize: number;
  readonly exponentBias: number;
}

/** A time (IV.A.2.d, class 2), which libhdf5 never gave a meaning. */
export interface TimeType extends DatatypeCommon {
  readonly class: "time";
  readonly byteOrder: ByteOrder;
  readonly bitPrecision: number;
}

/** A string of `size` bytes (IV.A.2.d, class 3). */
export interface StringType extends DatatypeCommon {
  readonly class: "string";
  readonly padding: StringPadding;
  readonly charset: CharacterSet;
}

/** Bits without a number's meaning (IV.A.2.d, class 4). */
export interface BitfieldType extends DatatypeCommon {
  readonly class: "bitfield";
  readonly byteOrder: ByteOrder;
  readonly lowPad: 0 | 1;
  readonly highPad: 0 | 1;
  readonly bitOffset: number;
  readonly bitPrecision: number;
}

/** Bytes that only their writer understands (IV.A.2.d, class 5). */
export interface OpaqueType extends DatatypeCommon {
  readonly class: "opaque";
  /** The writer's name for them, up to 255 bytes of which libhdf5 stores a multiple of 8. */
  readonly tag: string;
}

/** One member of a compound (IV.A.2.d, class 6). */
export interface CompoundMember {
  readonly name: string;
  /** First byte of the member in the compound. */
  readonly byteOffset: number;
  /** Shape of an array member as version 1 stores it, without an array datatype; otherwise empty. */
  readonly dimensions: readonly number[];
  /** Type of the member, or of the elements of an array member of version 1. */
  readonly datatype: Datatype;
}

/** A record of named members (IV.A.2.d, class 6). */
export interface CompoundType extends DatatypeCommon {
  readonly class: "compound";
  readonly members: readonly CompoundMember[];
}

/** What a reference points to (IV.A.2.d, class 7); all but the first two came with HDF5 1.12. */
export type ReferenceKind = "object" | "region" | "object-2" | "region-2" | "attribute";

/** A reference to an object, a region of a dataset, or an attribute (IV.A.2.d, class 7). */
export interface ReferenceType extends DatatypeCommon {
  readonly class: "reference";
  readonly kind: ReferenceKind;
  /** How the reference is stored: 0 for "object" and "region", 1 for the others. */
  readonly encodingVersion: number;
}

/** One named value of an enumeration (IV.A.2.d, class 8). */
export interface EnumerationMember {
  readonly name: string;
  /** The value as an element of the base type. */
  readonly value: Uint8Array;
}

/** Values with names (IV.A.2.d, class 8). */
export interface EnumerationType extends DatatypeCommon {
  readonly class: "enumeration";
  readonly base: Datatype;
  readonly members: readonly EnumerationMember[];
}

/** Any number of elements, or a string of any length, in the global heap (IV.A.2.d, class 9). */
export interface VariableLengthType extends DatatypeCommon {
  readonly class: "variable-length";
  readonly kind: "sequence" | "string";
  /** Meaningful for strings only. */
  readonly padding: StringPadding;
  /** Meaningful for strings only. */
  readonly charset: CharacterSet;
  readonly base: Datatype;
}

/** A fixed number of elements (IV.A.2.d, class 10). */
export interface ArrayType extends DatatypeCommon {
  readonly class: "array";
  readonly dimensions: readonly number[];
  readonly base: Datatype;
}

/** A complex number, real part first (IV.A.2.d, class 11). */
export interface ComplexType extends DatatypeCommon {
  readonly class: "complex";
  readonly base: Datatype;
}

/** What the bytes of an element mean (IV.A.2.d); `class` tells which. */
export type Datatype =
  | FixedPointType
  | FloatingPointType
  | TimeType
  | StringType
  | BitfieldType
  | OpaqueType
  | CompoundType
  | ReferenceType
  | EnumerationType
  | VariableLengthType
  | ArrayType
  | ComplexType;
