import { FormatError } from "../errors.js";

/** What the nbit filter is told about a datatype: where its meaningful bits are. */
export type NbitType =
  | {
      readonly class: "atomic";
      readonly size: number;
      readonly byteOrder: "LE" | "BE";
      readonly bitPrecision: number;
      readonly bitOffset: number;
    }
  | { readonly class: "array"; readonly size: number; readonly base: NbitType }
  | { readonly class: "compound"; readonly size: number; readonly members: readonly NbitMember[] }
  | { readonly class: "no-op"; readonly size: number };

/** A member of a compound, as the nbit filter is told. */
export interface NbitMember {
  readonly byteOffset: number;
  readonly type: NbitType;
}

/** The client data of an nbit filter. */
export interface NbitParameters {
  /** Whether all bits are meaningful, so that the filter leaves chunks as they are. */
  readonly needNotCompress: boolean;
  /** Elements of a chunk. */
  readonly elementCount: number;
  /** What an element is; `null` where nothing is packed and the file does not say. */
  readonly type: NbitType | null;
}

const CLASS = { atomic: 1, array: 2, compound: 3, noOp: 4 } as const;
const BYTE_ORDERS = ["LE", "BE"] as const;
const HEADER_COUNT = 3;
/** As deep as datatypes themselves can be nested. */
const MAX_DEPTH = 64;

/**
 * Reads the client data of an nbit filter (filter 5): their number, whether nothing is to be packed, the elements of a
 * chunk, then the datatype.
 *
 * Throws a `FormatError` unless the values describe one datatype to their very end, with all bits and members inside it.
 */
export function decodeNbitParameters(clientData: readonly number[]): NbitParameters {
  const [count, needNotCompress, elementCount] = clientData;
  if (count !== clientData.length || needNotCompress === undefined || elementCount === undefined) {
    throw invalid(`${clientData.length} client data values, said to be ${count ?? "none"}`);
  }
  if (needNotCompress !== 0) {
    return { needNotCompress: true, elementCount, type: null };
  }
  const values = new Values(clientData, HEADER_COUNT);
  const type = readType(values, values.next(), 0);
  if (values.left > 0) {
    throw invalid(`${values.left} client data values after the datatype`);
  }
  return { needNotCompress: false, elementCount, type };
}

/** The client data values for these parameters. */
export function encodeNbitParameters({ needNotCompress, elementCount, type }: NbitParameters): number[] {
  const described: number[] = [];
  if (type !== null) {
    writeType(type, described);
  }
  return [HEADER_COUNT + described.length, needNotCompress ? 1 : 0, elementCount, ...described];
}

/** Bits that one element takes when it is packed. */
export function packedBits(type: NbitType): number {
  switch (type.class) {
    case "atomic":
      return type.bitPrecision;
    case "no-op":
      return type.size * 8;
    case "array":
      return (type.size / type.base.size) * packedBits(type.base);
    case "compound":
      return type.members.reduce((bits, member) => bits + packedBits(member.type), 0);
  }
}

/**
 * Whether libhdf5 loses its place in the values of this datatype, and with it the data of members.
 *
 * After an array of arrays or of compounds it goes on reading at the beginning of the array's elements, so whatever follows
 * that array in a compound is taken for something else, when it is written and when it is read.
 */
export function isMisread(type: NbitType): boolean {
  switch (type.class) {
    case "atomic":
    case "no-op":
      return false;
    case "array":
      return isMisread(type.base);
    case "compound":
      return type.members.some((member, i) => {
        const isLast = i === type.members.length - 1;
        return isMisread(member.type) || (!isLast && losesPlace(member.type));
      });
  }
}

/** Whether libhdf5 does not stand behind the values of this datatype after it went through them. */
function losesPlace(type: NbitType): boolean {
  if (type.class === "array") {
    return type.base.class === "array" || type.base.class === "compound";
  }
  const last = type.class === "compound" ? type.members.at(-1) : undefined;
  return last !== undefined && losesPlace(last.type);
}

/** The values one after the other. */
class Values {
  readonly #values: readonly number[];
  #at: number;

  constructor(values: readonly number[], at: number) {
    this.#values = values;
    this.#at = at;
  }

  get left(): number {
    return this.#values.length - this.#at;
  }

  next(): number {
    const value = this.#values[this.#at++];
    if (value === undefined) {
      throw invalid("the client data values end within the datatype");
    }
    return value;
  }
}

function readType(values: Values, typeClass: number, depth: number): NbitType {
  if (depth >= MAX_DEPTH) {
    throw invalid(`datatypes nested more than ${MAX_DEPTH} deep`);
  }
  const size = values.next();
  if (size === 0) {
    throw invalid("a datatype of 0 bytes");
  }
  switch (typeClass) {
    case CLASS.atomic:
      return readAtomic(values, size);
    case CLASS.array: {
      const baseClass = values.next();
      const base = readType(values, baseClass, depth + 1);
      if (size % base.size !== 0) {
        throw invalid(`an array of ${size} bytes with elements of ${base.size}`);
      }
      return { class: "array", size, base };
    }
    case CLASS.compound:
      return { class: "compound", size, members: readMembers(values, size, depth) };
    case CLASS.noOp:
      return { class: "no-op", size };
    default:
      throw invalid(`datatype class ${typeClass}`);
  }
}

function readAtomic(values: Values, size: number): NbitType {
  const order = values.next();
  const bitPrecision = values.next();
  const bitOffset = values.next();
  const byteOrder = BYTE_ORDERS[order];
  if (byteOrder === undefined) {
    throw invalid(`byte order ${order}`);
  }
  if (bitPrecision === 0 || bitPrecision + bitOffset > size * 8) {
    throw invalid(`${bitPrecision} bits from bit ${bitOffset} on, in ${size} bytes`);
  }
  return { class: "atomic", size, byteOrder, bitPrecision, bitOffset };
}

function readMembers(values: Values, size: number, depth: number): NbitMember[] {
  const count = values.next();
  const members: NbitMember[] = [];
  let used = 0;
  for (let i = 0; i < count; i++) {
    const byteOffset = values.next();
    const type = readType(values, values.next(), depth + 1);
    used += type.size;
    // Without overlaps an element costs no more steps than it has bytes.
    if (byteOffset + type.size > size || used > size) {
      throw invalid(`a member of ${type.size} bytes at byte ${byteOffset} of a compound of ${size}`);
    }
    members.push({ byteOffset, type });
  }
  return members;
}

function writeType(type: NbitType, values: number[]): void {
  switch (type.class) {
    case "atomic":
      values.push(CLASS.atomic, type.size, BYTE_ORDERS.indexOf(type.byteOrder), type.bitPrecision, type.bitOffset);
      break;
    case "no-op":
      values.push(CLASS.noOp, type.size);
      break;
    case "array":
      values.push(CLASS.array, type.size);
      writeType(type.base, values);
      break;
    case "compound":
      values.push(CLASS.compound, type.size, type.members.length);
      for (const member of type.members) {
        values.push(member.byteOffset);
        writeType(member.type, values);
      }
      break;
  }
}

function invalid(problem: string): FormatError {
  return new FormatError("nbit filter", problem);
}
