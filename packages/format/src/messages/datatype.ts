import type { Codec } from "../codec.js";
import type { FormatContext } from "../context.js";
import { arrayClass } from "../datatype/array.js";
import { bitfieldClass } from "../datatype/bitfield.js";
import { complexClass } from "../datatype/complex.js";
import { compoundClass } from "../datatype/compound.js";
import type { DatatypeClass, NestedDatatypes } from "../datatype/datatype-class.js";
import { enumerationClass } from "../datatype/enumeration.js";
import { fixedPointClass } from "../datatype/fixed-point.js";
import { floatingPointClass } from "../datatype/floating-point.js";
import { opaqueClass } from "../datatype/opaque.js";
import { referenceClass } from "../datatype/reference.js";
import { stringClass } from "../datatype/string.js";
import { timeClass } from "../datatype/time.js";
import { variableLengthClass } from "../datatype/variable-length.js";
import type { Datatype, DatatypeVersion } from "../datatype.js";
import { HdfiveError } from "../errors.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";

/** Datatypes nest in messages of at most 64 KiB; libhdf5 sets no limit, and a stack of 8000 calls is one too many. */
const MAX_DEPTH = 64;
const HEAD_SIZE = 8;

const CLASSES: { readonly [Name in Datatype["class"]]: DatatypeClass<Extract<Datatype, { class: Name }>> } = {
  "fixed-point": fixedPointClass,
  "floating-point": floatingPointClass,
  time: timeClass,
  string: stringClass,
  bitfield: bitfieldClass,
  opaque: opaqueClass,
  compound: compoundClass,
  reference: referenceClass,
  enumeration: enumerationClass,
  "variable-length": variableLengthClass,
  array: arrayClass,
  complex: complexClass,
};

const CLASS_BY_ID: readonly DatatypeClass<Datatype>[] = Object.values(CLASSES);

function isVersion(version: number): version is DatatypeVersion {
  return version >= 1 && version <= 5;
}

const nested: NestedDatatypes = {
  decode(reader: Reader, context: FormatContext, depth: number): Datatype {
    const { datatypeDepth = MAX_DEPTH } = context;
    if (depth >= datatypeDepth) {
      throw new HdfiveError(
        "LIMIT",
        `datatype: nested more than ${datatypeDepth} deep; open the file with { limits: { depth } }`,
        { address: reader.address },
      );
    }
    const word = reader.u32();
    const size = reader.u32();
    const version = (word >>> 4) & 15;
    const datatypeClass = CLASS_BY_ID[word & 15];
    if (!isVersion(version)) {
      throw reader.corrupt(`version ${version}`);
    }
    if (datatypeClass === undefined) {
      throw reader.corrupt(`class ${word & 15}`);
    }
    if (size === 0) {
      throw reader.corrupt("element of 0 bytes");
    }
    return datatypeClass.decode({ version, bits: word >>> 8, size }, reader, context, nested, depth);
  },

  encode(type: Datatype, writer: Writer, depth: number): void {
    if (depth >= MAX_DEPTH) {
      throw writer.invalid(`datatypes nested more than ${MAX_DEPTH} deep`);
    }
    if (type.size === 0) {
      throw writer.invalid("element of 0 bytes");
    }
    const datatypeClass: DatatypeClass<Datatype> = CLASSES[type.class];
    writer.u8((type.version << 4) | datatypeClass.id);
    writer.uint(datatypeClass.bits(type), 3);
    writer.u32(type.size);
    datatypeClass.encode(type, writer, nested, depth);
  },

  sizeOf(type: Datatype): number {
    const datatypeClass: DatatypeClass<Datatype> = CLASSES[type.class];
    return HEAD_SIZE + datatypeClass.sizeOf(type, nested);
  },
};

/** Codec of a datatype message (IV.A.2.d), versions 1 to 5, and of the same bytes inside an attribute. */
export const datatype: Codec<Datatype> = {
  name: "datatype",
  section: "IV.A.2.d",

  decode(reader: Reader, context: FormatContext): Datatype {
    return nested.decode(reader, context, 0);
  },

  encode(value: Datatype, writer: Writer): void {
    nested.encode(value, writer, 0);
  },

  sizeOf(value: Datatype): number {
    return nested.sizeOf(value);
  },
};
