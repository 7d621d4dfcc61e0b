import { type CompoundType, type Datatype, type EnumerationType, HdfiveError, UnsupportedError } from "@hdfive/format";
import { integerType } from "../dtype/atomic-types.js";
import { memberType } from "../dtype/datatypes-equal.js";
import type { DtypeLike } from "../dtype/dtype-like.js";
import { dtypeName } from "../dtype/dtype-name.js";
import { isBooleanType, isComplexType } from "../dtype/recognize.js";
import { toDatatype } from "../dtype/to-datatype.js";
import type { NumericArray } from "../numeric-array.js";
import { arrayMemory } from "./array-memory.js";
import { complexMemory } from "./complex-memory.js";
import { compoundMemory, fieldsOf } from "./compound-memory.js";
import { fixedStringMemory } from "./fixed-string.js";
import { floatCodec } from "./float-codec.js";
import { integerCodec } from "./integer-codec.js";
import type { MemoryType } from "./memory-type.js";
import type { NumberCodec } from "./number-codec.js";
import { convertedMemory, type NumberOptions, numberMemory } from "./number-memory.js";
import { opaqueMemory } from "./opaque-memory.js";
import { referenceMemory } from "./reference-memory.js";
import { sequenceMemory, variableStringMemory } from "./variable-length.js";

/**
 * The memory type of a datatype: which array holds its values, and how they get there and back.
 *
 * With `as`, numbers are converted by HDF5's rules on their way, also inside arrays, sequences and complex numbers; a
 * compound `as` picks fields by name and converts each.
 *
 * @throws UnsupportedError for a layout that no JavaScript array holds, such as integers of 128 bits
 * @throws HdfiveError `INVALID_ARGUMENT` when there is no conversion to `as`
 */
export function memoryType(file: Datatype, as?: DtypeLike): MemoryType {
  return as === undefined ? storedType(file) : convertedType(file, toDatatype(as));
}

function storedType(datatype: Datatype): MemoryType {
  const numbers = numbersOf(datatype);
  if (numbers !== null) {
    return numberMemory(numbers.codec, numbers.options);
  }
  const part = isComplexType(datatype);
  if (part !== null) {
    return complexMemory(datatype, storedType(part), datatype);
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
  if (file.class === "array") {
    const sameShape = as.class === "array" && as.dimensions.join() === file.dimensions.join();
    return arrayMemory(file, convertedType(file.base, sameShape ? as.base : as));
  }
  const from = numbersOf(file);
  const to = numbersOf(as);
  if (from !== null && to !== null) {
    return convertedMemory(from.codec, numberMemory(from.codec, from.options), to.codec, to.options);
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
  if (file.class === "string" && as.class === "opaque" && as.size === file.size) {
    // Text of no known encoding: its bytes, padding included.
    return { ...opaqueMemory(file), memoryDatatype: as };
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
  const stored = new Map(file.members.map((member) => [member.name, member]));
  const fields = as.members.map((wanted) => {
    const member = stored.get(wanted.name);
    if (member === undefined) {
      throw new HdfiveError("INVALID_ARGUMENT", `Field ${wanted.name} does not appear in this type.`);
    }
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
      return { codec: integerCodec(datatype), options: { datatype } };
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
    throw new UnsupportedError("datatype", `an enumeration of ${dtypeName(datatype.base)}`);
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
