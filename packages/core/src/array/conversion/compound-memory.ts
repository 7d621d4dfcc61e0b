import { type CompoundType, type Datatype, HdfiveError } from "@hdfive/format";
import { describe } from "../describe-value.js";
import { memberType } from "../dtype/datatypes-equal.js";
import { type Column, CompoundArray, type MemoryArray, type UserArray } from "../ndarray.js";
import { elementCount } from "../shape.js";
import { flattenTo } from "../user-array.js";
import type { HeapReader, MemoryType } from "./memory-type.js";

/** Bytes of one field that are packed at a time. */
const BLOCK_BYTES = 1 << 16;

/** One field of a compound: where it stands, and how it is converted. */
export interface CompoundField {
  readonly name: string;
  readonly byteOffset: number;
  readonly memory: MemoryType;
}

/** How the fields of a compound are converted when nothing else is asked for. */
export function fieldsOf(
  datatype: CompoundType,
  resolve: (type: Datatype, name: string) => MemoryType,
): CompoundField[] {
  return datatype.members.map((member) => ({
    name: member.name,
    byteOffset: member.byteOffset,
    memory: resolve(memberType(member), member.name),
  }));
}

/**
 * Memory of a compound (IV.A.2.d, class 6): a column per field.
 *
 * A write takes columns or objects with a property per field; bytes between the fields stay as they are.
 */
export function compoundMemory(
  datatype: CompoundType,
  fields: readonly CompoundField[],
  memoryDatatype: Datatype,
): MemoryType {
  const { size } = datatype;
  return {
    datatype: convertedPart(datatype, fields),
    memoryDatatype,
    innerShape: [],
    native: false,
    bytesPerElement: 0,
    needsHeap: fields.some((field) => field.memory.needsHeap),
    asFileBytes: () => null,
    allocate: (count) =>
      new CompoundArray(
        count,
        fields.map(({ name, memory }): Column => {
          const { memoryDatatype: type, innerShape } = memory;
          return { name, datatype: type, innerShape, data: memory.allocate(count) };
        }),
      ),
    decode(bytes, byteOffset, count, into, at, heap) {
      const columns = columnsOf(into);
      fields.forEach((field, i) => {
        decodeField(field, size, bytes, byteOffset, count, (columns[i] as Column).data, at, heap);
      });
    },
    encode(from, at, count, bytes, byteOffset, heap) {
      for (const { name, byteOffset: start, memory } of fields) {
        const column = columnOf(from, name, at, count, memory, fields);
        const width = memory.datatype.size;
        const packed = new Uint8Array(count * width);
        memory.encode(column.data, column.at, count, packed, 0, heap);
        copyFields(packed, 0, width, bytes, byteOffset + start, size, width, count);
      }
    },
  };
}

/** The compound with the fields alone that are converted: what else is in its bytes is not looked at, nor fetched. */
export function convertedPart(datatype: CompoundType, fields: readonly CompoundField[]): CompoundType {
  const members = fields.map(({ name, byteOffset, memory }) => ({
    name,
    byteOffset,
    dimensions: [],
    datatype: memory.datatype,
  }));
  return { ...datatype, members };
}

/** Converts one field of packed compounds of `size` bytes. */
export function decodeField(
  { byteOffset: start, memory }: CompoundField,
  size: number,
  bytes: Uint8Array,
  byteOffset: number,
  count: number,
  into: MemoryArray,
  at: number,
  heap: HeapReader,
): void {
  const width = memory.datatype.size;
  const perBlock = Math.max(1, Math.floor(BLOCK_BYTES / width));
  const packed = new Uint8Array(Math.min(count, perBlock) * width);
  for (let done = 0; done < count; done += perBlock) {
    const length = Math.min(perBlock, count - done);
    copyFields(bytes, byteOffset + done * size + start, size, packed, 0, width, width, length);
    memory.decode(packed, 0, length, into, at + done, heap);
  }
}

function columnsOf(into: MemoryArray): readonly Column[] {
  if (!(into instanceof CompoundArray)) {
    throw new HdfiveError("INVALID_ARGUMENT", `the result needs a CompoundArray, not ${describe(into)}`);
  }
  return into.columns;
}

/** Copies fields of `width` bytes from places one step apart to places another step apart. */
function copyFields(
  from: Uint8Array,
  sourceStart: number,
  sourceStep: number,
  to: Uint8Array,
  targetStart: number,
  targetStep: number,
  width: number,
  count: number,
): void {
  let source = sourceStart;
  let target = targetStart;
  if (sourceStep === width && targetStep === width) {
    to.set(from.subarray(source, source + count * width), target);
    return;
  }
  const read = new DataView(from.buffer, from.byteOffset, from.byteLength);
  const write = new DataView(to.buffer, to.byteOffset, to.byteLength);
  if (width === 4 || width === 8) {
    for (let i = 0; i < count; i++, source += sourceStep, target += targetStep) {
      write.setUint32(target, read.getUint32(source, true), true);
      if (width === 8) {
        write.setUint32(target + 4, read.getUint32(source + 4, true), true);
      }
    }
    return;
  }
  const words = width - (width % 4);
  for (let i = 0; i < count; i++, source += sourceStep, target += targetStep) {
    for (let word = 0; word < words; word += 4) {
      write.setUint32(target + word, read.getUint32(source + word, true), true);
    }
    for (let byte = words; byte < width; byte++) {
      to[target + byte] = from[source + byte] as number;
    }
  }
}

/** The user's values of one field: a column, or the property of every object. */
function columnOf(
  from: UserArray,
  name: string,
  at: number,
  count: number,
  memory: MemoryType,
  fields: readonly CompoundField[],
): { readonly data: UserArray; readonly at: number } {
  if (from instanceof CompoundArray) {
    checkNames(from.names, fields);
    const column = from.columns.find((candidate) => candidate.name === name) as Column;
    return { data: column.data, at };
  }
  const values: unknown[] = [];
  const rows = from as ArrayLike<unknown>;
  for (let i = 0; i < count; i++) {
    const row = rows[at + i];
    if (typeof row !== "object" || row === null || ArrayBuffer.isView(row)) {
      throw new HdfiveError(
        "INVALID_ARGUMENT",
        `${describe(row)} is no compound; give an object with ${namesOf(fields)}`,
      );
    }
    checkNames(Object.keys(row), fields);
    values.push((row as Readonly<Record<string, unknown>>)[name]);
  }
  const { data, shape } = flattenTo(values, memory.datatype, 1);
  if (shape.length !== 1 || elementCount(shape) !== count) {
    throw new HdfiveError("SHAPE_MISMATCH", `the values of field ${name} do not have the shape of the field`);
  }
  return { data, at: 0 };
}

function checkNames(names: readonly string[], fields: readonly CompoundField[]): void {
  const strange = names.find((name) => !fields.some((field) => field.name === name));
  if (strange !== undefined) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `No such field for indexing: ${strange}; the fields are ${namesOf(fields)}`,
    );
  }
  const missing = fields.find((field) => !names.includes(field.name));
  if (missing !== undefined) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `the field ${missing.name} has no value; the fields are ${namesOf(fields)}`,
    );
  }
}

function namesOf(fields: readonly CompoundField[]): string {
  return fields.map((field) => field.name).join(", ");
}
