/** Typed arrays that hold numbers of user data. */
export type NumericArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** Which typed array holds the numbers: `i32` is an `Int32Array`, `u64` a `BigUint64Array`, and so on. */
export type NumericKind = "i8" | "u8" | "i16" | "u16" | "i32" | "u32" | "i64" | "u64" | "f32" | "f64";

/** True on machines that keep the least significant byte first, so that little-endian files need no swap. */
export const LITTLE_ENDIAN: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Bytes of one number of a kind. */
export function bytesPerNumber(kind: NumericKind): 1 | 2 | 4 | 8 {
  switch (kind) {
    case "i8":
    case "u8":
      return 1;
    case "i16":
    case "u16":
      return 2;
    case "i32":
    case "u32":
    case "f32":
      return 4;
    default:
      return 8;
  }
}

/** A typed array of `count` zeros. */
export function allocateNumbers(kind: NumericKind, count: number): NumericArray {
  switch (kind) {
    case "i8":
      return new Int8Array(count);
    case "u8":
      return new Uint8Array(count);
    case "i16":
      return new Int16Array(count);
    case "u16":
      return new Uint16Array(count);
    case "i32":
      return new Int32Array(count);
    case "u32":
      return new Uint32Array(count);
    case "i64":
      return new BigInt64Array(count);
    case "u64":
      return new BigUint64Array(count);
    case "f32":
      return new Float32Array(count);
    case "f64":
      return new Float64Array(count);
  }
}

/** The kind of a typed array, or `null` for anything else (also for `DataView` and for half-precision arrays). */
export function numericKindOf(value: unknown): NumericKind | null {
  if (value instanceof Float64Array) return "f64";
  if (value instanceof Float32Array) return "f32";
  if (value instanceof Uint8Array || value instanceof Uint8ClampedArray) return "u8";
  if (value instanceof Int32Array) return "i32";
  if (value instanceof BigInt64Array) return "i64";
  if (value instanceof BigUint64Array) return "u64";
  if (value instanceof Int16Array) return "i16";
  if (value instanceof Uint16Array) return "u16";
  if (value instanceof Uint32Array) return "u32";
  if (value instanceof Int8Array) return "i8";
  return null;
}

/** True for kinds whose elements are `bigint`. */
export function isBigKind(kind: NumericKind): boolean {
  return kind === "i64" || kind === "u64";
}
