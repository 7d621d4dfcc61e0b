import { type CompoundType, type Datatype, type EnumerationType, HdfiveError, UnsupportedError } from "@hdfive/format";
import { complexType, integerType } from "../dtype/atomic-types.js";
import { opaque } from "../dtype/builders.js";
import { memberType } from "../dtype/datatypes-equal.js";
import type { DtypeLike } from "../dtype/dtype-like.js";
import { dtypeName } from "../dtype/dtype-name.js";
import { isBooleanType, isComplexType } from "../dtype/recognize.js";
import { toDatatype } from "../dtype/to-datatype.js";
import type { NumericArray } from "../numeric-array.js";
import { arrayMemory } from "./array-memory.js";
import { complexMemory } from "./complex-memory.js";
import { compoundMemory, fieldsOf } from "./compound-memory.js";
import { fieldMemory, memberNamed } from "./field-memory.js";
import { fixedStringMemory } from "./fixed-string.js";
import { floatCodec } from "./float-codec.js";
import { integerCodec } from "./integer-codec.js";
import type { MemoryType } from "./memory-type.js";
import type { NumberCodec } from "./number-codec.js";
import { convertedMemory, type NumberOptions, numberMemory } from "./number-memory.js";
import { opaqueMemory, rawMemory } from "./opaque-memory.js";
import { referenceMemory } from "./reference-memory.js";
import { sequenceMemory, variableStringMemory } from "./variable-length.js";
import {
  narrowedMemory,
  rewidenedMemory,
  type WideIntegers,
  wideIntegerMemory,
  wideIntegers,
  widenedMemory,
} from "./wide-integer.js";

/** Fields of a compound to read: those of a list as a compound in its order, one by its name as an array of its own. */
export type FieldNames = string | readonly string[];

/**
 * The memory type of a datatype: which array holds its values, and how they get there and back.
 *
 * With `as`, numbers are converted by HDF5's rules on their way, also inside arrays, sequences and complex numbers; a
 * compound `as` picks fields by name and converts each; `"raw"`, or opaque bytes of the size of an element, gives bytes as
 * they are stored. With `fields`, `as` is what those are converted to.
 *
 * @throws UnsupportedError for numbers in more than 64 bytes
 * @throws HdfiveError `INVALID_ARGUMENT` when there is no conversion to `as`, or no such field
 */
export function memoryType(file: Datatype, as?: DtypeLike, fields?: FieldNames): MemoryType {
  const resolve = (type: Datatype): MemoryType =>
    as === undefined ? storedType(type) : convertedType(type, as === "raw" ? opaque(type.size) : toDatatype(as));
  if (fields === undefined) {
    return resolve(file);
  }
  if (typeof fields === "string") {
    const member = memberNamed(file, fields);
    return fieldMemory(file, member, resolve(memberType(member)));
  }
  const members = fields.map((name) => memberNamed(file, name));
  if (members.length === 0 || new Set(fields).size < members.length) {
    throw new HdfiveError("INVALID_ARGUMENT", "`fields` names at least one field, and each once");
  }
  const part: CompoundType = { ...(file as CompoundType), members };
  return as === undefined ? compoundMemory(part, fieldsOf(part, storedType), packedCompound(part)) : resolve(part);
}

/** A compound with its members one after the other, whatever stood between them. */
function packedCompound(datatype: CompoundType): CompoundType {
  let size = 0;
  const members = datatype.members.map((member) => {
    const byteOffset = size;
    size += memberType(member).size;
    return { ...member, byteOffset };
  });
  return { ...datatype, size, members };
}

function storedType(datatype: Datatype): MemoryType {
  const numbers = numbersOf(datatype);
  if (numbers !== null) {
    return numberMemory(numbers.codec, numbers.options);
  }
  const wide = wideOf(datatype);
  if (wide !== null) {
    return wideIntegerMemory(wide);
  }
  const part = isComplexType(datatype);
  if (part !== null) {
    const parts = storedType(part);
    // Parts that 64 bits do not hold are float64 in memory.
    return complexMemory(datatype, parts, parts.memoryDatatype === part ? datatype : complexType(8));
  }
  switch (datatype.class) {
    case "string":
      return fixedStringMemory(datatype);
    case "variable-length":
      return datatype.kind === "string"
        ? variableStringMemory(datatype)
        : sequenceMemory(datatype, storedType(datatype.base), datatype);
    case "array":
      return arrayMemory(datatype, storedType(datatype.base));
    case "compound":
      return compoundMemory(datatype, fieldsOf(datatype, storedType), datatype);
    case "opaque":
    case "time":
      return opaqueMemory(datatype);
    case "reference":
      return referenceMemory(datatype);
    default:
      throw new UnsupportedError("datatype", `${datatype.class} of ${dtypeName(datatype)}`);
  }
}

function convertedType(file: Datatype, as: Datatype): MemoryType {
  if (as.class === "opaque" && as.size === file.size && file.class !== "opaque") {
    return rawMemory(as);
  }
  if (file.class === "array") {
    const sameShape = as.class === "array" && as.dimensions.join() === file.dimensions.join();
    return arrayMemory(file, convertedType(file.base, sameShape ? as.base : as));
  }
  const from = numbersOf(file);
  const to = numbersOf(as);
  if (from !== null && to !== null) {
    return convertedMemory(from.codec, numberMemory(from.codec, from.options), to.codec, to.options);
  }
  const fromWide = wideOf(file);
  const toWide = wideOf(as);
  if (from !== null && toWide !== null) {
    return widenedMemory(from.codec, numberMemory(from.codec, from.options), toWide);
  }
  if (fromWide !== null && to !== null) {
    return narrowedMemory(fromWide, to.codec, to.options);
  }
  if (fromWide !== null && toWide !== null) {
    return rewidenedMemory(fromWide, toWide);
  }
  const fromPart = isComplexType(file);
  const toPart = isComplexType(as);
  if (fromPart !== null && toPart !== null) {
    return complexMemory(file, convertedType(fromPart, toPart), as);
  }
  if (file.class === "compound" && as.class === "compound" && fromPart === null && toPart === null) {
    return pickedFields(file, as);
  }
  if (
    file.class === "variable-length" &&
    as.class === "variable-length" &&
    file.kind === "sequence" &&
    as.kind === "sequence"
  ) {
    return sequenceMemory(file, convertedType(file.base, as.base), as);
  }
  if (isText(file) && file.class === "variable-length" && as.class === "variable-length" && as.base.size === 1) {
    if (as.kind === "sequence") {
      // Text of an encoding of its own: its bytes.
      return sequenceMemory({ ...file, kind: "sequence", base: as.base }, storedType(as.base), as);
    }
  }
  const sameText = isText(file) && isText(as);
  if (sameText || (file.class === as.class && file.size === as.size && isBytes(file))) {
    return { ...storedType(file), memoryDatatype: as };
  }
  throw new HdfiveError(
    "INVALID_ARGUMENT",
    `no appropriate function for conversion path (${dtypeName(file)} -> ${dtypeName(as)})`,
  );
}

/** The fields that the wanted compound names, in its order. */
function pickedFields(file: CompoundType, as: CompoundType): MemoryType {
  const fields = as.members.map((wanted) => {
    const member = memberNamed(file, wanted.name);
    const memory = convertedType(memberType(member), memberType(wanted));
    return { name: wanted.name, byteOffset: member.byteOffset, memory };
  });
  return compoundMemory(file, fields, as);
}

function isText(datatype: Datatype): boolean {
  return datatype.class === "string" || (datatype.class === "variable-length" && datatype.kind === "string");
}

function isBytes({ class: of }: Datatype): boolean {
  return of === "opaque" || of === "time" || of === "reference";
}

/** The codec of datatypes whose values are numbers in a typed array: integers, floats, bit fields, enumerations, booleans. */
function numbersOf(datatype: Datatype): { readonly codec: NumberCodec; readonly options: NumberOptions } | null {
  switch (datatype.class) {
    case "fixed-point":
    case "bitfield":
      return datatype.bitPrecision > 64 ? null : { codec: integerCodec(datatype), options: { datatype } };
    case "floating-point":
      return { codec: floatCodec(datatype), options: { datatype } };
    case "enumeration":
      return enumerationNumbers(datatype);
    default:
      return null;
  }
}

const BOOLEANS: ReadonlyMap<string, number> = new Map([
  ["FALSE", 0],
  ["TRUE", 1],
]);

function enumerationNumbers(
  datatype: EnumerationType,
): { readonly codec: NumberCodec; readonly options: NumberOptions } | null {
  if (isBooleanType(datatype)) {
    return { codec: integerCodec(integerType(1, false)), options: { datatype, boolean: true, names: BOOLEANS } };
  }
  const base = numbersOf(datatype.base);
  if (base === null) {
    if (wideOf(datatype.base) === null) {
      throw new UnsupportedError("datatype", `an enumeration of ${dtypeName(datatype.base)}`);
    }
    return null;
  }
  const { codec } = base;
  const names = new Map<string, number | bigint>();
  const value = numberMemory(codec, base.options).allocate(1) as NumericArray;
  for (const member of datatype.members) {
    codec.decode(member.value, 0, 1, value, 0);
    names.set(member.name, value[0] as number | bigint);
  }
  return { codec, options: { datatype, names } };
}

/** Integers of more than 64 bits, and enumerations of them. */
function wideOf(datatype: Datatype): WideIntegers | null {
  if (datatype.class === "fixed-point" || datatype.class === "bitfield") {
    return datatype.bitPrecision > 64 ? wideIntegers(datatype) : null;
  }
  const base = datatype.class === "enumeration" ? wideOf(datatype.base) : null;
  if (base === null || datatype.class !== "enumeration") {
    return null;
  }
  return { ...base, datatype, names: new Map(datatype.members.map(({ name, value }) => [name, base.read(value, 0)])) };
}
