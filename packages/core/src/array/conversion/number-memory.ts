import { type Datatype, HdfiveError } from "@hdfive/format";
import { describe } from "../describe-value.js";
import { floatType } from "../dtype/atomic-types.js";
import { dtypeName } from "../dtype/dtype-name.js";
import type { MemoryArray, UserArray } from "../ndarray.js";
import {
  allocateNumbers,
  bytesPerNumber,
  isBigKind,
  type NumericArray,
  type NumericKind,
  numericKindOf,
} from "../numeric-array.js";
import { BLOCK, blockOf, convertNumbers, type NumberTarget } from "./convert-numbers.js";
import { clampedInteger, FLOAT64_GRID, nearestFloat } from "./exact-number.js";
import type { MemoryType } from "./memory-type.js";
import type { NumberCodec } from "./number-codec.js";
import { limitsOf } from "./number-limits.js";
import { type StrictTarget, strictNumbers } from "./strict-numbers.js";

/** What a datatype of numbers is, beside its codec. */
export interface NumberOptions {
  readonly datatype: Datatype;
  /** True for booleans. */
  readonly boolean?: boolean;
  /** Values by name, for enumerations. */
  readonly names?: ReadonlyMap<string, number | bigint>;
}

/** Memory of one typed array of numbers; its datatype is float64 for layouts that 64 bits cannot hold. */
export function numberMemory(codec: NumberCodec, { datatype, boolean = false, names }: NumberOptions): MemoryType {
  const target = targetOf(codec, { datatype, boolean, ...(names === undefined ? {} : { names }) });
  const fullRange = codec.limits === null || fillsKind(codec);
  return {
    datatype,
    memoryDatatype: codec.exact === null ? datatype : floatType(8),
    innerShape: [],
    native: codec.native,
    bytesPerElement: bytesPerNumber(codec.kind),
    needsHeap: false,
    asFileBytes(from) {
      const same = codec.native && !boolean && numericKindOf(from) === codec.kind;
      return same ? byteView(from as NumericArray) : null;
    },
    allocate: (count) => allocateNumbers(codec.kind, count),
    decode(bytes, byteOffset, count, into, at) {
      codec.decode(bytes, byteOffset, count, numbersOf(into, codec.kind), at);
    },
    encode(from, at, count, bytes, byteOffset) {
      if (numericKindOf(from) === codec.sourceKind && fullRange && !boolean) {
        codec.encode(from as NumericArray, at, count, bytes, byteOffset);
        return;
      }
      const block = blockOf(codec.sourceKind, count);
      for (let done = 0; done < count; done += BLOCK) {
        const length = Math.min(BLOCK, count - done);
        stage(from, at + done, length, block, target);
        codec.encode(block, 0, length, bytes, byteOffset + done * codec.size);
      }
    },
  };
}

/** What `encode` converts the user's numbers to before it stores them. */
export function targetOf(codec: NumberCodec, options: NumberOptions): StrictTarget {
  return {
    kind: codec.sourceKind,
    limits: codec.limits,
    // The codec rounds to the layout itself.
    round: null,
    boolean: options.boolean ?? false,
    name: dtypeName(options.datatype),
    names: options.names ?? null,
  };
}

/** Fills a block with the user's numbers: clamped when they come as a typed array, checked when they do not. */
export function stage(from: UserArray, at: number, count: number, block: NumericArray, target: StrictTarget): void {
  const kind = numericKindOf(from);
  if (kind !== null) {
    convertNumbers(from as NumericArray, at, count, block, 0, target);
  } else if (Array.isArray(from) || ArrayBuffer.isView(from)) {
    strictNumbers(from as ArrayLike<unknown>, at, count, block, target);
  } else {
    throw new HdfiveError("INVALID_ARGUMENT", `No conversion path from ${describe(from)} to ${target.name}`);
  }
}

/** Memory of numbers of another datatype than the file's, converted by HDF5's rules on the way in and out. */
export function convertedMemory(
  file: NumberCodec,
  inner: MemoryType,
  as: NumberCodec,
  asType: NumberOptions,
): MemoryType {
  const target: NumberTarget = { kind: as.kind, limits: as.limits, round: as.round, boolean: asType.boolean ?? false };
  return {
    datatype: inner.datatype,
    memoryDatatype: as.exact === null ? asType.datatype : floatType(8),
    innerShape: [],
    native: false,
    bytesPerElement: bytesPerNumber(as.kind),
    needsHeap: false,
    asFileBytes: () => null,
    allocate: (count) => allocateNumbers(as.kind, count),
    decode(bytes, byteOffset, count, into, at) {
      if (file.exact !== null) {
        decodeExact(file.exact, file.size, bytes, byteOffset, count, numbersOf(into, as.kind), at, as, target.boolean);
        return;
      }
      const block = blockOf(file.kind, count);
      for (let done = 0; done < count; done += BLOCK) {
        const length = Math.min(BLOCK, count - done);
        file.decode(bytes, byteOffset + done * file.size, length, block, 0);
        convertNumbers(block, 0, length, numbersOf(into, as.kind), at + done, target);
      }
    },
    encode: (from, at, count, bytes, byteOffset, heap) => inner.encode(from, at, count, bytes, byteOffset, heap),
  };
}

/** Numbers that no typed array holds as those of another datatype: rounded once, from all their digits. */
export function decodeExact(
  read: NonNullable<NumberCodec["exact"]>,
  size: number,
  bytes: Uint8Array,
  byteOffset: number,
  count: number,
  into: NumericArray,
  at: number,
  as: NumberCodec,
  boolean: boolean,
): void {
  const { limits, grid } = as;
  const big = isBigKind(as.kind);
  for (let i = 0; i < count; i++) {
    const number = read(bytes, byteOffset + i * size);
    if (boolean) {
      into[at + i] = number === null || number.mantissa === 0n ? 0 : 1;
    } else if (limits === null) {
      into[at + i] = nearestFloat(number, grid ?? FLOAT64_GRID);
    } else {
      const whole = clampedInteger(number, limits);
      into[at + i] = big ? whole : Number(whole);
    }
  }
}

function numbersOf(into: MemoryArray, kind: NumericKind): NumericArray {
  if (numericKindOf(into) !== kind) {
    throw new HdfiveError("INVALID_ARGUMENT", `the result needs memory of kind ${kind}, not ${describe(into)}`);
  }
  return into as NumericArray;
}

function byteView(numbers: NumericArray): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** True when every value of the memory's typed array is a value of the layout, so that there is nothing to clamp. */
function fillsKind({ kind, limits }: NumberCodec): boolean {
  const own = limitsOf(kind.startsWith("i"), 8 * bytesPerNumber(kind));
  return limits !== null && own.min === limits.min && own.max === limits.max;
}
