import type { Codec } from "../codec.js";
import type { FormatContext } from "../context.js";
import { UnsupportedError } from "../errors.js";
import type { Reader } from "../reader.js";

/** Number and sizes of the dimensions of a dataset or attribute. File Format Specification, section IV.A.2.b. */
export interface Dataspace {
  readonly version: 1 | 2;
  /** One element without dimensions, an array, or no element at all; version 1 has no null type. */
  readonly type: "scalar" | "simple" | "null";
  /** Elements along each dimension, slowest first. */
  readonly dimensions: readonly number[];
  /** Largest sizes, `null` in it for unlimited; `null` when not stored, which means the current sizes. */
  readonly maxDimensions: readonly (number | null)[] | null;
}

/** The most dimensions HDF5 allows. */
export const MAX_RANK = 32;

const TYPES = ["scalar", "simple", "null"] as const;
const FLAG_MAX = 0x01;
const FLAG_PERMUTATION = 0x02;
const V1_HEADER_SIZE = 8;
const V2_HEADER_SIZE = 4;
const TWO_64 = 2 ** 64;

/** The dataspace message. File Format Specification, section IV.A.2.b. */
export const dataspaceMessage: Codec<Dataspace> = {
  name: "dataspace",
  section: "IV.A.2.b",
  decode(reader, context) {
    const version = reader.u8();
    if (version !== 1 && version !== 2) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    const rank = reader.u8();
    if (rank > MAX_RANK) {
      throw reader.corrupt(`${rank} dimensions where ${MAX_RANK} are the most`);
    }
    const flags = readFlags(reader, version);
    const type = version === 1 ? readTypeV1(reader, rank) : readTypeV2(reader, rank);
    const dimensions: number[] = [];
    for (let i = 0; i < rank; i++) {
      dimensions.push(reader.lengthField(context));
    }
    checkElementCount(reader, dimensions);
    const maxDimensions = flags & FLAG_MAX ? readMaxDimensions(reader, context, dimensions) : null;
    return { version, type, dimensions, maxDimensions };
  },
  encode({ version, type, dimensions, maxDimensions }, writer, context) {
    if (maxDimensions !== null && maxDimensions.length !== dimensions.length) {
      throw writer.invalid(`${maxDimensions.length} maximum sizes for ${dimensions.length} dimensions`);
    }
    if (dimensions.length > MAX_RANK || (type !== "simple" && dimensions.length > 0)) {
      throw writer.invalid(`${dimensions.length} dimensions in a ${type} dataspace`);
    }
    if (version === 1 && type !== (dimensions.length === 0 ? "scalar" : "simple")) {
      throw writer.invalid(`version 1 cannot say that a dataspace of ${dimensions.length} dimensions is ${type}`);
    }
    writer.u8(version);
    writer.u8(dimensions.length);
    writer.u8(maxDimensions === null ? 0 : FLAG_MAX);
    if (version === 1) {
      writer.zeros(5);
    } else {
      writer.u8(TYPES.indexOf(type));
    }
    for (const dimension of dimensions) {
      writer.lengthField(dimension, context);
    }
    for (const dimension of maxDimensions ?? []) {
      writer.optional(dimension, context.lengthSize);
    }
  },
  sizeOf({ version, dimensions, maxDimensions }, context) {
    const fields = dimensions.length + (maxDimensions?.length ?? 0);
    return (version === 1 ? V1_HEADER_SIZE : V2_HEADER_SIZE) + fields * context.lengthSize;
  },
};

function readFlags(reader: Reader, version: 1 | 2): number {
  const flags = reader.u8();
  if (version === 1 && flags & FLAG_PERMUTATION) {
    throw new UnsupportedError(
      "permutation indices of a dataspace",
      "they were specified, but nothing ever wrote them",
    );
  }
  if (flags & ~FLAG_MAX) {
    throw reader.corrupt(`flags 0x${flags.toString(16)} have bits that version ${version} does not define`);
  }
  return flags;
}

function readTypeV1(reader: Reader, rank: number): Dataspace["type"] {
  reader.skip(5);
  return rank === 0 ? "scalar" : "simple";
}

function readTypeV2(reader: Reader, rank: number): Dataspace["type"] {
  const stored = reader.u8();
  const type = TYPES[stored];
  if (type === undefined) {
    throw reader.corrupt(`type ${stored} is not known`);
  }
  if (type !== "simple" && rank > 0) {
    throw reader.corrupt(`${type} with ${rank} dimensions`);
  }
  return type;
}

function readMaxDimensions(reader: Reader, context: FormatContext, dimensions: readonly number[]): (number | null)[] {
  return dimensions.map((dimension, axis) => {
    const maximum = reader.optional(context.lengthSize);
    if (maximum !== null && maximum < dimension) {
      throw reader.corrupt(`dimension ${axis} has ${dimension} elements where ${maximum} are its maximum`);
    }
    return maximum;
  });
}

/** The number of elements has to fit 64 bits, as in libhdf5; whether memory holds them is for the reader of data. */
function checkElementCount(reader: Reader, dimensions: readonly number[]): void {
  if (dimensions.reduce((product, dimension) => product * dimension, 1) >= TWO_64) {
    throw reader.corrupt(`dimensions ${dimensions.join(" x ")} have more elements than 64 bits count`);
  }
}
