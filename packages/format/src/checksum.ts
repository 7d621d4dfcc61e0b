import { lookup3 } from "./lookup3.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** Bytes of a metadata checksum. */
export const CHECKSUM_SIZE = 4;

/** Reads the checksum at the reader's position and throws a `FormatError` unless it matches the bytes from `start` to it. */
export function readChecksum(reader: Reader, start: number): void {
  const computed = lookup3(reader.span(start, reader.position));
  const stored = reader.u32();
  if (stored !== computed) {
    throw reader.corrupt(`checksum is ${hex(stored)} where the bytes give ${hex(computed)}`);
  }
}

/** Writes the checksum of the bytes from `start` to the writer's position. */
export function writeChecksum(writer: Writer, start: number): void {
  writer.u32(lookup3(writer.written().subarray(start)));
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
