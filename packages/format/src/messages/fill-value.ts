import type { Codec } from "../codec.js";
import type { FormatContext } from "../context.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";

/** What an element holds that was never written, and when storage is allocated and filled (IV.A.2.f). */
export interface FillValue {
  readonly version: 1 | 2 | 3;
  /** When the dataset gets its storage: at its creation, at the first write, or chunk by chunk. */
  readonly allocationTime: "early" | "late" | "incremental";
  /** When the storage is filled: with its allocation, never, or with its allocation if the value was set. */
  readonly fillTime: "alloc" | "never" | "if-set";
  /** Whether there is no fill value, the default one (zeros), or one of the user. */
  readonly defined: "undefined" | "default" | "user";
  /** One element of the dataset's datatype; `null` unless the user gave one. */
  readonly value: Uint8Array | null;
}

const ALLOCATION_TIMES: readonly FillValue["allocationTime"][] = ["early", "late", "incremental"];
const FILL_TIMES: readonly FillValue["fillTime"][] = ["alloc", "never", "if-set"];
/** What libhdf5 wrote as size where version 1 stores one although there is no fill value. */
const UNDEFINED_SIZE = -1;
const UNDEFINED_BIT = 0x10;
const VALUE_BIT = 0x20;
const KNOWN_BITS = 0x3f;

function decodeTimes(
  allocation: number,
  fill: number,
  reader: Reader,
): { allocationTime: FillValue["allocationTime"]; fillTime: FillValue["fillTime"] } {
  const allocationTime = ALLOCATION_TIMES[allocation - 1];
  const fillTime = FILL_TIMES[fill];
  if (allocationTime === undefined || fillTime === undefined) {
    throw reader.corrupt(`allocation time ${allocation}, fill time ${fill}`);
  }
  return { allocationTime, fillTime };
}

function decodeOld(version: 1 | 2, reader: Reader): FillValue {
  const times = decodeTimes(reader.u8(), reader.u8(), reader);
  const defined = reader.u8();
  if (defined > 1) {
    throw reader.corrupt(`"fill value defined" is ${defined}`);
  }
  if (defined === 0) {
    // Version 1 goes on with a size that means nothing.
    return { version, ...times, defined: "undefined", value: null };
  }
  const size = reader.i32();
  if (size < 0) {
    throw reader.corrupt(`fill value of ${size} bytes`);
  }
  return { version, ...times, ...decodeValue(size, reader) };
}

function decodeNew(reader: Reader): FillValue {
  const flags = reader.u8();
  const isUndefined = (flags & UNDEFINED_BIT) !== 0;
  const hasValue = (flags & VALUE_BIT) !== 0;
  if ((flags & ~KNOWN_BITS) !== 0 || (isUndefined && hasValue)) {
    throw reader.corrupt(`flags 0x${flags.toString(16)}`);
  }
  const times = decodeTimes(flags & 3, (flags >> 2) & 3, reader);
  if (isUndefined) {
    return { version: 3, ...times, defined: "undefined", value: null };
  }
  return { version: 3, ...times, ...decodeValue(hasValue ? reader.u32() : 0, reader) };
}

function decodeValue(size: number, reader: Reader): { defined: "default" | "user"; value: Uint8Array | null } {
  return size === 0 ? { defined: "default", value: null } : { defined: "user", value: reader.bytes(size) };
}

/** Codec of the fill value message (IV.A.2.f), versions 1 to 3. */
export const fillValueMessage: Codec<FillValue> = {
  name: "fill-value",
  section: "IV.A.2.f",

  decode(reader: Reader, _context: FormatContext): FillValue {
    const version = reader.u8();
    switch (version) {
      case 1:
      case 2:
        return decodeOld(version, reader);
      case 3:
        return decodeNew(reader);
      default:
        throw reader.corrupt(`version ${version}`);
    }
  },

  encode(fill: FillValue, writer: Writer): void {
    const { version, defined, value } = fill;
    if ((defined === "user") !== (value !== null && value.length > 0)) {
      throw writer.invalid(`fill value is ${defined} and has ${value?.length ?? "no"} bytes`);
    }
    const allocation = ALLOCATION_TIMES.indexOf(fill.allocationTime) + 1;
    const fillTime = FILL_TIMES.indexOf(fill.fillTime);
    writer.u8(version);
    if (version === 3) {
      const state = defined === "undefined" ? UNDEFINED_BIT : defined === "user" ? VALUE_BIT : 0;
      writer.u8(allocation | (fillTime << 2) | state);
    } else {
      writer.u8(allocation);
      writer.u8(fillTime);
      writer.u8(defined === "undefined" ? 0 : 1);
    }
    if (hasSize(fill)) {
      writer.i32(value?.length ?? (defined === "undefined" ? UNDEFINED_SIZE : 0));
    }
    if (value !== null) {
      writer.bytes(value);
    }
  },

  sizeOf(fill: FillValue): number {
    return (fill.version === 3 ? 2 : 4) + (hasSize(fill) ? 4 : 0) + (fill.value?.length ?? 0);
  },
};

/** Version 1 always stores a size, version 2 with a fill value, version 3 with one of the user. */
function hasSize(fill: FillValue): boolean {
  return fill.version === 1 || (fill.version === 2 ? fill.defined !== "undefined" : fill.defined === "user");
}
