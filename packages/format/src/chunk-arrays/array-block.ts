import type { FormatContext } from "../context.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";

/** Signature, version and client id, which every structure of an array begins with. */
export const ARRAY_PREFIX_SIZE = 6;

/** Reads what every structure of an array of chunks begins with. File Format Specification, sections VII.C and VII.D. */
export function readArrayPrefix(reader: Reader, signature: string, clientId?: 0 | 1): 0 | 1 {
  reader.signature(signature);
  const version = reader.u8();
  if (version !== 0) {
    throw reader.corrupt(`version ${version} is not known`);
  }
  const stored = reader.u8();
  if ((stored !== 0 && stored !== 1) || (clientId !== undefined && stored !== clientId)) {
    throw reader.corrupt(`client ${stored} where ${clientId ?? "0 or 1"} must stand`);
  }
  return stored;
}

/** Writes what every structure of an array of chunks begins with. File Format Specification, sections VII.C and VII.D. */
export function writeArrayPrefix(writer: Writer, signature: string, clientId: 0 | 1): void {
  writer.signature(signature);
  writer.u8(0);
  writer.u8(clientId);
}

/** Reads the address of the header that every block of an array repeats. */
export function readHeaderAddress(reader: Reader, context: FormatContext): number {
  return reader.definedOffset(context, "address of the array's header");
}

/** Whether a bit is set in a bitmap whose first bit is the highest of the first byte. File Format Specification, sections VII.C and VII.D. */
export function bitIsSet(bitmap: Uint8Array, index: number): boolean {
  return ((bitmap[Math.floor(index / 8)] ?? 0) & (0x80 >> (index % 8))) !== 0;
}

/** Writes the addresses of blocks, which must be `count`. */
export function writeAddresses(
  writer: Writer,
  addresses: readonly (number | null)[],
  count: number,
  context: FormatContext,
): void {
  if (addresses.length !== count) {
    throw writer.invalid(`${addresses.length} addresses where ${count} must stand`);
  }
  for (const address of addresses) {
    writer.offset(address, context);
  }
}
